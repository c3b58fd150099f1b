import type { DatabaseSync } from 'node:sqlite';
import type { GridId } from '../../domain/ids.ts';
import type { Timeframe } from '../../domain/timeframe.ts';
import { query, write } from './statement.ts';

/** The books of a grid: how far they are sealed, and what was accepted last. Runs in transactions. */
export function orderBooks(db: DatabaseSync) {
  const select = query<{ readonly sealedThrough: string }>(
    db,
    'SELECT sealedThrough FROM orderBooks WHERE gridId = ?',
  );
  const seal = write(
    db,
    `INSERT INTO orderBooks (gridId, sealedThrough) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET sealedThrough = excluded.sealedThrough
     WHERE sealedThrough < excluded.sealedThrough`,
  );
  const count = query<{ readonly sequence: number }>(
    db,
    `INSERT INTO orderBooks (gridId, sequence) VALUES (?, 1)
     ON CONFLICT DO UPDATE SET sequence = sequence + 1 RETURNING sequence`,
  );
  const sealedThrough = (gridId: GridId) => select.get(gridId)?.sealedThrough ?? '';
  return {
    /** '' where nothing is sealed. */
    sealedThrough,
    isSealed: (gridId: GridId, timeframe: Timeframe) => timeframe <= sealedThrough(gridId),
    /** Seals through a timeframe, which is nothing where a later one is sealed. */
    seal(gridId: GridId, timeframe: Timeframe): void {
      seal.run(gridId, timeframe);
    },
    nextSequence(gridId: GridId): number {
      const row = count.get(gridId);
      if (row === undefined) throw new Error(`the books of ${gridId} were there and are gone`);
      return row.sequence;
    },
  };
}
