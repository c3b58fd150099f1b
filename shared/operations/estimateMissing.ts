import type { Grid } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { isTypical, likeDaysUsed, likeTimeframes, meanOf } from '../domain/likeDays.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Reading } from '../domain/reading.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * What stands in for missing readings of a timeframe: the mean of the latest readings of recent like
 * days. A prosumer of whom none can be used is left out, and stays missing.
 */
export async function estimateMissing(
  { readings }: Pick<Ports, 'readings'>,
  grid: Pick<Grid, 'id' | 'timeZone' | 'timeframeMinutes'>,
  timeframe: Timeframe,
  missing: readonly ProsumerId[],
): Promise<ReadonlyMap<ProsumerId, NettoLine>> {
  const used = new Map<ProsumerId, Reading[]>(missing.map((id) => [id, []]));
  let wanting = [...used.keys()];
  for (const like of wanting.length === 0 ? [] : likeTimeframes(timeframe, grid)) {
    if (wanting.length === 0) break;
    const latest = await readings.latestOf(grid.id, like, wanting);
    for (const [prosumerId, reading] of latest) {
      if (isTypical(reading)) used.get(prosumerId)?.push(reading);
    }
    wanting = wanting.filter((id) => (used.get(id)?.length ?? 0) < likeDaysUsed);
  }
  const lines = new Map<ProsumerId, NettoLine>();
  for (const [prosumerId, found] of used) {
    const mean = meanOf(found);
    if (mean === undefined) continue;
    lines.set(prosumerId, { prosumerId, ...mean, status: 'estimated', version: 0 });
  }
  return lines;
}
