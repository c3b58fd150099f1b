import type { Psbt } from 'bitcoinjs-lib';

/**
 * Fields of an input that no coin of the account needs. One of them can make a library sign something
 * else than it was asked to, as a key or a script of taproot does: what has one is not signed.
 */
export function strangeFields(
  input: Psbt['data']['inputs'][number] | undefined,
): readonly string[] {
  return Object.entries(input ?? {})
    .filter(([name, value]) => value !== undefined && !knownFields.includes(name))
    .map(([name]) => name);
}

/** What the app writes, and what others who sign or carry the PSBT may add. */
const knownFields: readonly string[] = [
  'witnessUtxo',
  'nonWitnessUtxo',
  'bip32Derivation',
  'sighashType',
  'partialSig',
];
