import type { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '../../domain/ids.ts';
import type { BillingStore } from '../../ports/billingStore.ts';
import {
  type BilledAccountRow,
  billedAccountColumns,
  type LineRow,
  lineColumns,
  type RunRow,
  runAccountsOf,
  runOf,
} from '../billingRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { readTransaction } from './database.ts';
import { runFinalizer } from './runFinalizer.ts';
import { bigintQuery, write } from './statement.ts';
import { unbilledReader } from './unbilled.ts';

/** Billing: what of the ledger is unbilled, and final runs, which are only ever added. */
export function embeddedBillingStore(db: DatabaseSync): BillingStore {
  const unbilled = unbilledReader(db);
  const finalize = runFinalizer(db, unbilled);
  const statements = prepare(db);
  return {
    async unbilled(gridId, through) {
      return readTransaction(db, () => unbilled.all(gridId, through));
    },
    async unbilledOf(gridId, accountId) {
      return readTransaction(db, () => unbilled.of(gridId, accountId));
    },
    async finalize(final, mark, entry) {
      return finalize(final, mark, entry);
    },
    async getRun(gridId, period) {
      const row = statements.selectRun.get(gridId, period);
      return row && runOf(row);
    },
    async lastRun(gridId) {
      const row = statements.selectLastRun.get(gridId);
      return row && runOf(row);
    },
    async listRuns(gridId, page) {
      const rows = statements.selectRuns.all(gridId, page.after ?? '', rowsFor(page));
      return pageOf(rows.map(runOf), page, (run) => run.period);
    },
    async listRunAccounts(gridId, period, page) {
      const place = [gridId, period, page.after ?? ''];
      const rows = statements.selectAccounts.all(...place, rowsFor(page));
      const through = rows.at(-1)?.accountId ?? '';
      const lines = statements.selectLines.all(...place, through);
      return pageOf(runAccountsOf(rows, lines), page, (account) => account.accountId);
    },
    async getRunAccount(gridId, period, accountId) {
      const row = statements.selectAccount.get(gridId, period, accountId);
      if (row === undefined) return undefined;
      return runAccountsOf([row], statements.selectLinesOf.all(gridId, period, accountId))[0];
    },
    async listUndocumented(limit) {
      return statements.selectUndocumented.all(limit).map(({ through, ...row }) => ({
        run: runOf(row),
        ...(through === null ? {} : { through }),
      }));
    },
    async markDocumented(gridId, period, through) {
      if (through === '*') statements.markDone.run(gridId, period);
      else statements.markThrough.run(through, gridId, period, through);
    },
  };
}

type UndocumentedRow = RunRow & { readonly through: AccountId | null };

function prepare(db: DatabaseSync) {
  const runs = (sql: string) => bigintQuery<RunRow>(db, `SELECT * FROM billingRuns ${sql}`);
  const accounts = (sql: string) =>
    bigintQuery<BilledAccountRow>(
      db,
      `SELECT ${billedAccountColumns} FROM billingAccounts WHERE gridId = ? AND period = ? AND ${sql}`,
    );
  const lines = (sql: string) =>
    bigintQuery<LineRow>(
      db,
      `SELECT ${lineColumns} FROM billingLines WHERE gridId = ? AND period = ? AND ${sql}
       ORDER BY accountId, kind, counterparty, priceMsatPerKwh`,
    );
  return {
    selectRun: runs('WHERE gridId = ? AND period = ?'),
    selectLastRun: runs('WHERE gridId = ? ORDER BY period DESC LIMIT 1'),
    selectRuns: runs('WHERE gridId = ? AND period > ? ORDER BY period LIMIT ?'),
    selectAccount: accounts('accountId = ?'),
    selectAccounts: accounts('accountId > ? ORDER BY accountId LIMIT ?'),
    selectLinesOf: lines('accountId = ?'),
    selectLines: lines('accountId > ? AND accountId <= ?'),
    selectUndocumented: bigintQuery<UndocumentedRow>(
      db,
      `SELECT billingRuns.*, through FROM billingDocuments JOIN billingRuns USING (gridId, period)
       WHERE isDone = 0 ORDER BY finalizedAt, gridId, period LIMIT ?`,
    ),
    markThrough: write(
      db,
      `UPDATE billingDocuments SET through = ?
       WHERE gridId = ? AND period = ? AND (through IS NULL OR through < ?)`,
    ),
    markDone: write(db, 'UPDATE billingDocuments SET isDone = 1 WHERE gridId = ? AND period = ?'),
  };
}
