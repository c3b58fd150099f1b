import type { Grid } from './grid.ts';
import { localTimeOf, resolveLocal } from './localTime.ts';
import type { Reading } from './reading.ts';
import { qualityOf } from './readingChecks.ts';
import {
  addMinutes,
  type Instant,
  minutesPerDay,
  parseInstant,
  type Timeframe,
  timeframeAt,
} from './timeframe.ts';
import { divHalfEven, type WattHours, wattHours } from './units.ts';

/** Readings of like days that an estimate is the mean of, at most. */
export const likeDaysUsed = 4;
/** Like days that are looked at for them, at most. */
export const likeDaysAsked = 8;
/** A like day lies no further back than this. */
export const likeDaysBackMax = 28;

/**
 * The timeframes of like days that one without a reading is estimated from, the most recent first.
 * Like days are those before it of the same kind, Monday to Friday, Saturday or Sunday, in the grid's
 * local calendar, at the same local time. A day on which clocks skipped that time is passed over; of
 * a time that they showed twice, it is the earlier. Where no timeframe starts then, as a clock change
 * may have it for those of hours, it is the one whose start is nearest, the earlier of two.
 *
 * Averaging reference days is how utilities estimate gaps of more than two hours, as in California’s
 * standards for validating, editing and estimating interval data (DASMMD, CPUC, 1999). Their rule
 * for shorter ones, a line between the readings on both sides, needs one that is yet to come.
 */
export function likeTimeframes(
  timeframe: Timeframe,
  { timeZone, timeframeMinutes }: Pick<Grid, 'timeZone' | 'timeframeMinutes'>,
): readonly Timeframe[] {
  const { day, weekday, minuteOfDay } = localTimeOf(timeframe, timeZone);
  const midnight = parseInstant(`${day}T00:00Z`);
  const found: Timeframe[] = [];
  if (midnight === undefined) return found;
  for (let back = 1; back <= likeDaysBackMax && found.length < likeDaysAsked; back += 1) {
    if (kindOfDay(weekday - back) !== kindOfDay(weekday)) continue;
    const time = addMinutes(midnight, minuteOfDay - back * minutesPerDay);
    const shown = resolveLocal(time.slice(0, 'YYYY-MM-DDTHH:MM'.length), timeZone);
    if (shown.kind === 'none') continue;
    const instant = shown.kind === 'one' ? shown.instant : shown.earlier;
    found.push(nearestTimeframe(instant, timeframeMinutes));
  }
  return found;
}

/** May an estimate be made from it? Measured, and nothing suspicious about it. */
export function isTypical(reading: Reading): boolean {
  return qualityOf(reading) === 'measured';
}

/** The mean of readings of like days, half-even, of either energy. Undefined without any. */
export function meanOf(
  readings: readonly Pick<Reading, 'producedWh' | 'consumedWh'>[],
): { readonly producedWh: WattHours; readonly consumedWh: WattHours } | undefined {
  if (readings.length === 0) return undefined;
  const mean = (field: 'producedWh' | 'consumedWh') => {
    const sum = readings.reduce((total, reading) => total + BigInt(reading[field]), 0n);
    return wattHours(Number(divHalfEven(sum, BigInt(readings.length))));
  };
  return { producedWh: mean('producedWh'), consumedWh: mean('consumedWh') };
}

const daysPerWeek = 7;
const saturday = 5;

/** Of a day of the week, which may be counted below 0: a Monday to Friday, or which other. */
function kindOfDay(weekday: number): number {
  const day = ((weekday % daysPerWeek) + daysPerWeek) % daysPerWeek;
  return Math.max(day, saturday - 1);
}

function nearestTimeframe(at: Instant, minutes: number): Timeframe {
  return timeframeAt(addMinutes(at, Math.floor((minutes - 1) / 2)), minutes);
}
