import type { Psbt, Transaction } from 'bitcoinjs-lib';
import type { TransactionId } from '../../domain/bitcoin.ts';
import { accept, type Result, refuse } from '../../domain/result.ts';
import type { SignedTransaction } from '../../ports/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { fromBase64, isSame } from './bytes.ts';
import { witnessOf } from './signedInput.ts';

/**
 * Takes the signatures of a signed PSBT, and nothing else of it, into the transaction that was sent
 * out. Refuses another transaction, other coins, a signature that is missing, invalid or of less than
 * the whole transaction. Never throws for what `signed` may be; a later BIP174 signer, finaliser or
 * combiner may have left its fields in it, and they are dropped.
 */
export function finishPayout(
  library: BitcoinLibrary,
  sent: string,
  signed: string,
): Result<SignedTransaction, string> {
  const original = readPsbt(library, sent);
  if (original === undefined) return refuse('The PSBT that was sent out cannot be read.');
  if (signed.length > psbtLengthMax) {
    return refuse(`The PSBT is longer than ${psbtLengthMax} characters.`);
  }
  // Files that it is read from end in a new line.
  const returned = readPsbt(library, signed.trim());
  if (returned === undefined) return refuse('It is no PSBT of version 0 in base64.');
  const unsigned = original.data.getTransaction();
  if (!isSame(returned.data.getTransaction(), unsigned)) {
    return refuse('Its transaction is not the one that was sent out.');
  }
  const transaction = library.bitcoin.Transaction.fromBuffer(unsigned);
  for (const [at, input] of original.data.inputs.entries()) {
    const witness = witnessOf(library, transaction, at, input, returned.data.inputs[at]);
    if (!witness.ok) return refuse(`Input ${at} ${witness.refusal}.`);
    transaction.setWitness(at, [...witness.value]);
  }
  return accept(finished(transaction));
}

/** Base64 of 3 MB: thousands of payees and hundreds of coins, each with its whole transaction. */
const psbtLengthMax = 4_000_000;

function readPsbt({ bitcoin }: BitcoinLibrary, text: string): Psbt | undefined {
  const bytes = fromBase64(text);
  if (bytes === undefined) return undefined;
  try {
    return bitcoin.Psbt.fromBuffer(bytes);
  } catch {
    // It says where it stopped reading, which helps nobody who did not write the PSBT by hand.
    return undefined;
  }
}

function finished(transaction: Transaction): SignedTransaction {
  return {
    hex: transaction.toHex(),
    txid: transaction.getId() as TransactionId,
    virtualSize: transaction.virtualSize(),
  };
}
