import type { Closing } from '../domain/closing.ts';
import type { Grid } from '../domain/grid.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing } from '../ports/closingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type CorrectionsPorts, correctionsFrom } from './closeTimeframes.ts';
import { type CommitterPorts, commitClosing } from './commitClosing.ts';
import { publishClosing } from './publishClosing.ts';

/**
 * Does what is left to do for a timeframe that is closed: publishes again what is not settled, and
 * makes a new revision where readings came that the latest does not contain. One too old for that,
 * without its readings, or of somebody who is erased, stays marked, and a paused grid corrects
 * nothing. Undefined when there is nothing to correct, `lost` when another closing took the place
 * after `last`.
 */
export async function correctTimeframe(
  ports: CommitterPorts & CorrectionsPorts,
  grid: Grid,
  last: StoredClosing,
  timeframe: Timeframe,
): Promise<Closing | 'lost' | undefined> {
  const revisions = await ports.closings.revisions(grid.id, timeframe);
  for (const closing of revisions) {
    if (closing.status === 'closed') await publishClosing(ports, closing, grid.timeZone);
  }
  await clearFollowed(ports, revisions);
  const closing = revisions.at(-1);
  if (closing === undefined || !closing.hasLateReadings) return undefined;
  if (grid.paused || timeframe < (await correctionsFrom(ports, grid, ports.clock.now()))) {
    return undefined;
  }
  const lines = await ports.closings.nettos(grid.id, closing.nettosId);
  const made = await commitClosing(ports, { grid, timeframe, last, corrects: { closing, lines } });
  if (made !== 'lost') await ports.closings.clearLate(grid.id, closing.closingNumber);
  return made;
}

/** A corrector that died right after its commit left the mark on what it corrected. */
async function clearFollowed(
  { closings }: Pick<Ports, 'closings'>,
  revisions: readonly StoredClosing[],
): Promise<void> {
  for (const { gridId, closingNumber, hasLateReadings } of revisions.slice(0, -1)) {
    if (hasLateReadings) await closings.clearLate(gridId, closingNumber);
  }
}
