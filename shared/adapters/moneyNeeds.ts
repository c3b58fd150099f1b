import { type MoneyNeed, moneyNeeds } from '../domain/prosumer.ts';

/** Whether a need is there, of a row of `prosumers`, as SQL of SQLite and of SQL Server. */
export type NeedConditions = Readonly<Record<MoneyNeed, string>>;

/**
 * The conditions of what still needs a prosumer's personal data. A rest that is carried over is no
 * need: one below the grid's minimum would be carried for ever. `isUncounted`: of an `invoice`, whether
 * it stands for another amount than the final runs have counted.
 */
export function needConditions(isUncounted: string): NeedConditions {
  const unbilledIn = (table: 'accountLines' | 'averagedLines') => `EXISTS (
      SELECT 1 FROM ledgerPeriods AS month INNER JOIN ${table} AS line
        ON line.gridId = month.gridId AND line.period = month.period
      WHERE month.gridId = prosumers.gridId AND month.changes <> month.billedChanges
        AND line.accountId = prosumers.prosumerId AND line.energyWh <> line.billedWh)`;
  const invoiceThat = (condition: string) => `EXISTS (
      SELECT 1 FROM invoices AS invoice
      WHERE invoice.prosumerId = prosumers.prosumerId AND ${condition})`;
  return {
    unbilled: `(${unbilledIn('accountLines')} OR ${unbilledIn('averagedLines')}
      OR ${invoiceThat(isUncounted)})`,
    invoice: invoiceThat(`(invoice.seenSat > 0
        OR (invoice.voidedAt IS NULL AND invoice.creditedSat < invoice.amountSat))`),
    payout: `EXISTS (
      SELECT 1 FROM payees AS payee LEFT JOIN payouts AS payout
        ON payout.payoutId = payee.payoutId
      WHERE payee.gridId = prosumers.gridId AND payee.prosumerId = prosumers.prosumerId
        AND (payout.status IS NULL OR payout.status <> 'confirmed'))`,
  };
}

/** Is a row of `prosumers` deactivated, not erased, and needed by nothing? */
export function isErasable(needs: NeedConditions): string {
  const none = moneyNeeds.map((need) => `NOT ${needs[need]}`);
  return ["prosumers.status = 'inactive'", 'prosumers.erasedAt IS NULL', ...none].join(' AND ');
}

/** Selects which needs are there, as columns of 1 or 0 by their names. */
export function needColumns(needs: NeedConditions): string {
  return moneyNeeds
    .map((need) => `CASE WHEN ${needs[need]} THEN 1 ELSE 0 END AS ${need}`)
    .join(', ');
}

/** The needs that a row of `needColumns` has. */
export function needsOf(row: Readonly<Record<MoneyNeed, number>>): readonly MoneyNeed[] {
  return moneyNeeds.filter((need) => row[need] === 1);
}
