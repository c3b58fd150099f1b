import type { Transaction } from 'bitcoinjs-lib';
import type { ReadAddress } from '../../domain/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { fromBase64, fromHex, isSame } from './bytes.ts';
import { isLegacySignature, legacySignatureBytes } from './legacyMessage.ts';
import { type MessageTransactions, messageTransactions, opReturn } from './messageTransactions.ts';
import { readAddress } from './readAddress.ts';
import { unlocks } from './unlocks.ts';

/**
 * Was this message signed for this address? Takes BIP322 in the simple and the full format, with or
 * without the prefix that newer texts of it give them (`smp`, `ful`), and for P2PKH BIP137. Times in
 * a full signature are not held against it: they say when it could be spent, not who signed. Answers
 * false to everything else, whatever it is, and never throws.
 */
export function isSignedBy(
  library: BitcoinLibrary,
  address: string,
  message: string,
  signature: string,
): boolean {
  if (message.length > messageLengthMax || signature.length > signatureLengthMax) return false;
  // Half a surrogate pair has no UTF-8: two such messages would have one hash.
  if (!message.isWellFormed()) return false;
  const to = readAddress(library, address);
  if (!to.ok) return false;
  try {
    return isSignedFor(library, to.value, message, signature);
  } catch {
    // The packages throw at bytes that are no transaction, script or signature.
    return false;
  }
}

const messageLengthMax = 10_000;
const signatureLengthMax = 20_000;
const prefixLength = 3;

function isSignedFor(
  library: BitcoinLibrary,
  to: ReadAddress,
  message: string,
  signature: string,
): boolean {
  const prefix = signature.slice(0, prefixLength);
  const isSimple = prefix === 'smp';
  const isFull = prefix === 'ful';
  const bytes = fromBase64(isSimple || isFull ? signature.slice(prefixLength) : signature);
  if (bytes === undefined || bytes.length === 0) return false;
  if (to.kind === 'p2pkh' && !isSimple && !isFull && bytes.length === legacySignatureBytes) {
    return isLegacySignature(library, fromHex(to.script), message, bytes);
  }
  const transactions = messageTransactions(library, fromHex(to.script), message);
  const isSignedAs = (transaction: Uint8Array) => {
    const signed = readSigned(library, transactions, transaction);
    return signed !== undefined && unlocks(library, signed, to);
  };
  // A simple signature begins with the count of its witness, a full one with a version of 0 or 2;
  // no witness that is understood here has 0 items, and one with 2 is not followed by 3 zeros.
  const looksFull = (bytes[0] === 0 || bytes[0] === 2) && bytes.slice(1, 4).every((at) => at === 0);
  if (isFull || (!isSimple && looksFull)) return isSignedAs(bytes);
  return to.kind !== 'p2pkh' && isSignedAs(withWitness(transactions.toSign, bytes));
}

/** The bytes of the unsigned transaction with those of a witness: what a full signature is. */
function withWitness(unsigned: Transaction, witness: Uint8Array): Uint8Array {
  const bytes = unsigned.toBuffer();
  const [version, middle, locktime] = [bytes.slice(0, 4), bytes.slice(4, -4), bytes.slice(-4)];
  const markerAndFlag = [0x00, 0x01];
  return Uint8Array.from([...version, ...markerAndFlag, ...middle, ...witness, ...locktime]);
}

/** The transaction, if it is the one to be signed and nothing more: no proof of other funds. */
function readSigned(
  { bitcoin }: BitcoinLibrary,
  { toSpend }: MessageTransactions,
  bytes: Uint8Array,
): Transaction | undefined {
  const transaction = bitcoin.Transaction.fromBuffer(bytes);
  const { version, ins, outs } = transaction;
  const [input] = ins;
  const [output] = outs;
  if (input === undefined || output === undefined) return undefined;
  const isToSign =
    (version === 0 || version === 2) &&
    ins.length === 1 &&
    isSame(input.hash, toSpend.getHash()) &&
    input.index === 0 &&
    outs.length === 1 &&
    output.value === 0n &&
    isSame(output.script, opReturn);
  // The same transaction can be written in a longer way, which nodes would not take.
  return isToSign && isSame(transaction.toBuffer(), bytes) ? transaction : undefined;
}
