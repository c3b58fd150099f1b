import { assert } from './assert.ts';
import type { Closing } from './closing.ts';
import { localMonthOf } from './localTime.ts';

declare const billingPeriod: unique symbol;

/** A month of a grid's local calendar, as `2026-10`. Its order as text is its order in time. */
export type BillingPeriod = string & { readonly [billingPeriod]: 'month' };

const periodPattern = /^(?:20\d\d|21\d\d)-(?:0[1-9]|1[0-2])$/;
const monthsPerYear = 12;

/** Reads `YYYY-MM` of the years 2000 to 2199; undefined for anything else. */
export function parseBillingPeriod(text: string): BillingPeriod | undefined {
  return periodPattern.test(text) ? (text as BillingPeriod) : undefined;
}

/**
 * The period in which a closing's trades are billed: the local month of its timeframe, and for a
 * correction that in which it was made, since an earlier one may have been billed already.
 */
export function billingPeriodOf(
  { timeframe, revision, closedAt }: Pick<Closing, 'timeframe' | 'revision' | 'closedAt'>,
  timeZone: string,
): BillingPeriod {
  const month = localMonthOf(timeframe, timeZone);
  const madeIn = localMonthOf(closedAt, timeZone);
  // A clock that runs behind must not bring a correction into a period before its timeframe's own.
  return (revision > 0 && madeIn > month ? madeIn : month) as BillingPeriod;
}

/** The period after this one. Throws after 2199-12. */
export function nextPeriod(period: BillingPeriod): BillingPeriod {
  const year = Number(period.slice(0, 4));
  const month = Number(period.slice(5));
  const isLast = month === monthsPerYear;
  const text = `${isLast ? year + 1 : year}-${String(isLast ? 1 : month + 1).padStart(2, '0')}`;
  const next = parseBillingPeriod(text);
  assert(next !== undefined, `there is no period after ${period}`);
  return next;
}
