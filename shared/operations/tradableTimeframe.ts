import type { Grid } from '../domain/grid.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import {
  addMinutes,
  type Instant,
  isAligned,
  type Timeframe,
  timeframeEnd,
} from '../domain/timeframe.ts';
import { misaligned } from './listTimeframes.ts';

/** How many days ahead of now a timeframe may start that is traded or ordered for. */
export const aheadDaysMax = 31;

const minutesPerDay = 1440;

/** A timeframe that can be agreed on: it has not ended, and is not too far ahead. */
export function tradableTimeframe(
  grid: Grid,
  at: Instant,
  now: Instant,
  pointer = '/timeframe',
): Result<Timeframe, Refusal> {
  if (!isAligned(at, grid.timeframeMinutes)) {
    const errors = [{ pointer, detail: 'is not the start of a timeframe' }];
    return refuse({ ...misaligned(grid, at), errors });
  }
  const end = timeframeEnd(at, grid.timeframeMinutes);
  if (end <= now) return refuse(timeframeEnded(at, end, pointer));
  if (at <= addMinutes(now, aheadDaysMax * minutesPerDay)) return accept(at);
  return refuse({
    code: 'timeframe_too_far_ahead',
    detail: `${at} is more than ${aheadDaysMax} days ahead. Ask again when it is nearer.`,
    errors: [{ pointer, detail: `is more than ${aheadDaysMax} days ahead` }],
  });
}

/** `pointer` tells which field names the timeframe, where one does. */
export function timeframeEnded(at: Instant, end: Instant, pointer?: string): Refusal {
  return {
    code: 'timeframe_ended',
    detail: `The timeframe ${at} ended at ${end}: nothing of it can be agreed on or changed.`,
    ...(pointer && { errors: [{ pointer, detail: `ended at ${end}` }] }),
  };
}
