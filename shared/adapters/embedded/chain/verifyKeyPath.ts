import type { ChainLibrary } from './chainLibrary.ts';
import { isBelowOrder } from './curve.ts';
import { type InputToVerify, mandatory } from './scriptFault.ts';

/** Why an input does not spend a P2TR output by its key: BIP340, BIP341. */
export function verifyKeyPath(
  { ecc }: ChainLibrary,
  { content, scripts, amountsSat, index }: InputToVerify,
): string | undefined {
  const key = scripts[index]?.subarray(2) ?? new Uint8Array();
  const [witness, ...others] = content.ins[index]?.witness ?? [];
  if (witness === undefined) return mandatory('Witness program was passed an empty witness');
  if (others.length > 0) return 'unsupported-input (a script path cannot be spent on this chain)';
  if (witness.length !== 64 && witness.length !== 65) {
    return mandatory('Invalid Schnorr signature size');
  }
  const hashType = witness[64] ?? byDefault;
  const isSpelled = witness.length === 65;
  const isMissingOutput = (hashType & outputBits) === single && index >= content.outs.length;
  if (!hashTypes.has(hashType) || (isSpelled && hashType === byDefault) || isMissingOutput) {
    return mandatory('Invalid Schnorr signature hash type');
  }
  const signature = witness.subarray(0, 64);
  const isNumbers = isBelowOrder(signature.subarray(0, 32)) && isBelowOrder(signature.subarray(32));
  const hash = content.hashForWitnessV1(index, scripts, amountsSat, hashType);
  const isValid = isNumbers && ecc.isXOnlyPoint(key) && ecc.verifySchnorr(hash, key, signature);
  return isValid ? undefined : mandatory('Invalid Schnorr signature');
}

const byDefault = 0;
const outputBits = 0x03;
const single = 0x03;
const hashTypes = new Set([byDefault, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83]);
