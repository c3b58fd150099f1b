import { assert } from './assert.ts';
import { type Tariff, type WindowTime, weekdays } from './grid.ts';
import { type LocalTime, localTimeOf } from './localTime.ts';
import type { Timeframe } from './timeframe.ts';

/**
 * The tariff of one timeframe: the prices of the first window that its start lies in, by the clocks
 * of the grid's zone, or else those beside the windows. The answer has no windows; what the prices
 * were computed from is narrowed down in the same way.
 */
export function tariffAt(tariff: Tariff, timeframe: Timeframe, timeZone: string): Tariff {
  const { windows, priceOfRecord, ...prices } = tariff;
  if (windows === undefined) return tariff;
  const time = localTimeOf(timeframe, timeZone);
  const at = windows.findIndex((window) => isInWindow(window, time));
  const window = windows[at];
  if (priceOfRecord === undefined) return window === undefined ? prices : pricesOf(window);
  const { windows: fiatWindows, currency, rate, ...fiatPrices } = priceOfRecord;
  const fiatWindow = fiatWindows?.[at];
  assert(
    (window === undefined) === (fiatWindow === undefined),
    'every window has the prices that it was computed from',
  );
  if (window === undefined || fiatWindow === undefined) {
    return { ...prices, priceOfRecord: { currency, ...fiatPrices, rate } };
  }
  return { ...pricesOf(window), priceOfRecord: { currency, ...pricesOf(fiatWindow), rate } };
}

/**
 * Is it that time of the local day? A window that ends at or before it begins lasts over midnight:
 * what lies before its end then belongs to the one that began the day before.
 */
export function isInWindow(
  { from, to, days }: WindowTime,
  { minuteOfDay, weekday }: Pick<LocalTime, 'minuteOfDay' | 'weekday'>,
): boolean {
  const fromMinute = minuteOf(from);
  const toMinute = minuteOf(to);
  const isAfterFrom = minuteOfDay >= fromMinute;
  const isBeforeTo = minuteOfDay < toMinute;
  const begins = (day: number) => days === undefined || days.some((name) => name === weekdays[day]);
  if (fromMinute < toMinute) return isAfterFrom && isBeforeTo && begins(weekday);
  const dayBefore = (weekday + weekdays.length - 1) % weekdays.length;
  return (isAfterFrom && begins(weekday)) || (isBeforeTo && begins(dayBefore));
}

function pricesOf<Window extends WindowTime>(window: Window): Omit<Window, keyof WindowTime> {
  const { from: _from, to: _to, days: _days, ...prices } = window;
  return prices;
}

/** `06:30` as minutes since midnight. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
