import type { BillingPeriod } from '../../../domain/billingPeriod.ts';
import type { AccountId, GridId } from '../../../domain/ids.ts';
import { microSatoshi } from '../../../domain/units.ts';
import type { Unbilled } from '../../../ports/billingStore.ts';
import {
  type ChangeRow,
  invoiceChangeOf,
  type LineRow,
  lineOf,
  type RowInteger,
} from '../../billingRows.ts';
import { meanPriceLines } from '../../meanPriceLines.ts';
import { ledgerLock, lockedTransaction, locksParameter } from './lockedTransaction.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter } from './sqlParameters.ts';

type Results = readonly [
  marks: readonly { readonly mark: string }[],
  lines: readonly LineRow[],
  carries: readonly { readonly accountId: AccountId; readonly restUsat: RowInteger }[],
  payments: readonly ChangeRow[],
  periods: readonly { readonly period: BillingPeriod }[],
];

/** Later than any period, as text. */
const afterAll = '~';

/** What is unbilled through a period: of a grid, or of one account and then of all periods. */
export async function readUnbilled(
  db: SqlDatabase,
  gridId: GridId,
  of: { readonly through: BillingPeriod } | { readonly accountId: AccountId },
): Promise<Unbilled> {
  const isAccount = 'accountId' in of;
  const results = await db.queryAll<Results>(isAccount ? accountStatement : gridStatement, {
    locks: locksParameter(ledgerLock(gridId)),
    gridId: idParameter(gridId),
    through: idParameter(isAccount ? afterAll : of.through),
    ...(isAccount && { accountId: idParameter(of.accountId) }),
  });
  const [[first], lines, carries, payments, periods] = results;
  if (first === undefined) throw new Error('what is unbilled has a mark');
  return {
    mark: first.mark,
    lines: lines.map(lineOf),
    carries: carries.map(({ accountId, restUsat }) => ({
      accountId,
      restUsat: microSatoshi(BigInt(restUsat)),
    })),
    payments: payments.map(invoiceChangeOf),
    periods: periods.map(({ period }) => period),
  };
}

export const markVariables = 'DECLARE @last VARCHAR(7), @now VARCHAR(63);';

/** Sets `@last` to the last final run's period, and `@now` to the mark of what is unbilled. */
export const setMark = `
SELECT @last = MAX(period) FROM billingRuns WHERE gridId = @gridId;
SELECT @now = CAST(ISNULL(SUM(changes), 0) AS VARCHAR(20)) FROM ledgerPeriods
WHERE gridId = @gridId AND period <= @through;
SELECT @now = @now + '.' + CAST(ISNULL(SUM(changes), 0) AS VARCHAR(20)) FROM invoiceChanges
WHERE gridId = @gridId;
SET @now = @now + '.' + ISNULL(@last, 'none');`;

export const lineColumns = 'line.accountId, line.kind, line.counterparty, line.priceMsatPerKwh';

/**
 * Selects what is unbilled as lines of a price each, one per `lineColumns`. The casts are for what
 * would sum integers to decimals, which are divided with a fraction.
 */
export function unbilledLines(only = ''): string {
  const averaged = `SELECT line.accountId, line.kind, line.counterparty,
      CAST(SUM(line.energyWh - line.billedWh) AS BIGINT) AS energyWh,
      CAST(SUM(line.amountUsat - line.billedUsat) AS BIGINT) AS amountUsat
    FROM ${unbilledOf('averagedLines')} ${only}
    GROUP BY line.accountId, line.kind, line.counterparty`;
  return `SELECT ${lineColumns}, SUM(line.energyWh) AS energyWh FROM (
    SELECT ${lineColumns}, line.energyWh - line.billedWh AS energyWh
    FROM ${unbilledOf('accountLines')} ${only}
    UNION ALL
    ${meanPriceLines(averaged)}
  ) AS line GROUP BY ${lineColumns}`;
}

/** Of the periods that were added to since a final run has seen them. */
function unbilledOf(table: 'accountLines' | 'averagedLines'): string {
  return `ledgerPeriods AS month INNER JOIN ${table} AS line
      ON line.gridId = month.gridId AND line.period = month.period
    WHERE month.gridId = @gridId AND month.period <= @through
      AND month.changes <> month.billedChanges AND line.energyWh <> line.billedWh`;
}

const gridStatement = statement({ account: '', line: '', prosumer: '' });
const accountStatement = statement({
  account: 'AND accountId = @accountId',
  line: 'AND line.accountId = @accountId',
  prosumer: 'AND prosumerId = @accountId',
});

/** The lock makes all that it reads of one state: whoever changes it holds the same lock alone. */
function statement(only: Readonly<Record<'account' | 'line' | 'prosumer', string>>): string {
  return lockedTransaction({
    mode: 'Shared',
    declarations: markVariables,
    work: `${setMark}
SELECT @now AS mark;

${unbilledLines(only.line)} ORDER BY ${lineColumns};

SELECT accountId, restUsat FROM billingAccounts
WHERE gridId = @gridId AND period = @last AND restUsat <> 0 ${only.account} ORDER BY accountId;

SELECT invoiceId, prosumerId, changeSat AS satoshi FROM invoices
WHERE gridId = @gridId AND changeSat <> 0 ${only.prosumer} ORDER BY prosumerId, invoiceId;

SELECT line.period FROM ${unbilledOf('accountLines')} ${only.line}
UNION SELECT line.period FROM ${unbilledOf('averagedLines')} ${only.line} ORDER BY period;`,
  });
}
