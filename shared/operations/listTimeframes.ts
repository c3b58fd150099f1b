import type { Closing } from '../domain/closing.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import { nettoLines, nettoTotals } from '../domain/netto.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { type Instant, isAligned, type Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing, TimeframeRange } from '../ports/closingStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';

/** A timeframe that is still open: what its readings come to so far. */
export type OpenTimeframe = {
  readonly status: 'open';
  readonly timeframe: Timeframe;
} & Pick<Closing, 'producedWh' | 'consumedWh' | 'nettoWh' | 'readings'>;

/** The closed timeframes of a grid in a range, each at its latest revision, oldest first. */
export async function listTimeframes(
  { grids, closings }: Pick<Ports, 'grids' | 'closings'>,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<Timeframe>,
): Promise<Result<Page<StoredClosing, Timeframe>, Refusal>> {
  if ((await grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  return accept(await closings.list(gridId, range, page));
}

/** One timeframe of a grid, closed or open. One that has not started is not there yet. */
export async function getTimeframe(
  ports: Pick<Ports, 'grids' | 'closings' | 'rosters' | 'readings' | 'clock'>,
  gridId: GridId,
  at: Instant,
): Promise<Result<StoredClosing | OpenTimeframe, Refusal>> {
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  if (!isAligned(at, grid.timeframeMinutes)) return refuse(misaligned(grid, at));
  const closing = await ports.closings.latest(gridId, at);
  if (closing !== undefined) return accept(closing);
  if (!isInGrid(grid, at) || at > ports.clock.now()) return refuse(timeframeNotFound(gridId, at));
  return accept(await openTimeframe(ports, gridId, at));
}

async function openTimeframe(
  ports: Pick<Ports, 'rosters' | 'readings'>,
  gridId: GridId,
  timeframe: Timeframe,
): Promise<OpenTimeframe> {
  const members = await ports.rosters.activeIn(gridId, timeframe);
  const { readings } = await ports.readings.snapshot(gridId, timeframe);
  return { status: 'open', timeframe, ...nettoTotals(nettoLines(members, readings)) };
}

/** Is the timeframe that starts here one that the grid settles? */
export function isInGrid({ activeFrom, activeUntil }: Grid, at: Instant): boolean {
  return activeFrom <= at && (activeUntil === undefined || at < activeUntil);
}

export function misaligned({ id, timeframeMinutes }: Grid, at: Instant): Refusal {
  return {
    code: 'timeframe_misaligned',
    detail: `${at} is not the start of a timeframe of grid ${id}, which last ${timeframeMinutes} minutes.`,
    errors: [{ pointer: 'timeframe', detail: 'is not the start of a timeframe' }],
  };
}

export function timeframeNotFound(gridId: string, at: Instant): Refusal {
  return {
    code: 'timeframe_not_found',
    detail: `Grid ${gridId} has no timeframe ${at} at this point.`,
  };
}
