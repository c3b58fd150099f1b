import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Member } from '../domain/prosumer.ts';
import type { Reading } from '../domain/reading.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { AppendOutcome } from '../ports/readingStore.ts';
import { checkedReadings } from './checkedReadings.ts';
import type { ReadingPorts, ReadingResult } from './postedReadings.ts';

type Indexed = Reading & { readonly index: number };

/**
 * Checks and appends readings whose timeframe and prosumer are known to be right, and says what became
 * of each. What fails a check is accepted all the same.
 */
export async function postIntervals(
  ports: Pick<ReadingPorts, 'readings' | 'closings'>,
  grid: Grid,
  members: ReadonlyMap<ProsumerId, Member>,
  posted: readonly Indexed[],
): Promise<readonly ReadingResult[]> {
  if (posted.length === 0) return [];
  const readings = await checkedReadings(ports, grid, members, posted);
  const outcomes = await ports.readings.append(grid.id, readings);
  const late = await findLate(ports, grid.id, readings, outcomes);
  return readings.map((reading, at) => resultOf(reading, outcomes[at], late.has(reading)));
}

function resultOf(
  { index, version, checks }: Indexed,
  outcome: AppendOutcome | undefined,
  isLate: boolean,
): ReadingResult {
  if (outcome === 'conflict') {
    const pointer = `/readings/${index}/version`;
    const detail = `version ${version} is there with other content; send a higher version`;
    const errors = [{ pointer, detail }];
    return { index, status: 'rejected', code: 'reading_conflict', errors };
  }
  if (outcome === 'accepted') {
    return { index, status: isLate ? 'late' : 'accepted', ...(checks && { checks }) };
  }
  return { index, status: 'duplicate' };
}

/**
 * The readings whose timeframe is closed without them, which is looked up after they were written:
 * a closing that committed before this look is seen here, one that commits later looks itself.
 * A duplicate is looked up too: its first arrival may have died between its write and this look.
 */
async function findLate(
  { closings }: Pick<ReadingPorts, 'closings'>,
  gridId: GridId,
  readings: readonly Indexed[],
  outcomes: readonly AppendOutcome[],
): Promise<ReadonlySet<Indexed>> {
  const late = new Set<Indexed>();
  const closedThrough = (await closings.last(gridId))?.closedThrough;
  if (closedThrough === undefined) return late;
  const byTimeframe = new Map<Timeframe, Indexed[]>();
  for (const [at, reading] of readings.entries()) {
    if (outcomes[at] === 'conflict' || reading.timeframe > closedThrough) continue;
    const group = byTimeframe.get(reading.timeframe);
    if (group === undefined) byTimeframe.set(reading.timeframe, [reading]);
    else group.push(reading);
  }
  for (const [timeframe, group] of byTimeframe) {
    const closing = await closings.latest(gridId, timeframe);
    const settledOn = new Map<string, number>();
    for (const line of closing ? await closings.nettos(gridId, closing.nettosId) : []) {
      settledOn.set(line.prosumerId, line.version);
    }
    for (const reading of group) {
      if ((settledOn.get(reading.prosumerId) ?? 0) < reading.version) late.add(reading);
    }
  }
  const timeframes = new Set([...late].map(({ timeframe }) => timeframe));
  if (timeframes.size > 0) await closings.markLate(gridId, [...timeframes]);
  return late;
}
