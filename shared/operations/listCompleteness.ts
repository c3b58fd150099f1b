import { type DayCompleteness, isComplete } from '../domain/completeness.ts';
import { endedTimeframes, nextLocalDay } from '../domain/endedTimeframes.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import { type InstantRange, localDayOf, localDayRange } from '../domain/localTime.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { addMinutes, type Instant, secondsBetween } from '../domain/timeframe.ts';
import type { TimeframeRange } from '../ports/closingStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { type CompletenessPorts, dayCompleteness } from './dayCompleteness.ts';
import { gridNotFound } from './getGrid.ts';
import { purgedBefore } from './purgedBefore.ts';

/** The longest range: so many days, of which one may have 25 hours. */
const rangeDaysMax = 35;
const secondsMax = (rangeDaysMax * 24 + 1) * 3600;
/** Local days before the end of the range, its own included, where a request names no start. */
const daysDefault = 7;
/** Timeframes that one page reads, at most: a week of quarter-hours. Of its first day, all. */
const timeframesPerPageMax = 700;
/** Prosumers × timeframes of a day that one page looks at, at most. */
const statesPerPageMax = 100_000;

/** Where a page goes on: on this day, behind this prosumer. */
export type CompletenessKey = { readonly day: string; readonly prosumerId?: ProsumerId };
export type CompletenessPage = Page<DayCompleteness, CompletenessKey> & {
  readonly range: InstantRange;
  /** Readings of timeframes before this are deleted, where that is so of any in the range. */
  readonly purgedBefore?: Instant;
};

/**
 * How complete readings are, per local day and prosumer, by day and then id ascending. A page reads
 * each timeframe of its days once or a few times, however many prosumers are on it: it may hold fewer
 * rows than its limit, or none, and yet not be the last.
 */
export async function listCompleteness(
  ports: CompletenessPorts,
  gridId: GridId,
  asked: TimeframeRange,
  isIncompleteOnly: boolean,
  { after, limit }: PageRequest<CompletenessKey>,
): Promise<Result<CompletenessPage, Refusal>> {
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const now = ports.clock.now();
  const range = rangeOf(grid, asked, now);
  if (secondsBetween(range.from, range.to) > secondsMax) return refuse(rangeTooLong(range));

  const items: DayCompleteness[] = [];
  let place: CompletenessKey | undefined = firstPlace(grid, range, after);
  let timeframesRead = 0;
  while (place !== undefined && items.length < limit) {
    const { day, prosumerId } = place;
    const timeframes = endedTimeframes(grid, day, range, now);
    if (timeframes.length > 0) {
      const read = timeframesRead + timeframes.length;
      if (timeframesRead > 0 && read > timeframesPerPageMax) break;
      timeframesRead = read;
      const prosumersMax = Math.ceil(statesPerPageMax / timeframes.length);
      const { rows, next } = await dayCompleteness(ports, grid, day, timeframes, {
        ...(prosumerId && { after: prosumerId }),
        limit: Math.min(limit - items.length, prosumersMax),
      });
      items.push(...(isIncompleteOnly ? rows.filter((row) => !isComplete(row)) : rows));
      if (next !== undefined) {
        place = { day, prosumerId: next };
        continue;
      }
    }
    place = placeOn(grid, range, nextLocalDay(day, grid.timeZone));
  }
  const purged = await purgedBefore(ports, gridId, range.from, now);
  return accept({
    range,
    items,
    ...(place && { next: place }),
    ...(purged !== undefined && purged > range.from && { purgedBefore: purged }),
  });
}

/** As it was asked for; without an end until now, without a start from some local days before it. */
function rangeOf({ timeZone }: Grid, { from, to }: TimeframeRange, now: Instant): InstantRange {
  const end = to ?? now;
  if (from !== undefined) return { from, to: end };
  let start = localDayRange(localDayOf(end, timeZone), timeZone).from;
  for (let days = 1; days < daysDefault; days += 1) {
    start = localDayRange(localDayOf(addMinutes(start, -1), timeZone), timeZone).from;
  }
  return { from: start, to: end };
}

/** Behind the key of the page before; a key from before the range begins with the range. */
function firstPlace(
  grid: Grid,
  range: InstantRange,
  after: CompletenessKey | undefined,
): CompletenessKey | undefined {
  const first = placeOn(grid, range, localDayOf(range.from, grid.timeZone));
  if (first === undefined || after === undefined || after.day < first.day) return first;
  return placeOn(grid, range, after.day) && after;
}

function placeOn(
  { timeZone }: Grid,
  { from, to }: InstantRange,
  day: string,
): CompletenessKey | undefined {
  return from < to && localDayRange(day, timeZone).from < to ? { day } : undefined;
}

function rangeTooLong({ from, to }: InstantRange): Refusal {
  return {
    code: 'range_too_long',
    detail: `From ${from} to ${to} are more than ${rangeDaysMax} days: ask for them in parts.`,
    errors: [{ pointer: 'to', detail: `is more than ${rangeDaysMax} days after \`from\`` }],
  };
}
