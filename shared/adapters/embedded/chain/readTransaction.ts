import type { Transaction } from 'bitcoinjs-lib';
import type { OutPoint, TransactionId } from '../../../domain/bitcoin.ts';
import { fromHex, hex, shownHash } from './bytes.ts';
import type { ChainLibrary } from './chainLibrary.ts';

/** A transaction as it came, with what is asked of it often. */
export type ReadTransaction = {
  readonly content: Transaction;
  readonly txid: TransactionId;
  readonly weight: number;
  /** What its inputs spend, in their order. */
  readonly spends: readonly OutPoint[];
};

const bytesMax = 4_000_000;

/** Reads a transaction. Undefined for what is none, or is not written as it must be. */
export function readTransaction(library: ChainLibrary, text: string): ReadTransaction | undefined {
  const digits = text.toLowerCase();
  if (digits.length > 2 * bytesMax || !/^(?:[0-9a-f]{2})+$/.test(digits)) return undefined;
  const content = parse(library, fromHex(digits));
  // A length may be written longer than need be: what is read is then not what is written again.
  if (content === undefined || hex(content.toBuffer()) !== digits) return undefined;
  return knownTransaction(content);
}

/** A transaction that was read before. */
export function knownTransaction(content: Transaction): ReadTransaction {
  return {
    content,
    txid: content.getId() as TransactionId,
    weight: content.weight(),
    spends: content.ins.map(({ hash, index }) => {
      return { txid: shownHash(hash) as TransactionId, vout: index };
    }),
  };
}

function parse({ bitcoin }: ChainLibrary, bytes: Uint8Array): Transaction | undefined {
  try {
    return bitcoin.Transaction.fromBuffer(bytes);
  } catch {
    // The library throws on every fault; all of them mean that this is no transaction.
    return undefined;
  }
}
