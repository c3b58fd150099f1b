import type { GridId } from '../domain/ids.ts';
import { estimateDays } from '../domain/retention.ts';
import { addMinutes, type Instant, minutesPerDay, type Timeframe } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Readings of timeframes before this are no longer taken, nor used for anything; undefined: of none
 * that matters to who asks about `oldest` and what is younger.
 */
export async function purgedBefore(
  { readings }: Pick<Ports, 'readings'>,
  gridId: GridId,
  oldest: Instant,
  now: Instant,
): Promise<Timeframe | undefined> {
  // No grid purges what is younger: for those the store need not be asked.
  if (oldest >= addMinutes(now, -estimateDays * minutesPerDay)) return undefined;
  return (await readings.purgeOf(gridId))?.before;
}
