import type { Static } from 'typebox';
import { type AccountLine, amountOfLine } from '../domain/accountLine.ts';
import { type BilledAccount, type BillingRun, gatheredOn } from '../domain/billing.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Invoice } from '../domain/invoice.ts';
import { outstandingSat } from '../domain/invoiceStatus.ts';
import { localMonthRange } from '../domain/localTime.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Satoshi } from '../domain/units.ts';
import type {
  AmountDue,
  BillingAccount,
  BillingLine,
  BillingRun as BillingRunSchema,
} from '../schemas/billing.ts';
import type { DeepReadonly } from '../schemas/input.ts';

/** A run as the API shows it, with the proof that its sums are zero. */
export function billingRunBody({
  grid,
  run,
  isFinal,
  blockedBy,
}: {
  readonly grid: Grid;
  readonly run: BillingRun;
  readonly isFinal: boolean;
  readonly blockedBy?: Refusal;
}): DeepReadonly<Static<typeof BillingRunSchema>> {
  const { gridId, period, finalizedAt, closingNumber, hash, previousPeriod, ...totals } = run;
  const { invoicesSat, payoutsSat, miniGridSat, powerPlantSat, carriedUsat, ...counts } = totals;
  const miniGridCarriedUsat = -carriedUsat;
  return {
    gridId,
    period,
    ...localMonthRange(period, grid.timeZone),
    status: isFinal ? 'final' : 'preview',
    ...(isFinal && { finalizedAt }),
    ...(blockedBy && { blockedBy: blockedBy.code }),
    closingNumber,
    hash,
    ...(previousPeriod && { previousPeriod }),
    ...counts,
    invoicesSat: String(invoicesSat),
    payoutsSat: String(payoutsSat),
    miniGridSat: String(miniGridSat),
    powerPlantSat: String(powerPlantSat),
    carriedUsat: String(carriedUsat),
    miniGridCarriedUsat: String(miniGridCarriedUsat),
    sumSat: String(payoutsSat + miniGridSat + powerPlantSat - invoicesSat),
    sumCarriedUsat: String(carriedUsat + miniGridCarriedUsat),
  };
}

/** An account of a run with its lines. */
export function billingAccountBody({
  lines,
  ...account
}: BilledAccount & { readonly lines: readonly AccountLine[] }): DeepReadonly<
  Static<typeof BillingAccount>
> {
  return { accountId: account.accountId, ...billedBody(account), lines: lines.map(lineBody) };
}

export function lineBody(line: AccountLine): DeepReadonly<Static<typeof BillingLine>> {
  const { kind, counterparty, priceMsatPerKwh, energyWh } = line;
  const amountUsat = String(amountOfLine(line));
  return { kind, counterparty, priceMsatPerKwh, energyWh, amountUsat };
}

/** What is due: of what was not billed yet the opposite of the balance, and what is open. */
export function amountDueBody(
  prosumerId: ProsumerId,
  due: {
    readonly gridId: GridId;
    readonly asOf: Instant;
    readonly account: BilledAccount;
    readonly minimumSat: Satoshi;
    readonly lines: readonly AccountLine[];
    readonly payments: readonly { readonly invoiceId: string; readonly satoshi: Satoshi }[];
    readonly openInvoices: readonly Invoice[];
  },
): DeepReadonly<Static<typeof AmountDue>> {
  const open = due.openInvoices.map((invoice) => ({
    id: invoice.id,
    period: invoice.period,
    amountSat: String(invoice.amountSat),
    outstandingSat: String(outstandingSat(invoice)),
    dueAt: invoice.dueAt,
  }));
  const outstanding = due.openInvoices.reduce((sum, each) => sum + outstandingSat(each), 0n);
  return {
    prosumerId,
    gridId: due.gridId,
    asOf: due.asOf,
    amountUsat: String(-gatheredOn(due.account)),
    amountSat: String(-due.account.satoshi),
    ...billedBody(due.account),
    minimumSat: String(due.minimumSat),
    lines: due.lines.map(lineBody),
    payments: due.payments.map(({ invoiceId, satoshi }) => ({
      invoiceId,
      amountSat: String(satoshi),
    })),
    openInvoices: open,
    outstandingSat: String(outstanding),
  };
}

function billedBody(account: BilledAccount) {
  const { carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat } = account;
  return {
    carryUsat: String(carryUsat),
    postingsUsat: String(postingsUsat),
    paymentsUsat: String(paymentsUsat),
    balanceUsat: String(gatheredOn(account)),
    billedSat: String(satoshi),
    restUsat: String(restUsat),
  };
}
