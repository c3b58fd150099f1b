import type { Transaction } from 'bitcoinjs-lib';
import type { ReadAddress } from '../../domain/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { fromHex, isSame } from './bytes.ts';
import { isEcdsaSignature, sighashAll, sighashDefault } from './ecdsa.ts';
import { type Spend, scriptCodeOf } from './spend.ts';
import { unlocksWitnessScript } from './witnessScript.ts';

/**
 * Does the first input of a transaction unlock an output of no amount to this address? Every signature
 * must sign the whole transaction. Knows P2PKH, P2WPKH, P2TR by its key, P2WSH with one key or many,
 * and P2WPKH in P2SH; answers false where it does not know the script. Throws on what is no script.
 */
export function unlocks(
  library: BitcoinLibrary,
  transaction: Transaction,
  to: ReadAddress,
): boolean {
  const [input] = transaction.ins;
  if (input === undefined) return false;
  const { script: scriptSig, witness } = input;
  const spend = { transaction, script: fromHex(to.script), scriptSig, witness };
  if (to.kind === 'p2pkh') return unlocksKeyHash(library, spend);
  if (to.kind === 'p2sh') return unlocksNestedKeyHash(library, spend);
  if (spend.scriptSig.length > 0) return false;
  if (to.kind === 'p2wpkh') return unlocksWitnessKeyHash(library, spend, spend.script.subarray(2));
  if (to.kind === 'p2tr') return unlocksOutputKey(library, spend);
  return unlocksWitnessScript(library, spend);
}

const compressedKeyBytes = 33;

/** scriptSig: <signature> <key>; script: DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG */
function unlocksKeyHash(
  library: BitcoinLibrary,
  { transaction, script, scriptSig, witness }: Spend,
): boolean {
  const { bitcoin } = library;
  const [signature, publicKey, ...more] = bitcoin.script.decompile(scriptSig) ?? [];
  if (!(signature instanceof Uint8Array) || !(publicKey instanceof Uint8Array)) return false;
  if (more.length > 0 || witness.length > 0) return false;
  // Pushes must be as short as can be.
  if (!isSame(bitcoin.script.compile([signature, publicKey]), scriptSig)) return false;
  if (!isSame(bitcoin.crypto.hash160(publicKey), script.subarray(3, 23))) return false;
  const hash = transaction.hashForSignature(0, script, sighashAll);
  return isEcdsaSignature(library, hash, publicKey, signature);
}

/**
 * script: HASH160 <20 bytes> EQUAL, over OP_0 <hash of the key>. A signature in the simple format
 * has no scriptSig: the one that belongs to it follows from the key.
 */
function unlocksNestedKeyHash(library: BitcoinLibrary, spend: Spend): boolean {
  const { bitcoin } = library;
  const keyHash = bitcoin.crypto.hash160(spend.witness[1] ?? new Uint8Array());
  const redeemScript = Uint8Array.from([0x00, keyHash.length, ...keyHash]);
  if (!isSame(bitcoin.crypto.hash160(redeemScript), spend.script.subarray(2, 22))) return false;
  const scriptSig = Uint8Array.from([redeemScript.length, ...redeemScript]);
  if (spend.scriptSig.length > 0 && !isSame(spend.scriptSig, scriptSig)) return false;
  return unlocksWitnessKeyHash(library, spend, keyHash);
}

/** witness: <signature> <key>; script: OP_0 <20 bytes> */
function unlocksWitnessKeyHash(
  library: BitcoinLibrary,
  { transaction, witness }: Spend,
  keyHash: Uint8Array,
): boolean {
  const [signature, publicKey] = witness;
  if (signature === undefined || publicKey === undefined || witness.length !== 2) return false;
  if (publicKey.length !== compressedKeyBytes) return false;
  if (!isSame(library.bitcoin.crypto.hash160(publicKey), keyHash)) return false;
  const hash = transaction.hashForWitnessV0(0, scriptCodeOf(keyHash), 0n, sighashAll);
  return isEcdsaSignature(library, hash, publicKey, signature);
}

/** witness: <signature>; script: OP_1 <output key>. Without a hash type it is SIGHASH_DEFAULT. */
function unlocksOutputKey(
  { ecc }: BitcoinLibrary,
  { transaction, script, witness }: Spend,
): boolean {
  const [signature] = witness;
  if (signature === undefined || witness.length !== 1) return false;
  const hashType = signature.length === schnorrBytes ? sighashDefault : signature[schnorrBytes];
  if (signature.length > schnorrBytes && hashType !== sighashAll) return false;
  if (hashType === undefined || signature.length > schnorrBytes + 1) return false;
  const hash = transaction.hashForWitnessV1(0, [script], [0n], hashType);
  return ecc.verifySchnorr(hash, script.subarray(2), signature.subarray(0, schnorrBytes));
}

const schnorrBytes = 64;
