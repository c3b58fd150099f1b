import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import { isActiveIn, type Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { RegisterReading } from '../domain/register.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned } from '../domain/timeframe.ts';
import { gridNotFound } from './getGrid.ts';
import type { PostedReadings, ReadingCode, ReadingPorts, ReadingResult } from './postedReadings.ts';
import { postIntervals } from './postIntervals.ts';
import { postRegisters } from './postRegisters.ts';
import { purgedBefore } from './purgedBefore.ts';

/**
 * Takes readings of one grid, each on its own: one bad item never spoils the rest. What is
 * accepted is durable when this answers, and is in its timeframe's closing or marked as late,
 * whatever the race with the closer. Repeatable: what is there already answers `duplicate`.
 */
export async function postReadings(
  ports: ReadingPorts,
  gridId: GridId,
  posted: PostedReadings,
): Promise<Result<readonly ReadingResult[], Refusal>> {
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const now = ports.clock.now();
  const posting = { receivedAt: now, postedBy: ports.by };
  const members = await ports.rosters.membersById(gridId, prosumerIdsOf(posted));
  const purged = await purgedBefore(ports, gridId, oldestOf(posted, now), now);
  const time = { now, purged };
  const rejected: ReadingResult[] = [];

  const intervals: (Reading & { readonly index: number })[] = [];
  for (const item of posted.intervals) {
    const fault = faultOf(grid, members.get(item.prosumerId), item.timeframe, time);
    if (fault !== undefined) {
      rejected.push(reject(item.index, fault, 'timeframe'));
    } else if (isAligned(item.timeframe, grid.timeframeMinutes)) {
      intervals.push({ ...item, timeframe: item.timeframe, ...posting });
    }
  }
  const registers: (RegisterReading & { readonly index: number })[] = [];
  for (const item of posted.registers) {
    const fault = faultOf(grid, members.get(item.prosumerId), item.at, time);
    // A register read at the very end of its time still closes the last interval before it.
    if (fault !== undefined && fault !== 'prosumer_not_active' && !isEndOf(grid, item.at)) {
      rejected.push(reject(item.index, fault, 'at'));
    } else {
      registers.push({ ...item, ...posting });
    }
  }
  return accept([
    ...rejected,
    ...(await postIntervals(ports, grid, members, intervals)),
    ...(await postRegisters(ports, grid, members, registers)),
  ]);
}

function isEndOf(grid: Grid, at: Instant): boolean {
  return at === grid.activeUntil;
}

function oldestOf({ intervals, registers }: PostedReadings, now: Instant): Instant {
  let oldest = now;
  for (const { timeframe } of intervals) if (timeframe < oldest) oldest = timeframe;
  for (const { at } of registers) if (at < oldest) oldest = at;
  return oldest;
}

function prosumerIdsOf({ intervals, registers }: PostedReadings): readonly ProsumerId[] {
  const ids = new Set<ProsumerId>();
  for (const { prosumerId } of intervals) ids.add(prosumerId);
  for (const { prosumerId } of registers) ids.add(prosumerId);
  return [...ids];
}

/** Why this cannot be a reading of the grid, in order of precedence. */
function faultOf(
  grid: Grid,
  member: Member | undefined,
  at: Instant,
  { now, purged }: { readonly now: Instant; readonly purged: Instant | undefined },
): keyof typeof faultDetails | undefined {
  if (member === undefined) return 'prosumer_not_in_grid';
  if (!isAligned(at, grid.timeframeMinutes)) return 'timeframe_misaligned';
  if (at > now) return 'timeframe_not_started';
  if (at < grid.activeFrom || (grid.activeUntil !== undefined && at >= grid.activeUntil)) {
    return 'timeframe_outside_grid';
  }
  if (purged !== undefined && at < purged) return 'timeframe_purged';
  if (!isActiveIn(member, at)) return 'prosumer_not_active';
  return undefined;
}

const faultDetails = {
  prosumer_not_in_grid: 'names no prosumer of this grid',
  timeframe_misaligned: 'is not the start of a timeframe of this grid',
  timeframe_not_started: 'has not started yet',
  timeframe_outside_grid: 'is outside the time in which the grid is active',
  timeframe_purged: 'is of a time whose readings are deleted: none is taken any more',
  prosumer_not_active: 'is outside the time in which the prosumer is active',
} as const satisfies Partial<Record<ReadingCode, string>>;

function reject(
  index: number,
  code: keyof typeof faultDetails,
  timeField: 'timeframe' | 'at',
): ReadingResult {
  const field = code === 'prosumer_not_in_grid' ? 'prosumerId' : timeField;
  const pointer = `/readings/${index}/${field}`;
  return { index, status: 'rejected', code, errors: [{ pointer, detail: faultDetails[code] }] };
}
