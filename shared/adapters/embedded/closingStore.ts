import type { DatabaseSync } from 'node:sqlite';
import type { Closing } from '../../domain/closing.ts';
import type { ClosingStore, StoredClosing } from '../../ports/closingStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { transaction } from './database.ts';
import { nettoPages } from './nettoPages.ts';
import { query, write } from './statement.ts';
import { boundsOf } from './timeframeRange.ts';

type ClosingRow = {
  readonly document: string;
  readonly status: Closing['status'];
  readonly hasLateReadings: number;
};

const columns = 'document, status, hasLateReadings';
const latestRevision = `revision = (SELECT max(revision) FROM closings AS other
  WHERE other.gridId = closings.gridId AND other.timeframe = closings.timeframe)`;

/** Closings as JSON documents; what may change of one lies beside it in columns. */
export function embeddedClosingStore(db: DatabaseSync): ClosingStore {
  const statements = prepare(db);
  return {
    ...nettoPages(db),
    async create(closing) {
      const { gridId, closingNumber, timeframe, revision, status } = closing;
      const document = JSON.stringify(closing);
      return (
        statements.insert.run(gridId, closingNumber, timeframe, revision, status, document)
          .changes === 1
      );
    },
    async last(gridId) {
      const row = statements.selectLast.get(gridId);
      return row && closingOf(row);
    },
    async byNumber(gridId, closingNumber) {
      const row = statements.selectNumber.get(gridId, closingNumber);
      return row && closingOf(row);
    },
    async latest(gridId, timeframe) {
      const row = statements.selectLatest.get(gridId, timeframe);
      return row && closingOf(row);
    },
    async revisions(gridId, timeframe) {
      return statements.selectRevisions.all(gridId, timeframe).map(closingOf);
    },
    async list(gridId, range, page) {
      const { from, to } = boundsOf(range, page.after);
      const rows = statements.selectRange.all(gridId, from, to, rowsFor(page));
      return pageOf(rows.map(closingOf), page, (closing) => closing.timeframe);
    },
    async listUnsettled(gridId, limit) {
      return statements.selectUnsettled.all(gridId, limit).map(closingOf);
    },
    async markSettled(gridId, closingNumber) {
      statements.settle.run(gridId, closingNumber);
    },
    async markLate(gridId, timeframes) {
      transaction(db, () => {
        for (const timeframe of timeframes) statements.mark.run(gridId, timeframe);
      });
    },
    async listLate(gridId, from, limit) {
      return statements.selectLate.all(gridId, from, limit).map(closingOf);
    },
    async clearLate(gridId, closingNumber) {
      statements.clear.run(gridId, closingNumber);
    },
  };
}

function prepare(db: DatabaseSync) {
  const select = (rest: string) =>
    query<ClosingRow>(db, `SELECT ${columns} FROM closings WHERE gridId = ? ${rest}`);
  const insert = write(
    db,
    `INSERT INTO closings
       (gridId, closingNumber, timeframe, revision, status, hasLateReadings, document)
     VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (gridId, closingNumber) DO NOTHING`,
  );
  const selectLast = select('ORDER BY closingNumber DESC LIMIT 1');
  const selectNumber = select('AND closingNumber = ?');
  const selectLatest = select('AND timeframe = ? ORDER BY revision DESC LIMIT 1');
  const selectRevisions = select('AND timeframe = ? ORDER BY revision');
  const selectRange = select(
    `AND timeframe >= ? AND timeframe < ? AND ${latestRevision}
     ORDER BY timeframe LIMIT ?`,
  );
  // Named, because SQLite takes the primary key by itself and walks through all closings.
  const selectUnsettled = query<ClosingRow>(
    db,
    `SELECT ${columns} FROM closings INDEXED BY closingsUnsettled
     WHERE gridId = ? AND status = 'closed' ORDER BY closingNumber LIMIT ?`,
  );
  const settle = write(
    db,
    `UPDATE closings SET status = 'settled' WHERE gridId = ? AND closingNumber = ?
     AND status = 'closed'`,
  );
  const mark = write(
    db,
    `UPDATE closings SET hasLateReadings = 1 WHERE gridId = ? AND timeframe = ?
     AND hasLateReadings = 0 AND ${latestRevision}`,
  );
  const selectLate = query<ClosingRow>(
    db,
    `SELECT ${columns} FROM closings INDEXED BY closingsLate
     WHERE gridId = ? AND hasLateReadings = 1 AND timeframe >= ?
     ORDER BY timeframe, revision LIMIT ?`,
  );
  const clear = write(
    db,
    `UPDATE closings SET hasLateReadings = 0 WHERE gridId = ? AND closingNumber = ?
     AND hasLateReadings = 1`,
  );
  return {
    insert,
    selectLast,
    selectNumber,
    selectLatest,
    selectRevisions,
    selectRange,
    selectUnsettled,
    settle,
    mark,
    selectLate,
    clear,
  };
}

function closingOf({ document, status, hasLateReadings }: ClosingRow): StoredClosing {
  const closing = JSON.parse(document) as Closing;
  return { ...closing, status, hasLateReadings: hasLateReadings === 1 };
}
