import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { BillingPeriod } from '../../domain/billingPeriod.ts';
import type { AccountId, GridId } from '../../domain/ids.ts';
import { microSatoshi } from '../../domain/units.ts';
import type { Unbilled } from '../../ports/billingStore.ts';
import {
  type ChangeRow,
  invoiceChangeOf,
  type LineRow,
  lineOf,
  type RowInteger,
} from '../billingRows.ts';
import { meanPriceLines } from '../meanPriceLines.ts';
import { bigintQuery, query } from './statement.ts';

/** Reads what is unbilled, within the caller's transaction. */
export type UnbilledReader = {
  all(gridId: GridId, through: BillingPeriod): Unbilled;
  of(gridId: GridId, accountId: AccountId): Unbilled;
  mark(gridId: GridId, through: string): string;
  lastPeriod(gridId: GridId): BillingPeriod | undefined;
};

// It comes after every period as text.
const afterAll = '~';

/** What no final run has taken yet. Periods without it are not looked into, however many there are. */
export function unbilledReader(db: DatabaseSync): UnbilledReader {
  const { marks, lastRun, ...statements } = prepare(db);
  const lastPeriod = (gridId: GridId) => lastRun.get(gridId)?.period;
  const mark = (gridId: GridId, through: string) => {
    const row = marks.get(gridId, through, gridId);
    return `${row?.ledger ?? 0}.${row?.invoices ?? 0}.${lastPeriod(gridId) ?? 'none'}`;
  };
  const read = (gridId: GridId, through: string, account: readonly SQLInputValue[]): Unbilled => {
    const of = account.length === 0 ? statements.ofGrid : statements.ofAccount;
    const ofBoth = [gridId, through, ...account, gridId, through, ...account];
    return {
      mark: mark(gridId, through),
      lines: of.lines.all(...ofBoth).map(lineOf),
      carries: of.carries
        .all(gridId, lastPeriod(gridId) ?? '', ...account)
        .map(({ accountId, restUsat }) => ({
          accountId,
          restUsat: microSatoshi(BigInt(restUsat)),
        })),
      payments: of.payments.all(gridId, ...account).map(invoiceChangeOf),
      periods: of.periods.all(...ofBoth).map(({ period }) => period),
    };
  };
  return {
    all: (gridId, through) => read(gridId, through, []),
    of: (gridId, accountId) => read(gridId, afterAll, [accountId]),
    mark,
    lastPeriod,
  };
}

type CarryRow = { readonly accountId: AccountId; readonly restUsat: RowInteger };
type PeriodRow = { readonly period: BillingPeriod };

export const lineColumns = 'accountId, kind, counterparty, priceMsatPerKwh';

/**
 * Selects what is unbilled as lines of a price each, one per `lineColumns`. It takes grid, last
 * period, and what `account` has, twice.
 */
export function unbilledLines(account = ''): string {
  const averaged = `SELECT accountId, kind, counterparty, sum(energyWh - billedWh) AS energyWh,
      sum(amountUsat - billedUsat) AS amountUsat
    FROM ${unbilledOf('averagedLines')} ${account} GROUP BY accountId, kind, counterparty`;
  return `SELECT ${lineColumns}, sum(energyWh) AS energyWh FROM (
    SELECT ${lineColumns}, energyWh - billedWh AS energyWh
    FROM ${unbilledOf('accountLines')} ${account}
    UNION ALL
    ${meanPriceLines(averaged)}
  ) GROUP BY ${lineColumns} ORDER BY ${lineColumns}`;
}

/** Of the periods that were added to since a final run has seen them. */
function unbilledOf(table: 'accountLines' | 'averagedLines'): string {
  return `ledgerPeriods CROSS JOIN ${table} USING (gridId, period)
    WHERE gridId = ? AND period <= ? AND changes <> billedChanges AND energyWh <> billedWh`;
}

function prepare(db: DatabaseSync) {
  return {
    marks: bigintQuery<{ ledger: RowInteger | null; invoices: RowInteger | null }>(
      db,
      `SELECT (SELECT sum(changes) FROM ledgerPeriods WHERE gridId = ? AND period <= ?) AS ledger,
         (SELECT changes FROM invoiceChanges WHERE gridId = ?) AS invoices`,
    ),
    lastRun: query<PeriodRow>(
      db,
      'SELECT period FROM billingRuns WHERE gridId = ? ORDER BY period DESC LIMIT 1',
    ),
    ofGrid: prepareOf(db, { account: '', prosumer: '' }),
    ofAccount: prepareOf(db, { account: 'AND accountId = ?', prosumer: 'AND prosumerId = ?' }),
  };
}

function prepareOf(
  db: DatabaseSync,
  { account, prosumer }: Record<'account' | 'prosumer', string>,
) {
  return {
    lines: bigintQuery<LineRow>(db, unbilledLines(account)),
    periods: query<PeriodRow>(
      db,
      `SELECT period FROM ${unbilledOf('accountLines')} ${account}
       UNION SELECT period FROM ${unbilledOf('averagedLines')} ${account} ORDER BY period`,
    ),
    carries: bigintQuery<CarryRow>(
      db,
      `SELECT accountId, restUsat FROM billingAccounts
       WHERE gridId = ? AND period = ? AND restUsat <> 0 ${account} ORDER BY accountId`,
    ),
    payments: bigintQuery<ChangeRow>(
      db,
      `SELECT invoiceId, prosumerId, contributionSat - accountedSat AS satoshi FROM invoices
       WHERE gridId = ? AND contributionSat <> accountedSat ${prosumer}
       ORDER BY prosumerId, invoiceId`,
    ),
  };
}
