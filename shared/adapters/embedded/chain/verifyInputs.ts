import type { Transaction } from 'bitcoinjs-lib';
import { assert } from '../../../domain/assert.ts';
import { fromHex } from './bytes.ts';
import type { ChainLibrary } from './chainLibrary.ts';
import { type InputToVerify, mandatory } from './scriptFault.ts';
import { type ScriptKind, scriptKindOf } from './scriptKind.ts';
import { verifyKeyPath } from './verifyKeyPath.ts';
import { verifyWitnessKey } from './verifyWitnessKey.ts';

/** What an input spends: script as hex. */
export type SpentOutput = { readonly script: string; readonly amountSat: number };

/**
 * Why the inputs of a transaction do not pay, undefined where all do. What is signed is verified for
 * P2WPKH and for P2TR by key path; other coins cannot be spent on this chain.
 */
export function spendingFault(
  library: ChainLibrary,
  content: Transaction,
  coins: readonly SpentOutput[],
): string | undefined {
  const scripts = coins.map(({ script }) => fromHex(script));
  const amountsSat = coins.map(({ amountSat }) => BigInt(amountSat));
  for (const index of coins.keys()) {
    const fault = inputFault(library, { content, scripts, amountsSat, index });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What an input is refused for before its script is looked at, as IsWitnessStandard and others have it. */
export function nonstandardInputFault(
  content: Transaction,
  coins: readonly SpentOutput[],
): string | undefined {
  const kinds = coins.map(({ script }) => scriptKindOf(fromHex(script)));
  if (kinds.some((kind) => kind === 'nonstandard' || kind === 'unknownWitness')) {
    return 'bad-txns-nonstandard-inputs';
  }
  if (!content.hasWitnesses()) return undefined;
  const isStandard = kinds.every((kind, index) =>
    isWitnessStandard(kind, content.ins[index]?.witness ?? []),
  );
  return isStandard ? undefined : 'bad-witness-nonstandard';
}

const annexTag = 0x50;
const verified: readonly ScriptKind[] = ['p2wpkh', 'p2tr'];

function isWitnessStandard(kind: ScriptKind, witness: readonly Uint8Array[]): boolean {
  if (kind === 'p2tr') return witness.length > 0 && !hasAnnex(witness);
  return verified.includes(kind) || kind === 'p2wsh' || witness.length === 0;
}

function hasAnnex(witness: readonly Uint8Array[]): boolean {
  return witness.length >= 2 && witness.at(-1)?.[0] === annexTag;
}

function inputFault(library: ChainLibrary, input: InputToVerify): string | undefined {
  const script = input.scripts[input.index];
  assert(script !== undefined, 'an input spends a script');
  const kind = scriptKindOf(script);
  if (!verified.includes(kind)) return `unsupported-input (${kind} cannot be spent on this chain)`;
  if (input.content.ins[input.index]?.script.length !== 0) {
    return mandatory('Witness requires empty scriptSig');
  }
  return kind === 'p2tr' ? verifyKeyPath(library, input) : verifyWitnessKey(library, input);
}
