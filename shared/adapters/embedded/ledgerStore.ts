import type { DatabaseSync } from 'node:sqlite';
import { type AccountId, type GridId, isReserved, type ProsumerId } from '../../domain/ids.ts';
import {
  type AccountSums,
  type BatchKey,
  type Posting,
  sumsByAccount,
} from '../../domain/ledger.ts';
import type { Timeframe } from '../../domain/timeframe.ts';
import { type LedgerStore, UnknownAccountError } from '../../ports/ledgerStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { postingPositionOf } from '../postingPosition.ts';
import {
  type PostingRow,
  type SumsRow,
  storedPostingOf,
  sumsColumns,
  sumsOf,
} from '../prosumerInfoRows.ts';
import { readTransaction, transaction } from './database.ts';
import { lineAdder } from './lineAdder.ts';
import { bigintQuery, query, write } from './statement.ts';
import { boundsOf } from './timeframeRange.ts';

type AccountRow = SumsRow & { readonly accountId: AccountId };

const postingKey = 'gridId, timeframe, accountId, revision, sequence, side';
const postingColumns = `${postingKey}, soldWh, boughtWh, creditUsat, debitUsat`;

/** The ledger: postings clustered by timeframe, and the sums in the rows of the accounts. */
export function embeddedLedgerStore(db: DatabaseSync): LedgerStore {
  const statements = prepare(db);
  const addLines = lineAdder(db);
  const batches = (gridId: GridId, timeframe: Timeframe, revision: number) =>
    statements.selectBatches.all(gridId, timeframe, revision).map(({ batch }) => batch);
  return {
    async record(key, postings, lines) {
      return transaction(db, () => {
        const { gridId, timeframe, revision, batch } = key;
        const isNew = statements.insertBatch.run(gridId, timeframe, revision, batch).changes === 1;
        if (isNew) {
          moveSums(statements, gridId, insertPostings(statements, key, postings));
          addLines(gridId, lines);
        }
        return { recordedBatches: batches(gridId, timeframe, revision).length };
      });
    },
    async recordedBatches(gridId, timeframe, revision) {
      return batches(gridId, timeframe, revision);
    },
    async listPostings(prosumerId, range, page) {
      const gridId = statements.selectGrid.get(prosumerId)?.gridId;
      if (gridId === undefined) return { items: [] };
      const { from, to } = boundsOf(range);
      const before = page.after && page.after.timeframe < to ? page.after : startOf(to);
      const rows = readTransaction(db, () =>
        newestPostings(statements, { prosumerId, gridId, from, before, limit: rowsFor(page) }),
      );
      return pageOf(rows.map(storedPostingOf), page, (last) => ({
        timeframe: last.timeframe,
        revision: last.revision,
        sequence: last.sequence,
      }));
    },
    async listGridPostings(gridId, range, page) {
      const { from, to } = boundsOf(range);
      const after = page.after && page.after.timeframe >= from ? page.after : beforeAllOf(from);
      const { timeframe, accountId, revision, sequence, side } = after;
      const start = [timeframe, accountId, revision, sequence, side];
      const rows = statements.selectGridPostings.all(gridId, to, ...start, rowsFor(page));
      return pageOf(rows.map(storedPostingOf), page, postingPositionOf);
    },
    async listAccounts(gridId, page) {
      const limit = rowsFor(page);
      const range = [gridId, page.after ?? '', limit];
      const rows = statements.selectAccounts.all(...range, ...range, limit);
      const accounts = rows.map((row) => ({ accountId: row.accountId, sums: sumsOf(row) }));
      return pageOf(accounts, page, (account) => account.accountId);
    },
  };
}

// Revisions count from 0 and sequences from 1: no posting stands before this one in its timeframe.
function startOf(timeframe: string) {
  return { timeframe, revision: 0, sequence: 0 };
}

function beforeAllOf(timeframe: string) {
  return { ...startOf(timeframe), accountId: '', side: '' };
}

