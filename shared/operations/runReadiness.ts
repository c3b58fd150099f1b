import { type BillingPeriod, billingPeriodOf } from '../domain/billingPeriod.ts';
import type { Grid } from '../domain/grid.ts';
import { zeroHash } from '../domain/hashChain.ts';
import type { Hash } from '../domain/ids.ts';
import { type InstantRange, localMonthRange } from '../domain/localTime.ts';
import type { Refusal } from '../domain/refusal.ts';
import {
  firstTimeframeFrom,
  type Instant,
  instantOf,
  msOf,
  type Timeframe,
  timeframeAt,
} from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';

/** How far a period is: the end of its chain, and why it cannot be billed yet, if it cannot. */
export type RunReadiness = {
  readonly closingNumber: number;
  readonly hash: Hash;
  readonly blockedBy?: Refusal;
};

/** Closings that are looked at. Where more are unsettled, nothing is billed until they are fewer. */
const unsettledMax = 1_000;

/** Is a period over, with every timeframe of it settled? */
export async function runReadiness(
  { closings, clock }: Pick<Ports, 'closings' | 'clock'>,
  grid: Grid,
  period: BillingPeriod,
): Promise<RunReadiness> {
  const range = localMonthRange(period, grid.timeZone);
  const lastFrame = lastTimeframeOf(grid, range);
  // Revision 0: a correction of that timeframe comes later in the chain, and in a later period.
  const [closing] = lastFrame === undefined ? [] : await closings.revisions(grid.id, lastFrame);
  const last = closing ?? (await closings.last(grid.id));
  const place = { closingNumber: last?.closingNumber ?? 0, hash: last?.hash ?? zeroHash };
  if (lastFrame === undefined || closing === undefined) {
    const isOver = (lastFrame === undefined ? range.to : endOf(grid, range)) <= clock.now();
    if (!isOver) return { ...place, blockedBy: notOver(period, range.to) };
    if (lastFrame !== undefined) return { ...place, blockedBy: notSettled(period, lastFrame) };
  }
  const unsettled = await closings.listUnsettled(grid.id, unsettledMax);
  // They are in order of the chain, in which a correction of a later period may come first.
  const own = unsettled.find((each) => billingPeriodOf(each, grid.timeZone) <= period);
  const open = own ?? (unsettled.length < unsettledMax ? undefined : unsettled.at(-1));
  return open === undefined ? place : { ...place, blockedBy: notSettled(period, open.timeframe) };
}

/** The last timeframe of a grid that starts in the range; undefined when it has none there. */
function lastTimeframeOf(grid: Grid, range: InstantRange): Timeframe | undefined {
  const lastSecond = instantOf(msOf(endOf(grid, range)) - 1000);
  const last = timeframeAt(lastSecond, grid.timeframeMinutes);
  const first = firstTimeframeFrom(grid.activeFrom, grid.timeframeMinutes);
  return last >= first && last >= range.from ? last : undefined;
}

function endOf({ activeUntil }: Grid, { to }: InstantRange): Instant {
  return activeUntil !== undefined && activeUntil < to ? activeUntil : to;
}

function notOver(period: BillingPeriod, end: Instant): Refusal {
  const detail = `The period ${period} lasts until ${end}.`;
  return { code: 'billing_period_not_over', detail };
}

function notSettled(period: BillingPeriod, timeframe: Timeframe): Refusal {
  const detail = `Not every timeframe of ${period} is settled: ${timeframe} is not.`;
  return { code: 'billing_period_not_settled', detail };
}
