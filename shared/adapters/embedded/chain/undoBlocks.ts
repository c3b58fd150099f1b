import { assert } from '../../../domain/assert.ts';
import { coinsOf } from './candidate.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { evict } from './family.ts';
import { finalFault, maturityFault, relativeLockFault } from './locks.ts';
import { knownTransaction, type ReadTransaction } from './readTransaction.ts';

/**
 * Takes the last blocks off the chain. Their transactions go back to the mempool; coinbases vanish,
 * what spends from them too, and what may no longer be in the next block.
 */
export function undoBlocks(file: ChainFile, count: number): void {
  const tip = tipOf(file);
  assert(
    Number.isSafeInteger(count) && count >= 0 && count <= tip.height,
    () => `of ${tip.height} blocks ${count} cannot be undone`,
  );
  for (let height = tip.height; height > tip.height - count; height -= 1) undoBlock(file, height);
  evictLocked(file);
}

function undoBlock(file: ChainFile, height: number): void {
  const { statements } = file;
  const block = statements.selectBlock.get(height);
  const previous = statements.selectBlock.get(height - 1);
  const [coinbase] = statements.selectInBlock.all(height);
  assert(
    block !== undefined && previous !== undefined && coinbase !== undefined,
    () => `there is a block at height ${height}, and one before`,
  );
  statements.returnToMempool.run(height);
  evict(file, [coinbase.txid]);
  statements.insertUndone.run(block.hash, previous.hash);
  statements.deleteBlock.run(height);
}

/** Evicts what cannot be in the next block any more, parents before children. */
function evictLocked(file: ChainFile): void {
  const { height } = tipOf(file);
  const { Transaction } = file.library.bitcoin;
  for (const { txid, bytes } of file.statements.selectMempoolBytes.all()) {
    const read = knownTransaction(Transaction.fromBuffer(bytes));
    if (isLocked(file, read, height)) evict(file, [txid]);
  }
}

/** One whose coins have gone was evicted with what it spent from. */
function isLocked(file: ChainFile, read: ReadTransaction, tipHeight: number): boolean {
  const coins = coinsOf(file, read);
  if (coins === undefined) return false;
  const fault =
    finalFault(file, read, tipHeight) ??
    relativeLockFault(file, read, coins, tipHeight) ??
    maturityFault(coins, tipHeight);
  return fault !== undefined;
}
