import type { Psbt, Transaction } from 'bitcoinjs-lib';
import { accept, type Result, refuse } from '../../domain/result.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { isSame } from './bytes.ts';
import { isEcdsaSignature, sighashAll } from './ecdsa.ts';
import { scriptCodeOf } from './spend.ts';

type PsbtInput = Psbt['data']['inputs'][number];
type Output = { readonly script: Uint8Array; readonly value: bigint };

/**
 * The witness of a P2WPKH input from a PSBT that came back: a signature by the key that the PSBT sent
 * out names, of the whole transaction, or the same as a witness that is final already. The refusal
 * says what is wrong with the input.
 */
export function witnessOf(
  library: BitcoinLibrary,
  transaction: Transaction,
  at: number,
  sent: PsbtInput,
  returned: PsbtInput | undefined,
): Result<readonly [Uint8Array, Uint8Array], string> {
  const coin = sent.witnessUtxo;
  const publicKey = sent.bip32Derivation?.[0]?.pubkey;
  if (coin === undefined || publicKey === undefined) return refuse('was sent out without its coin');
  if (returned === undefined) return refuse('is missing');
  if (!isSameCoin(library, transaction, at, coin, returned)) {
    return refuse('has another coin than was sent out');
  }
  if (returned.sighashType !== undefined && returned.sighashType !== sighashAll) {
    return refuse('is not signed for the whole transaction');
  }
  if (returned.finalScriptSig !== undefined && returned.finalScriptSig.length > 0) {
    return refuse('has a script, which P2WPKH has none of');
  }
  const signature = signatureBy(publicKey, returned);
  if (signature === undefined) return refuse('is not signed');
  if (signature.at(-1) !== sighashAll) return refuse('is not signed for the whole transaction');
  // script: OP_0 <20 bytes>
  const scriptCode = scriptCodeOf(coin.script.subarray(2));
  const hash = transaction.hashForWitnessV0(at, scriptCode, coin.value, sighashAll);
  return isEcdsaSignature(library, hash, publicKey, signature)
    ? accept([signature, publicKey])
    : refuse('has an invalid signature');
}

/** Signers may add the coin's whole transaction: it must have the coin, as it was sent out. */
function isSameCoin(
  { bitcoin }: BitcoinLibrary,
  transaction: Transaction,
  at: number,
  coin: Output,
  { witnessUtxo, nonWitnessUtxo }: PsbtInput,
): boolean {
  if (witnessUtxo !== undefined && !isSameOutput(witnessUtxo, coin)) return false;
  if (nonWitnessUtxo === undefined) return true;
  const spent = transaction.ins[at];
  const funding = transactionOf(bitcoin, nonWitnessUtxo);
  const output = funding?.outs[spent?.index ?? -1];
  if (spent === undefined || funding === undefined || output === undefined) return false;
  return isSame(funding.getHash(), spent.hash) && isSameOutput(output, coin);
}

function isSameOutput(a: Output, b: Output): boolean {
  return a.value === b.value && isSame(a.script, b.script);
}

function transactionOf(
  bitcoin: BitcoinLibrary['bitcoin'],
  bytes: Uint8Array,
): Transaction | undefined {
  try {
    return bitcoin.Transaction.fromBuffer(bytes);
  } catch {
    return undefined;
  }
}

function signatureBy(
  publicKey: Uint8Array,
  { partialSig, finalScriptWitness }: PsbtInput,
): Uint8Array | undefined {
  const partial = partialSig?.find(({ pubkey }) => isSame(pubkey, publicKey));
  if (partial !== undefined) return partial.signature;
  if (finalScriptWitness === undefined) return undefined;
  // 2 items: the signature, and the key; each with its length before it.
  const [count, length = 0] = finalScriptWitness;
  const signature = finalScriptWitness.subarray(2, 2 + length);
  const rest = finalScriptWitness.subarray(2 + length);
  const isOfKey = rest[0] === publicKey.length && isSame(rest.subarray(1), publicKey);
  return count === 2 && isOfKey ? signature : undefined;
}
