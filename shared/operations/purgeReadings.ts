import type { Grid } from '../domain/grid.ts';
import { estimateDays } from '../domain/retention.ts';
import {
  addMinutes,
  firstTimeframeFrom,
  type Instant,
  minutesPerDay,
  nextTimeframe,
  type Timeframe,
  timeframeAt,
} from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { settledForGood } from './settledForGood.ts';

/** Timeframes of a grid that one go closes to readings, and the next deletes: five days of quarters. */
const timeframesPerGoMax = 480;
/** After so many it is noted how far it got. */
const timeframesPerStep = 24;

/**
 * Deletes the readings that a grid keeps no longer; answers of how many timeframes. A go closes
 * timeframes to readings and the next deletes them: by then no request is under way that still saw
 * them open. Repeatable, and safe to run twice at once.
 */
export async function purgeReadings(
  ports: Pick<Ports, 'readings' | 'closings' | 'clock'>,
  grid: Grid,
): Promise<number> {
  const { readings } = ports;
  const first = firstTimeframeFrom(grid.activeFrom, grid.timeframeMinutes);
  const { before, deletedBefore } = (await readings.purgeOf(grid.id)) ?? {
    before: first,
    deletedBefore: first,
  };
  const closed = timeframesBetween(grid, deletedBefore, before, timeframesPerGoMax);
  for (let at = 0; at < closed.length; at += timeframesPerStep) {
    const step = closed.slice(at, at + timeframesPerStep);
    await readings.purge(grid.id, step);
    await readings.putPurge(grid.id, { before, deletedBefore: endOf(grid, step, deletedBefore) });
  }
  const until = await purgeableUntil(ports, grid);
  if (until === undefined) return closed.length;
  const next = endOf(grid, timeframesBetween(grid, before, until, timeframesPerGoMax), before);
  const deleted = endOf(grid, closed, deletedBefore);
  if (next > before) await readings.putPurge(grid.id, { before: next, deletedBefore: deleted });
  return closed.length;
}

/** What was settled for good so long before that nothing is estimated from it, and is old enough. */
async function purgeableUntil(
  ports: Pick<Ports, 'closings' | 'clock'>,
  grid: Grid,
): Promise<Instant | undefined> {
  const { readingRetentionDays } = grid;
  if (readingRetentionDays === undefined) return undefined;
  const now = ports.clock.now();
  const settled = await settledForGood(ports, grid, now);
  if (settled === undefined) return undefined;
  const unused = addMinutes(settled, -estimateDays * minutesPerDay);
  const old = addMinutes(now, -readingRetentionDays * minutesPerDay);
  return timeframeAt(unused < old ? unused : old, grid.timeframeMinutes);
}

/** Timeframes from `from` that end by `to`, at most so many. */
function timeframesBetween(
  { timeframeMinutes }: Grid,
  from: Timeframe,
  to: Instant,
  limit: number,
): readonly Timeframe[] {
  const found: Timeframe[] = [];
  for (let each = from; each < to && found.length < limit; ) {
    found.push(each);
    each = nextTimeframe(each, timeframeMinutes);
  }
  return found;
}

function endOf(
  { timeframeMinutes }: Grid,
  timeframes: readonly Timeframe[],
  otherwise: Timeframe,
): Timeframe {
  const last = timeframes.at(-1);
  return last === undefined ? otherwise : nextTimeframe(last, timeframeMinutes);
}
