import type { Payout } from '../domain/payout.ts';

/**
 * A payout as JSON. Its bigints are amounts, in fields whose names end in `Sat`, and stand there as
 * decimal text: a number would lose satoshi from 2⁵³ on.
 */
export function writePayout(payout: Payout): string {
  return JSON.stringify(payout, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** The payout that `writePayout` wrote. */
export function readPayout(document: string): Payout {
  return JSON.parse(document, (name, value) =>
    name.endsWith('Sat') ? BigInt(value) : value,
  ) as Payout;
}
