import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Purge, ReadingStore } from '../../ports/readingStore.ts';
import { transaction } from './database.ts';
import { query, write } from './statement.ts';

/** The part of the reading store that deletes what is kept no longer. */
export function readingPurge(
  db: DatabaseSync,
): Pick<ReadingStore, 'purgeOf' | 'putPurge' | 'purge'> {
  const select = query<Purge>(
    db,
    `SELECT purgedBefore AS before, deletedBefore FROM readingPurges WHERE gridId = ?`,
  );
  const put = write(
    db,
    `INSERT INTO readingPurges (gridId, purgedBefore, deletedBefore) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET purgedBefore = max(purgedBefore, excluded.purgedBefore),
       deletedBefore = max(deletedBefore, excluded.deletedBefore)`,
  );
  const deletions = [
    'DELETE FROM readings WHERE gridId = ? AND timeframe = ?',
    'DELETE FROM readingMarks WHERE gridId = ? AND timeframe = ?',
    'DELETE FROM registers WHERE gridId = ? AND at = ?',
  ].map((statement) => write(db, statement));
  return {
    async purgeOf(gridId) {
      const row = select.get(gridId);
      return row && { ...row };
    },
    async putPurge(gridId, { before, deletedBefore }) {
      put.run(gridId, before, deletedBefore);
    },
    async purge(gridId, timeframes) {
      for (const timeframe of timeframes) {
        transaction(db, () => {
          for (const deletion of deletions) deletion.run(gridId, timeframe);
        });
        // Others get on between two timeframes, each of which may hold a reading of everybody.
        await setImmediate();
      }
    },
  };
}
