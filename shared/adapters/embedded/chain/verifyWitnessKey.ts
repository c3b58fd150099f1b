import { isSameBytes } from './bytes.ts';
import type { ChainLibrary } from './chainLibrary.ts';
import { isBelowOrder } from './curve.ts';
import { type InputToVerify, mandatory, nonMandatory } from './scriptFault.ts';

/** Why an input does not spend a P2WPKH output: BIP141, BIP143, and what nodes relay. */
export function verifyWitnessKey(
  library: ChainLibrary,
  { content, scripts, amountsSat, index }: InputToVerify,
): string | undefined {
  const program = scripts[index]?.subarray(2) ?? new Uint8Array();
  const [signature, key, ...others] = content.ins[index]?.witness ?? [];
  if (signature === undefined || key === undefined || others.length > 0) {
    return mandatory('Witness program hash mismatch');
  }
  if (signature.length > elementBytesMax || key.length > elementBytesMax) {
    return mandatory('Push value size limit exceeded');
  }
  if (!isSameBytes(library.bitcoin.crypto.hash160(key), program)) {
    return mandatory('Script failed an OP_EQUALVERIFY operation');
  }
  if (signature.length === 0) return mandatory(isFalse);
  const der = signature.subarray(0, -1);
  if (!library.bip66.check(der)) return mandatory('Non-canonical DER signature');
  const hashType = signature.at(-1) ?? 0;
  const code = Uint8Array.from([...codeBefore, ...program, ...codeAfter]);
  const hash = content.hashForWitnessV0(index, code, amountsSat[index] ?? 0n, hashType);
  const compact = compactOf(library, der);
  if (compact === undefined || !library.ecc.isPoint(key)) return mandatory(isFalse);
  if (!library.ecc.verify(hash, key, compact)) return mandatory(isFalse);
  return relayFault(library, { hash, key, compact, hashType });
}

const isFalse = 'Script evaluated without error but finished with a false/empty top stack element';
const elementBytesMax = 520;
/** The script that is signed: of P2PKH, around the hash of the key. */
const codeBefore = [0x76, 0xa9, 0x14];
const codeAfter = [0x88, 0xac];
const hashTypes = new Set([0x01, 0x02, 0x03, 0x81, 0x82, 0x83]);
const compressedBytes = 33;

type Verified = {
  readonly hash: Uint8Array;
  readonly key: Uint8Array;
  readonly compact: Uint8Array;
  readonly hashType: number;
};

/** What is right but not relayed. In strict mode only a low S verifies. */
function relayFault(
  { ecc }: ChainLibrary,
  { hash, key, compact, hashType }: Verified,
): string | undefined {
  if (!ecc.verify(hash, key, compact, true)) {
    return nonMandatory('Non-canonical signature: S value is unnecessarily high');
  }
  if (!hashTypes.has(hashType)) {
    return nonMandatory('Signature hash type missing or not understood');
  }
  if (key.length !== compressedBytes) {
    return nonMandatory('Using non-compressed keys in segwit');
  }
  return undefined;
}

/** A signature as 64 bytes; undefined where a number of it does not belong to the curve. */
function compactOf({ bip66 }: ChainLibrary, der: Uint8Array): Uint8Array | undefined {
  const { r, s } = bip66.decode(der);
  const numbers = [scalarOf(r), scalarOf(s)];
  const compact = new Uint8Array(64);
  for (const [at, number] of numbers.entries()) {
    if (number === undefined) return undefined;
    compact.set(number, at * 32);
  }
  return compact;
}

function scalarOf(number: Uint8Array): Uint8Array | undefined {
  const digits = number[0] === 0 ? number.subarray(1) : number;
  if (digits.length > 32) return undefined;
  const scalar = new Uint8Array(32);
  scalar.set(digits, 32 - digits.length);
  return isBelowOrder(scalar) ? scalar : undefined;
}
