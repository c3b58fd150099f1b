import { assert } from '../../../domain/assert.ts';
import type { TransactionId } from '../../../domain/bitcoin.ts';
import type { ChainFile } from './chainFile.ts';
import type { EntryRow } from './mempoolStatements.ts';

/** Mempool transactions that these spend from, through others too, themselves included. */
export function ancestorsOf(
  { statements }: ChainFile,
  txids: Iterable<TransactionId>,
): ReadonlySet<TransactionId> {
  return reachedFrom(txids, (txid) => statements.selectParents.all(txid));
}

/** Mempool transactions that spend from these, through others too, themselves included. */
export function descendantsOf(
  { statements }: ChainFile,
  txids: Iterable<TransactionId>,
): ReadonlySet<TransactionId> {
  return reachedFrom(txids, (txid) => statements.selectChildren.all(txid));
}

/** A transaction of the mempool, which must be there. */
export function entryOf({ statements }: ChainFile, txid: TransactionId): EntryRow {
  const entry = statements.selectEntry.get(txid);
  assert(entry !== undefined, () => `transaction ${txid} is in the mempool`);
  return entry;
}

/** Takes transactions out of the mempool, and all that spend from them. */
export function evict(file: ChainFile, txids: Iterable<TransactionId>): void {
  for (const txid of descendantsOf(file, txids)) removeTransaction(file, txid);
}

/** Forgets a transaction: its outputs go, and what it spent is unspent again. */
export function removeTransaction({ statements }: ChainFile, txid: TransactionId): void {
  statements.unspend.run(txid);
  statements.deleteOutputs.run(txid);
  statements.deleteTransaction.run(txid);
}

type Step = (txid: TransactionId) => readonly { readonly txid: TransactionId }[];

function reachedFrom(txids: Iterable<TransactionId>, step: Step): ReadonlySet<TransactionId> {
  const reached = new Set(txids);
  // A set is walked in the order of insertion, also through what is added on the way.
  for (const txid of reached) {
    for (const next of step(txid)) reached.add(next.txid);
  }
  return reached;
}
