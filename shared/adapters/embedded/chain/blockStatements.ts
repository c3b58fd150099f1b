import type { DatabaseSync } from 'node:sqlite';
import { query, write } from '../statement.ts';

/** A block of the best chain, without its header's bytes. */
export type BlockRow = {
  readonly height: number;
  readonly hash: string;
  readonly timeSec: number;
};

/** The best chain, and the hashes of what was undone. */
export function prepareBlocks(db: DatabaseSync) {
  const columns = 'SELECT height, hash, timeSec FROM blocks';
  return {
    selectTip: query<BlockRow>(db, `${columns} ORDER BY height DESC LIMIT 1`),
    selectBlock: query<BlockRow>(db, `${columns} WHERE height = ?`),
    selectBlockByHash: query<BlockRow>(db, `${columns} WHERE hash = ?`),
    selectTimes: query<{ timeSec: number }>(
      db,
      'SELECT timeSec FROM blocks WHERE height <= ? ORDER BY height DESC LIMIT ?',
    ),
    insertBlock: write(
      db,
      'INSERT INTO blocks (height, hash, header, timeSec) VALUES (?, ?, ?, ?)',
    ),
    deleteBlock: write(db, 'DELETE FROM blocks WHERE height = ?'),
    insertUndone: write(db, 'INSERT INTO undoneBlocks (hash, previousHash) VALUES (?, ?)'),
    selectUndone: query<{ previousHash: string }>(
      db,
      'SELECT previousHash FROM undoneBlocks WHERE hash = ?',
    ),
    countUndone: query<{ count: number }>(db, 'SELECT count(*) AS count FROM undoneBlocks'),
  };
}
