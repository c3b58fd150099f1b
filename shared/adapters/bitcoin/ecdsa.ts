import type { BitcoinLibrary } from './bitcoinLibrary.ts';

/** Hash types that sign the whole transaction. */
export const sighashAll = 0x01;
export const sighashDefault = 0x00;

/**
 * Is it a signature of the hash by the key, in strict DER (BIP66) with a low S and followed by
 * SIGHASH_ALL?
 */
export function isEcdsaSignature(
  { bitcoin, ecc }: BitcoinLibrary,
  hash: Uint8Array,
  publicKey: Uint8Array,
  encoded: Uint8Array,
): boolean {
  if (encoded.at(-1) !== sighashAll || !ecc.isPoint(publicKey)) return false;
  const isLowRequired = true;
  try {
    const { signature } = bitcoin.script.signature.decode(encoded);
    return ecc.verify(hash, publicKey, signature, isLowRequired);
  } catch {
    // It is no strict DER, or R or S is no number that a signature can have.
    return false;
  }
}
