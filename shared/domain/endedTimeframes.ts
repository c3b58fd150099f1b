import type { Grid } from './grid.ts';
import { type InstantRange, localDayOf, localDayRange } from './localTime.ts';
import {
  firstTimeframeFrom,
  type Instant,
  nextTimeframe,
  type Timeframe,
  timeframeEnd,
} from './timeframe.ts';

/**
 * The timeframes of a grid that start on a local day and in the range, and that have ended by `now`,
 * ascending. They follow one another without a break: on a whole day of quarter-hours 92, 96 or 100.
 */
export function endedTimeframes(
  grid: Pick<Grid, 'timeZone' | 'timeframeMinutes' | 'activeFrom' | 'activeUntil'>,
  day: string,
  range: InstantRange,
  now: Instant,
): Timeframe[] {
  const { timeframeMinutes, activeFrom, activeUntil } = grid;
  const ofDay = localDayRange(day, grid.timeZone);
  const from = latest(ofDay.from, range.from, activeFrom);
  const to = earliest(ofDay.to, range.to, activeUntil ?? range.to);
  const timeframes: Timeframe[] = [];
  let at = firstTimeframeFrom(from, timeframeMinutes);
  while (at < to && timeframeEnd(at, timeframeMinutes) <= now) {
    timeframes.push(at);
    at = nextTimeframe(at, timeframeMinutes);
  }
  return timeframes;
}

/** The local day after this one; a zone may have left one out between them. */
export function nextLocalDay(day: string, timeZone: string): string {
  return localDayOf(localDayRange(day, timeZone).to, timeZone);
}

function latest(...instants: readonly [Instant, ...Instant[]]): Instant {
  return instants.reduce((a, b) => (a > b ? a : b));
}

function earliest(...instants: readonly [Instant, ...Instant[]]): Instant {
  return instants.reduce((a, b) => (a < b ? a : b));
}
