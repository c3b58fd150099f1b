import type { AccountLine, Counterparty, LineKind } from '../domain/accountLine.ts';
import type { BilledAccount, BillingRun } from '../domain/billing.ts';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { AccountId, GridId, Hash, ProsumerId } from '../domain/ids.ts';
import type { InvoiceId } from '../domain/invoice.ts';
import type { Payee, PayoutId } from '../domain/payout.ts';
import type { Instant } from '../domain/timeframe.ts';
import { microSatoshi, msatPerKwh, type Satoshi, wattHours } from '../domain/units.ts';
import type { InvoiceChange, RunAccount } from '../ports/billingStore.ts';

/** An integer as a driver gives it: node:sqlite a bigint, mssql a number, or a string where it is big. */
export type RowInteger = bigint | number | string;

export function satoshiOf(value: RowInteger): Satoshi {
  return BigInt(value) as Satoshi;
}

/** A final run as columns. */
export type RunRow = {
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly finalizedAt: Instant;
  readonly closingNumber: RowInteger;
  readonly hash: Hash;
  readonly previousPeriod: BillingPeriod | null;
  readonly accountCount: RowInteger;
  readonly invoiceCount: RowInteger;
  readonly payoutCount: RowInteger;
  readonly invoicesSat: RowInteger;
  readonly payoutsSat: RowInteger;
  readonly miniGridSat: RowInteger;
  readonly powerPlantSat: RowInteger;
  readonly carriedUsat: RowInteger;
};

export function runOf(row: RunRow): BillingRun {
  const { gridId, period, finalizedAt, hash, previousPeriod } = row;
  return {
    gridId,
    period,
    finalizedAt,
    closingNumber: Number(row.closingNumber),
    hash,
    ...(previousPeriod === null ? {} : { previousPeriod }),
    accountCount: Number(row.accountCount),
    invoiceCount: Number(row.invoiceCount),
    payoutCount: Number(row.payoutCount),
    invoicesSat: satoshiOf(row.invoicesSat),
    payoutsSat: satoshiOf(row.payoutsSat),
    miniGridSat: satoshiOf(row.miniGridSat),
    powerPlantSat: satoshiOf(row.powerPlantSat),
    carriedUsat: microSatoshi(BigInt(row.carriedUsat)),
  };
}

/** An account of a final run as columns. */
export type BilledAccountRow = {
  readonly accountId: AccountId;
  readonly carryUsat: RowInteger;
  readonly postingsUsat: RowInteger;
  readonly paymentsUsat: RowInteger;
  readonly satoshi: RowInteger;
  readonly restUsat: RowInteger;
};

export function billedAccountOf(row: BilledAccountRow): BilledAccount {
  return {
    accountId: row.accountId,
    carryUsat: microSatoshi(BigInt(row.carryUsat)),
    postingsUsat: microSatoshi(BigInt(row.postingsUsat)),
    paymentsUsat: microSatoshi(BigInt(row.paymentsUsat)),
    satoshi: satoshiOf(row.satoshi),
    restUsat: microSatoshi(BigInt(row.restUsat)),
  };
}

/** A line of an account as columns. */
export type LineRow = {
  readonly accountId: AccountId;
  readonly kind: LineKind;
  readonly counterparty: Counterparty;
  readonly priceMsatPerKwh: RowInteger;
  readonly energyWh: RowInteger;
};

export function lineOf(row: LineRow): AccountLine {
  const { accountId, kind, counterparty } = row;
  const priceMsatPerKwh = msatPerKwh(Number(row.priceMsatPerKwh));
  return {
    accountId,
    kind,
    counterparty,
    priceMsatPerKwh,
    energyWh: wattHours(Number(row.energyWh)),
  };
}

/** What changed about an invoice as columns. */
export type ChangeRow = {
  readonly invoiceId: InvoiceId;
  readonly prosumerId: ProsumerId;
  readonly satoshi: RowInteger;
};

export function invoiceChangeOf({ invoiceId, prosumerId, satoshi }: ChangeRow): InvoiceChange {
  return { invoiceId, prosumerId, satoshi: satoshiOf(satoshi) };
}

/** A payee as columns. */
export type PayeeRow = {
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly prosumerId: ProsumerId;
  readonly amountSat: RowInteger;
  readonly payoutId: PayoutId | null;
};

export function payeeOf({ gridId, period, prosumerId, amountSat, payoutId }: PayeeRow): Payee {
  const payee = { gridId, period, prosumerId, amountSat: satoshiOf(amountSat) };
  return payoutId === null ? payee : { ...payee, payoutId };
}

/** The columns of a `BilledAccountRow`. */
export const billedAccountColumns =
  'accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat';

/** The columns of a `LineRow`. */
export const lineColumns = 'accountId, kind, counterparty, priceMsatPerKwh, energyWh';

/**
 * Accounts of a final run, in their order, with their lines, in theirs. Final runs never change, so
 * that accounts and lines need not be read in one transaction.
 */
export function runAccountsOf(
  accounts: readonly BilledAccountRow[],
  lines: readonly LineRow[],
): readonly RunAccount[] {
  const byAccount = Map.groupBy(lines.map(lineOf), (line) => line.accountId);
  return accounts.map((row) => ({
    ...billedAccountOf(row),
    lines: byAccount.get(row.accountId) ?? [],
  }));
}
