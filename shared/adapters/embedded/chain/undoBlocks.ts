import { assert } from '../../../domain/assert.ts';
import { coinsOf } from './candidate.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { ancestorsOf, evict } from './family.ts';
import { finalFault, maturityFault, relativeLockFault } from './locks.ts';
import { policy } from './policy.ts';
import { knownTransaction, type ReadTransaction } from './readTransaction.ts';

/**
 * Takes the last blocks off the chain. Their transactions go back to the mempool; coinbases vanish,
 * what spends from them too, what may no longer be in the next block and the ends of long chains.
 */
export function undoBlocks(file: ChainFile, count: number): void {
  const tip = tipOf(file);
  assert(
    Number.isSafeInteger(count) && count >= 0 && count <= tip.height,
    () => `of ${tip.height} blocks ${count} cannot be undone`,
  );
  for (let height = tip.height; height > tip.height - count; height -= 1) undoBlock(file, height);
  evictUnfit(file);
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

/**
 * Evicts what cannot be in the next block any more, and the ends of chains that were mined by and by
 * and are longer than may wait at once. Parents come before children.
 */
function evictUnfit(file: ChainFile): void {
  const { statements, library } = file;
  const { height } = tipOf(file);
  for (const { txid, bytes } of statements.selectMempoolBytes.all()) {
    // Evicted with what it spent from.
    if (statements.selectEntry.get(txid) === undefined) continue;
    const read = knownTransaction(library.bitcoin.Transaction.fromBuffer(bytes));
    const isTooLong = ancestorsOf(file, [txid]).size > policy.familyCountMax;
    if (isTooLong || isLocked(file, read, height)) evict(file, [txid]);
  }
}

function isLocked(file: ChainFile, read: ReadTransaction, tipHeight: number): boolean {
  const coins = coinsOf(file, read);
  assert(coins !== undefined, () => `the coins of ${read.txid} are there`);
  const fault =
    finalFault(file, read, tipHeight) ??
    relativeLockFault(file, read, coins, tipHeight) ??
    maturityFault(coins, tipHeight);
  return fault !== undefined;
}
