import { isDeepStrictEqual } from 'node:util';
import type { BillingPeriod } from '../../../domain/billingPeriod.ts';
import type { AccountId, GridId } from '../../../domain/ids.ts';
import type { BillingStore, RunAccount } from '../../../ports/billingStore.ts';
import {
  type BilledAccountRow,
  billedAccountColumns,
  type LineRow,
  lineColumns,
  type RunRow,
  runAccountsOf,
  runOf,
} from '../../billingRows.ts';
import { checkFinalRun } from '../../checkFinalRun.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { finalizeParameters, finalizeStatement } from './finalizeStatement.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import { idParameter, intParameter } from './sqlParameters.ts';
import { readUnbilled } from './unbilled.ts';

/** Billing: what of the ledger is unbilled, and final runs, which are only ever added. */
export function azureBillingStore(db: SqlDatabase): BillingStore {
  const runs = (statement: string, parameters: SqlParameters) =>
    db.query<RunRow>(statement, parameters).then(({ rows }) => rows.map(runOf));
  const getRun = async (gridId: GridId, period: BillingPeriod) =>
    (await runs(runStatement, placeOf(gridId, period)))[0];
  return {
    async unbilled(gridId, through) {
      return readUnbilled(db, gridId, { through });
    },
    async unbilledOf(gridId, accountId) {
      return readUnbilled(db, gridId, { accountId });
    },
    async finalize(final, mark, entry) {
      checkFinalRun(final);
      const { rows, attempt } = await db.query<OutcomeRow>(
        finalizeStatement,
        finalizeParameters(final, mark, entry),
      );
      const outcome = rows[0]?.outcome ?? 'changed';
      if (outcome !== 'exists' || attempt === 1) return outcome;
      // The answer to an earlier attempt may have been lost, after it had made the run final.
      const { gridId, period } = final.run;
      return isDeepStrictEqual(await getRun(gridId, period), final.run) ? 'finalized' : 'exists';
    },
    getRun,
    async lastRun(gridId) {
      return (await runs(lastRunStatement, { gridId: idParameter(gridId) }))[0];
    },
    async listRuns(gridId, page) {
      const listed = await runs(runsStatement, {
        gridId: idParameter(gridId),
        after: idParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(listed, page, (run) => run.period);
    },
    async listRunAccounts(gridId, period, page) {
      const accounts = await readAccounts(db, gridId, period, page.after ?? '', rowsFor(page));
      return pageOf(accounts, page, (account) => account.accountId);
    },
    async getRunAccount(gridId, period, accountId) {
      const [accounts, lines] = await db.queryAll<AccountResults>(accountStatement, {
        ...placeOf(gridId, period),
        accountId: idParameter(accountId),
      });
      return runAccountsOf(accounts, lines)[0];
    },
    async listUndocumented(limit) {
      const { rows } = await db.query<UndocumentedRow>(undocumentedStatement, {
        limit: intParameter(limit),
      });
      return rows.map(({ through, ...row }) => ({
        run: runOf(row),
        ...(through === null ? {} : { through }),
      }));
    },
    async markDocumented(gridId, period, through) {
      const place = placeOf(gridId, period);
      if (through === '*') await db.query(markDoneStatement, place);
      else await db.query(markThroughStatement, { ...place, through: idParameter(through) });
    },
  };
}

type OutcomeRow = { readonly outcome: Awaited<ReturnType<BillingStore['finalize']>> };
type UndocumentedRow = RunRow & { readonly through: AccountId | null };
type AccountResults = readonly [accounts: readonly BilledAccountRow[], lines: readonly LineRow[]];

function placeOf(gridId: GridId, period: BillingPeriod): SqlParameters {
  return { gridId: idParameter(gridId), period: idParameter(period) };
}

async function readAccounts(
  db: SqlDatabase,
  gridId: GridId,
  period: BillingPeriod,
  after: string,
  rowsMax: number,
): Promise<readonly RunAccount[]> {
  const [accounts, lines] = await db.queryAll<AccountResults>(accountsStatement, {
    ...placeOf(gridId, period),
    after: idParameter(after),
    limit: intParameter(rowsMax),
  });
  return runAccountsOf(accounts, lines);
}

const runColumns = `run.gridId, run.period, run.finalizedAt, run.closingNumber, run.hash,
  run.previousPeriod, run.accountCount, run.invoiceCount, run.payoutCount, run.invoicesSat,
  run.payoutsSat, run.miniGridSat, run.powerPlantSat, run.carriedUsat`;
const lineOrder = 'ORDER BY accountId, kind, counterparty, priceMsatPerKwh';

const runStatement = `SELECT ${runColumns} FROM billingRuns AS run
WHERE run.gridId = @gridId AND run.period = @period`;

const lastRunStatement = `SELECT TOP (1) ${runColumns} FROM billingRuns AS run
WHERE run.gridId = @gridId ORDER BY run.period DESC`;

const runsStatement = `SELECT TOP (@limit) ${runColumns} FROM billingRuns AS run
WHERE run.gridId = @gridId AND run.period > @after ORDER BY run.period`;

const accountStatement = `
SELECT ${billedAccountColumns} FROM billingAccounts
WHERE gridId = @gridId AND period = @period AND accountId = @accountId;
SELECT ${lineColumns} FROM billingLines
WHERE gridId = @gridId AND period = @period AND accountId = @accountId ${lineOrder};`;

const accountsStatement = `
SET NOCOUNT ON;
DECLARE @through VARCHAR(63);
SELECT @through = MAX(accountId) FROM (SELECT TOP (@limit) accountId FROM billingAccounts
  WHERE gridId = @gridId AND period = @period AND accountId > @after ORDER BY accountId) AS page;
SELECT ${billedAccountColumns} FROM billingAccounts
WHERE gridId = @gridId AND period = @period AND accountId > @after AND accountId <= @through
ORDER BY accountId;
SELECT ${lineColumns} FROM billingLines
WHERE gridId = @gridId AND period = @period AND accountId > @after AND accountId <= @through
${lineOrder};`;

const undocumentedStatement = `SELECT TOP (@limit) ${runColumns}, documents.through
FROM billingDocuments AS documents INNER JOIN billingRuns AS run
  ON run.gridId = documents.gridId AND run.period = documents.period
WHERE documents.isDone = 0 ORDER BY run.finalizedAt, run.gridId, run.period`;

const markThroughStatement = `UPDATE billingDocuments SET through = @through
WHERE gridId = @gridId AND period = @period AND (through IS NULL OR through < @through)`;

const markDoneStatement = `UPDATE billingDocuments SET isDone = 1
WHERE gridId = @gridId AND period = @period`;
