import { assert } from '../../shared/domain/assert.ts';
import { type Instant, msOf, parseInstant } from '../../shared/domain/timeframe.ts';
import { type CsvRecord, createCsvParser } from '../import/csv.ts';
import { openCsvSource } from '../import/csvSource.ts';

/** Energy of one home in a quarter-hour, in whole Wh. */
export type HomeEnergy = {
  readonly prosumerId: string;
  readonly producedWh: number;
  readonly consumedWh: number;
};

/** Measurements of homes, to be lived through again and again. */
export type DemonstrationData = {
  readonly prosumerIds: readonly string[];
  /** What each home did in the quarter-hour of the data that has this one's weekday and clock. */
  energyAt(timeframe: Instant): readonly HomeEnergy[];
};

/** Whole weeks, so that a Sunday is lived through as a Sunday: 6 of the 6.4 that there are. */
export const cycleDays = 42;
export const quartersPerDay = 96;
const msPerDay = 86_400_000;
const msPerQuarter = 900_000;

/**
 * Reads a CSV of quarter-hours (`interval_start_utc, prosumer_id, produced_wh, consumed_wh`; in order
 * of time, from a local midnight on) into a cycle of local days. The hour that clocks skip in spring
 * has no measurements: the day before stands in for it.
 */
export async function loadDemonstrationData(
  file: string,
  timeZone: string,
): Promise<DemonstrationData> {
  const rows = await readRows(file);
  const first = rows[0];
  assert(first !== undefined, `${file} has no rows`);
  const clock = createWallClock(timeZone);
  const firstDay = Math.floor(clock(first.startMs) / msPerDay);
  const slotOf = (startMs: number) => {
    const wallMs = clock(startMs);
    const day = Math.floor(wallMs / msPerDay) - firstDay;
    return { day, quarter: Math.floor((wallMs % msPerDay) / msPerQuarter) };
  };

  const slots: HomeEnergy[][] = Array.from({ length: cycleDays * quartersPerDay }, () => []);
  for (const { startMs, energy } of rows) {
    const { day, quarter } = slotOf(startMs);
    slots[day * quartersPerDay + quarter]?.push(energy);
  }
  const filled = slots.map((slot, at) => (slot.length > 0 ? slot : slots[at - quartersPerDay]));
  return {
    prosumerIds: (slots[0] ?? []).map(({ prosumerId }) => prosumerId),
    energyAt(timeframe) {
      const { day, quarter } = slotOf(msOf(timeframe));
      const dayOfCycle = ((day % cycleDays) + cycleDays) % cycleDays;
      const slot = filled[dayOfCycle * quartersPerDay + quarter];
      assert(slot !== undefined, `${file} has nothing for ${timeframe}`);
      return slot;
    },
  };
}

type Row = { readonly startMs: number; readonly energy: HomeEnergy };

async function readRows(file: string): Promise<readonly Row[]> {
  const parser = createCsvParser();
  const records: CsvRecord[] = [];
  const { text } = await openCsvSource(file);
  for await (const piece of text) records.push(...parser.push(piece));
  records.push(...parser.end());
  return records.slice(1).map((record) => {
    const [time = '', prosumerId = '', produced, consumed] =
      'fields' in record ? record.fields : [];
    const start = parseInstant(time);
    assert(start !== undefined, `${file}, line ${record.line}: no instant`);
    const energy = { prosumerId, producedWh: Number(produced), consumedWh: Number(consumed) };
    return { startMs: msOf(start), energy };
  });
}

/** What the clocks of a zone show at an instant, as milliseconds as if that were UTC. */
function createWallClock(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const known = new Map<number, number>();
  return (ms) => {
    const before = known.get(ms);
    if (before !== undefined) return before;
    // Written as `28/03/2021, 03:15`.
    const [day, month, year, hour, minute] = format.format(ms).split(/\D+/).map(Number);
    const wallMs = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute);
    // Rows of a quarter-hour follow each other: only the last one is asked for again.
    known.clear();
    known.set(ms, wallMs);
    return wallMs;
  };
}