function endOf(timeframe: string) {
  return { timeframe, revision: Number.MAX_SAFE_INTEGER, sequence: 0 };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    insertBatch: write(
      db,
      `INSERT INTO recordedBatches (gridId, timeframe, revision, batch) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    selectBatches: query<{ batch: number }>(
      db,
      `SELECT batch FROM recordedBatches WHERE gridId = ? AND timeframe = ? AND revision = ?
       ORDER BY batch`,
    ),
    insertPosting: write(
      db,
      `INSERT INTO postings (${postingColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    addToProsumer: write(
      db,
      `UPDATE prosumers SET soldWh = soldWh + ?, boughtWh = boughtWh + ?,
         creditsUsat = creditsUsat + ?, debitsUsat = debitsUsat + ?
       WHERE prosumerId = ? AND gridId = ?`,
    ),
    addToReserved: write(
      db,
      `INSERT INTO reservedAccounts (${sumsColumns}, accountId, gridId) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET soldWh = soldWh + excluded.soldWh,
         boughtWh = boughtWh + excluded.boughtWh,
         creditsUsat = creditsUsat + excluded.creditsUsat,
         debitsUsat = debitsUsat + excluded.debitsUsat`,
    ),
    selectGrid: query<{ gridId: GridId }>(db, 'SELECT gridId FROM prosumers WHERE prosumerId = ?'),
    selectPostings: bigintQuery<PostingRow>(
      db,
      `SELECT ${postingColumns} FROM postings
       WHERE gridId = ? AND timeframe = ? AND accountId = ? AND (revision, sequence) < (?, ?)
       ORDER BY revision DESC, sequence DESC, side DESC LIMIT ?`,
    ),
    selectGridPostings: bigintQuery<PostingRow>(
      db,
      `SELECT ${postingColumns} FROM postings
       WHERE gridId = ? AND timeframe < ?
         AND (timeframe, accountId, revision, sequence, side) > (?, ?, ?, ?, ?)
       ORDER BY timeframe, accountId, revision, sequence, side LIMIT ?`,
    ),
    selectTimeframeBefore: query<{ timeframe: Timeframe }>(
      db,
      `SELECT timeframe FROM recordedBatches WHERE gridId = ? AND timeframe >= ? AND timeframe < ?
       ORDER BY timeframe DESC LIMIT 1`,
    ),
    selectAccounts: bigintQuery<AccountRow>(
      db,
      `SELECT * FROM (SELECT prosumerId AS accountId, ${sumsColumns} FROM prosumers
         WHERE gridId = ? AND prosumerId > ? ORDER BY prosumerId LIMIT ?)
       UNION ALL
       SELECT * FROM (SELECT accountId, ${sumsColumns} FROM reservedAccounts
         WHERE gridId = ? AND accountId > ? ORDER BY accountId LIMIT ?)
       ORDER BY accountId LIMIT ?`,
    ),
  };
}

/** Postings that stand before a position, newest first: one seek per timeframe, going back. */
function newestPostings(
  { selectPostings, selectTimeframeBefore }: Statements,
  of: {
    readonly prosumerId: ProsumerId;
    readonly gridId: GridId;
    readonly from: string;
    readonly before: ReturnType<typeof startOf>;
    readonly limit: number;
  },
): PostingRow[] {
  const { prosumerId, gridId, from, limit } = of;
  const rows: PostingRow[] = [];
  let { timeframe, revision, sequence } = of.before;
  while (timeframe >= from) {
    const key = [gridId, timeframe, prosumerId, revision, sequence];
    rows.push(...selectPostings.all(...key, limit - rows.length));
    if (rows.length === limit) return rows;
    const earlier = selectTimeframeBefore.get(gridId, from, timeframe);
    if (earlier === undefined) return rows;
    ({ timeframe, revision, sequence } = endOf(earlier.timeframe));
  }
  return rows;
}

/** Inserts the postings that are not there yet, and answers those. */
function insertPostings(
  { insertPosting }: Statements,
  { gridId, timeframe, revision }: BatchKey,
  postings: readonly Posting[],
): Posting[] {
  return postings.filter(
    (posting) =>
      insertPosting.run(
        gridId,
        timeframe,
        posting.accountId,
        revision,
        posting.sequence,
        posting.side,
        posting.soldWh,
        posting.boughtWh,
        posting.creditUsat,
        posting.debitUsat,
      ).changes === 1,
  );
}

function moveSums(statements: Statements, gridId: GridId, postings: readonly Posting[]): void {
  for (const [accountId, sums] of sumsByAccount(postings)) {
    const isMoved = addTo(statements, gridId, accountId, sums);
    if (!isMoved) {
      throw new UnknownAccountError(`a posting names ${accountId}, no account of grid ${gridId}`);
    }
  }
}

function addTo(
  { addToProsumer, addToReserved }: Statements,
  gridId: GridId,
  accountId: AccountId,
  { soldWh, boughtWh, creditsUsat, debitsUsat }: AccountSums,
): boolean {
  const add = isReserved(accountId) ? addToReserved : addToProsumer;
  return add.run(soldWh, boughtWh, creditsUsat, debitsUsat, accountId, gridId).changes === 1;
}
