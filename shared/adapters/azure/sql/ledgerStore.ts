import type { AccountLine } from '../../../domain/accountLine.ts';
import type { AccountId } from '../../../domain/ids.ts';
import type { BatchKey, Posting } from '../../../domain/ledger.ts';
import { addWh, type WattHours, zeroWh } from '../../../domain/units.ts';
import {
  type BilledIn,
  type LedgerStore,
  UnknownAccountError,
} from '../../../ports/ledgerStore.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { postingPositionOf } from '../../postingPosition.ts';
import { type SumsRow, sumsColumns, sumsOf } from '../../prosumerInfoRows.ts';
import { averagedRow } from './averagedLines.ts';
import { listGridPostings } from './gridPostings.ts';
import { isSqlNumber } from './isSqlTransient.ts';
import { ledgerLock } from './lockedTransaction.ts';
import { listPostings } from './postings.ts';
import { recordStatement, unknownAccountNumber } from './recordStatement.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  idParameter,
  instantParameter,
  intParameter,
  lockParameter,
  rowsParameter,
  wordParameter,
} from './sqlParameters.ts';

/** The ledger: postings that are only ever added, and the sums in the rows of the accounts. */
export function azureLedgerStore(db: SqlDatabase): LedgerStore {
  return {
    async record(key, postings, billed) {
      try {
        const { rows } = await db.query<{ recordedBatches: number }>(
          recordStatement,
          recordParameters(key, postings, billed),
        );
        return { recordedBatches: rows[0]?.recordedBatches ?? 0 };
      } catch (error) {
        if (!(error instanceof Error && isSqlNumber(error, unknownAccountNumber))) throw error;
        throw new UnknownAccountError(error.message, { cause: error });
      }
    },
    async recordedBatches(gridId, timeframe, revision) {
      const { rows } = await db.query<{ batch: number }>(batchesStatement, {
        gridId: idParameter(gridId),
        timeframe: instantParameter(timeframe),
        revision: intParameter(revision),
      });
      return rows.map(({ batch }) => batch);
    },
    async listPostings(prosumerId, range, page) {
      const postings = await listPostings(db, prosumerId, range, page.after, rowsFor(page));
      return pageOf(postings, page, ({ timeframe, revision, sequence }) => ({
        timeframe,
        revision,
        sequence,
      }));
    },
    async listGridPostings(gridId, range, page) {
      const rows = await listGridPostings(db, gridId, range, page.after, rowsFor(page));
      return pageOf(rows, page, postingPositionOf);
    },
    async listAccounts(gridId, page) {
      const { rows } = await db.query<SumsRow & { accountId: AccountId }>(accountsStatement, {
        gridId: idParameter(gridId),
        after: idParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
      });
      const accounts = rows.map((row) => ({ accountId: row.accountId, sums: sumsOf(row) }));
      return pageOf(accounts, page, (account) => account.accountId);
    },
  };
}

const batchesStatement = `SELECT batch FROM recordedBatches
WHERE gridId = @gridId AND timeframe = @timeframe AND revision = @revision ORDER BY batch`;

const accountsStatement = `SELECT TOP (@limit) accountId, ${sumsColumns} FROM (
  SELECT * FROM (SELECT TOP (@limit) prosumerId AS accountId, ${sumsColumns} FROM prosumers
    WHERE gridId = @gridId AND prosumerId > @after ORDER BY prosumerId) AS members
  UNION ALL
  SELECT accountId, ${sumsColumns} FROM reservedAccounts
  WHERE gridId = @gridId AND accountId > @after
) AS accounts ORDER BY accountId`;

function recordParameters(
  key: BatchKey,
  postings: readonly Posting[],
  { period, lines, averaged }: BilledIn,
): SqlParameters {
  return {
    lock: lockParameter(ledgerLock(key.gridId)),
    gridId: idParameter(key.gridId),
    timeframe: instantParameter(key.timeframe),
    revision: intParameter(key.revision),
    batch: intParameter(key.batch),
    postings: rowsParameter(rowsOf(postings)),
    period: wordParameter(period),
    lines: rowsParameter(lineRowsOf(lines)),
    averaged: rowsParameter(averaged.map(averagedRow)),
  };
}

/** Each posting once, as the places that the statement reads. */
function rowsOf(postings: readonly Posting[]): unknown[] {
  const rows = new Map<string, unknown>();
  for (const posting of postings) {
    const { accountId, sequence, side, soldWh, boughtWh, creditUsat, debitUsat } = posting;
    const key = `${sequence} ${side} ${accountId}`;
    if (rows.has(key)) continue;
    rows.set(key, [accountId, sequence, side, soldWh, boughtWh, creditUsat, debitUsat]);
  }
  return [...rows.values()];
}

/** Lines of one key together, as the places that the statement reads. */
function lineRowsOf(lines: readonly AccountLine[]): unknown[] {
  const sums = new Map<
    string,
    { readonly key: readonly unknown[]; readonly energyWh: WattHours }
  >();
  for (const { accountId, kind, counterparty, priceMsatPerKwh, energyWh } of lines) {
    const key = [accountId, kind, counterparty, priceMsatPerKwh];
    const before = sums.get(key.join(' '))?.energyWh ?? zeroWh;
    sums.set(key.join(' '), { key, energyWh: addWh(before, energyWh) });
  }
  return [...sums.values()].map(({ key, energyWh }) => [...key, energyWh]);
}
