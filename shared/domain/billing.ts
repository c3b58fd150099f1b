import type { BillingPeriod } from './billingPeriod.ts';
import type { AccountId, GridId, Hash } from './ids.ts';
import type { Instant } from './timeframe.ts';
import { addUsat, type MicroSatoshi, type Satoshi } from './units.ts';

/** What has gathered on an account since it was last billed, and the least that is billed of it. */
export type BillableAccount = {
  readonly accountId: AccountId;
  /** The rest of the run before. */
  readonly carryUsat: MicroSatoshi;
  /** Σ of its lines. */
  readonly postingsUsat: MicroSatoshi;
  /** What payments and voided invoices moved: paid too much is positive, an invoice voided negative. */
  readonly paymentsUsat: MicroSatoshi;
  /** An amount whose absolute value is under this is carried over whole. */
  readonly minimumSat: Satoshi;
};

/**
 * An account in a run. b = carry + postings + payments; b = satoshi × 1e6 + rest. Negative satoshi are
 * an invoice, positive ones a payout; the rest is carried over.
 */
export type BilledAccount = Omit<BillableAccount, 'minimumSat'> & {
  readonly satoshi: Satoshi;
  readonly restUsat: MicroSatoshi;
};

/**
 * A final billing run: what it took from the ledger, cut to whole satoshi. Written once.
 * Σ invoicesSat = Σ payoutsSat + miniGridSat + powerPlantSat, and Σ rests = 0 over its accounts.
 */
export type BillingRun = RunTotals & {
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly finalizedAt: Instant;
  /** The last closing that was settled when it became final, and the end of its chain of trades. */
  readonly closingNumber: number;
  readonly hash: Hash;
  /** The final run before; absent on the first. */
  readonly previousPeriod?: BillingPeriod;
};

export type RunTotals = {
  readonly accountCount: number;
  readonly invoiceCount: number;
  readonly payoutCount: number;
  readonly invoicesSat: Satoshi;
  readonly payoutsSat: Satoshi;
  readonly miniGridSat: Satoshi;
  readonly powerPlantSat: Satoshi;
  /** Σ of what is carried over by prosumers and the power plant; the mini grid carries its opposite. */
  readonly carriedUsat: MicroSatoshi;
};

/** What has gathered on an account, in three parts. */
export type Gathered = Pick<BillableAccount, 'carryUsat' | 'postingsUsat' | 'paymentsUsat'>;

/** b = carry + postings + payments */
export function gatheredOn({ carryUsat, postingsUsat, paymentsUsat }: Gathered): MicroSatoshi {
  return addUsat(addUsat(carryUsat, postingsUsat), paymentsUsat);
}
