import { assert } from '../../../domain/assert.ts';
import type { Satoshi } from '../../../domain/units.ts';

/**
 * Reads JSON of the node. A number that is not written as an integer, as all amounts are not, comes
 * as its text, so that none of them was ever a double.
 */
export function parseCoreJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? '';
    return /^-?\d+$/.test(source) && Number.isSafeInteger(value) ? value : source;
  });
}

/** Reads an amount of bitcoin as the node writes it, with up to 8 decimals. Throws on anything else. */
export function satoshiOf(amount: unknown): Satoshi {
  const match = typeof amount === 'string' ? amountPattern.exec(amount) : null;
  assert(match !== null, () => `the node wrote an amount as ${JSON.stringify(amount)}`);
  const [, sign = '', whole = '', decimals = ''] = match;
  const magnitude = BigInt(whole + decimals.padEnd(decimalsMax, '0'));
  return (sign === '-' ? -magnitude : magnitude) as Satoshi;
}

const decimalsMax = 8;
const amountPattern = /^(-?)(\d{1,8})\.(\d{1,8})$/;
