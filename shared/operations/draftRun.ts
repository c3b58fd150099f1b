import type { AccountLine } from '../domain/accountLine.ts';
import { billAccounts, runTotals } from '../domain/billAccounts.ts';
import { billableAccounts, minimumOfProsumer } from '../domain/billableAccounts.ts';
import type { BilledAccount, BillingRun } from '../domain/billing.ts';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import { billingDefaults, type Grid } from '../domain/grid.ts';
import { type AccountId, isReserved } from '../domain/ids.ts';
import { localMonthOf } from '../domain/localTime.ts';
import type { PayoutAddress } from '../domain/payout.ts';
import { usableAddress } from '../domain/payoutAddress.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import { type MicroSatoshi, type Satoshi, zeroSat } from '../domain/units.ts';
import type { Ports } from '../ports/ports.ts';
import { runReadiness } from './runReadiness.ts';

export type DraftPorts = Pick<Ports, 'closings' | 'billing' | 'payouts' | 'clock'>;

/** What a period would bill as things stand: everything of a final run but its finality. */
export type RunDraft = {
  readonly run: BillingRun;
  readonly accounts: readonly BilledAccount[];
  readonly lines: readonly AccountLine[];
  /** Why it cannot become final yet. */
  readonly blockedBy?: Refusal;
  /** The state of the ledger that it was computed from. */
  readonly mark: string;
};

/** Computes what a period bills. Changes nothing, and can be repeated. */
export async function draftRun(
  ports: DraftPorts,
  grid: Grid,
  period: BillingPeriod,
): Promise<Result<RunDraft, Refusal>> {
  const first = localMonthOf(grid.activeFrom, grid.timeZone);
  if (period < first) {
    const detail = `The grid ${grid.id} has no period before ${first}.`;
    return refuse({ code: 'billing_run_not_found', detail });
  }
  const now = ports.clock.now();
  const [readiness, last, unbilled, addresses] = await Promise.all([
    runReadiness(ports, grid, period),
    ports.billing.lastRun(grid.id),
    ports.billing.unbilled(grid.id, period),
    ports.payouts.addressesOf(grid.id),
  ]);
  const minimumOf = minimums(grid, addresses, now);
  const accounts = billAccounts(billableAccounts(unbilled, minimumOf));
  const { closingNumber, hash } = readiness;
  const previous = last === undefined ? {} : { previousPeriod: last.period };
  const run: BillingRun = {
    gridId: grid.id,
    period,
    finalizedAt: now,
    closingNumber,
    hash,
    ...previous,
    ...runTotals(accounts),
  };
  // Lines of an older data directory are in months of UTC: what is before the first comes with it.
  const periods = unbilled.periods.filter((each) => each >= first);
  const blockedBy = readiness.blockedBy ?? outOfTurn(period, last?.period, periods);
  const { lines, mark } = unbilled;
  return accept({ run, accounts, lines, mark, ...(blockedBy && { blockedBy }) });
}

/** Periods become final in order. One in which nothing happened may be left out. */
function outOfTurn(
  period: BillingPeriod,
  last: BillingPeriod | undefined,
  unbilled: readonly BillingPeriod[],
): Refusal | undefined {
  if (last !== undefined && last >= period) {
    const detail = `The later period ${last} is final already, and has taken what was left of this one.`;
    return { code: 'billing_period_not_next', detail };
  }
  const [earliest] = unbilled.filter((each) => last === undefined || each > last);
  if (earliest === undefined || earliest >= period) return undefined;
  return { code: 'billing_period_not_next', detail: `The period ${earliest} comes first.` };
}

/** The least that is billed of each account of a grid; reserved ones have none. */
export function minimums(
  { billing = billingDefaults }: Grid,
  addresses: ReadonlyMap<string, PayoutAddress>,
  now: Instant,
): (accountId: AccountId, balanceUsat: MicroSatoshi) => Satoshi {
  return (accountId, balanceUsat) => {
    if (isReserved(accountId)) return zeroSat;
    const bound = addresses.get(accountId);
    const paidAt = bound && usableAddress(bound, now)?.to.kind;
    return minimumOfProsumer(billing, balanceUsat, paidAt);
  };
}
