import type { Grid } from '../domain/grid.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { correctableFrom, nextToClose } from './closeTimeframes.ts';

/** Closings that are looked at. Where more are unsettled, nothing counts as settled for good. */
const unsettledMax = 1_000;

/**
 * Every timeframe of a grid that starts before this is closed and settled, and no longer corrected.
 * Undefined when that is not known, as too much is unsettled.
 */
export async function settledForGood(
  { closings }: Pick<Ports, 'closings'>,
  grid: Grid,
  now: Instant,
): Promise<Instant | undefined> {
  const last = await closings.last(grid.id);
  const unsettled = await closings.listUnsettled(grid.id, unsettledMax);
  if (unsettled.length === unsettledMax) return undefined;
  const next = nextToClose(grid, last?.closedThrough);
  const isOver = grid.activeUntil !== undefined && next >= grid.activeUntil;
  const open: readonly Instant[] = [
    ...(isOver ? [] : [next]),
    ...unsettled.map(({ timeframe }) => timeframe),
  ];
  return open.reduce((first, each) => (each < first ? each : first), correctableFrom(grid, now));
}
