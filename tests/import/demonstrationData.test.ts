import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type DemonstrationData,
  loadDemonstrationData,
} from '../../local/demonstration/demonstrationData.ts';
import { type Instant, instantOf, parseInstant } from '../../shared/domain/timeframe.ts';

const file = join(import.meta.dirname, '../../local/data/hamlet16_15min.csv.gz');
const rows = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1);

/** The rows of the file for a quarter-hour of it, as the API takes them. */
function measured(start: string) {
  return rows
    .filter((row) => row.startsWith(start))
    .map((row) => row.split(','))
    .map(([, prosumerId, produced, consumed]) => ({
      prosumerId,
      producedWh: Number(produced),
      consumedWh: Number(consumed),
    }));
}

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`no instant: ${text}`);
  return instant;
}

let data: DemonstrationData;
beforeAll(async () => {
  data = await loadDemonstrationData(file, 'Europe/Berlin');
});

describe('the demonstration lives through', () => {
  test.each([
    // Monday 15 February 2021, 00:00 in Berlin, is the first row; 42 days later it begins again.
    ['2021-02-14T23:00:00Z', '2021-02-14T23:00:00Z'],
    ['2021-03-28T22:00:00Z', '2021-02-14T23:00:00Z'],
    // Before the data begins.
    ['2021-01-03T23:15:00Z', '2021-02-14T23:15:00Z'],
    // A Monday at noon: 10:00 UTC in summer, 11:00 UTC in the winter of the measurements.
    ['2026-07-06T10:00:00Z', '2021-03-22T11:00:00Z'],
    // As on Sunday 28 March 2021, which has 92 quarter-hours: the clock counts, not the place.
    ['2026-03-08T00:45:00Z', '2021-03-28T00:45:00Z'],
    ['2026-03-08T02:00:00Z', '2021-03-28T01:00:00Z'],
    ['2026-03-08T22:45:00Z', '2021-03-28T21:45:00Z'],
    // 02:00 to 03:00 was skipped that day: the day before stands in.
    ['2026-03-08T01:15:00Z', '2021-03-27T01:15:00Z'],
    // 02:30 comes twice on 25 October 2026, and finds the same both times.
    ['2026-10-25T00:30:00Z', '2021-03-07T01:30:00Z'],
    ['2026-10-25T01:30:00Z', '2021-03-07T01:30:00Z'],
  ])('%s as it was in %s', (now, then) => {
    const expected = measured(then);
    expect(expected.length).toBe(16);
    expect(data.energyAt(at(now))).toEqual(expected);
  });

  test('a quarter-hour with every home, whenever it is', () => {
    expect(data.prosumerIds).toEqual(
      Array.from({ length: 16 }, (_, home) => `home${String(home + 1).padStart(2, '0')}`),
    );
    const firstMs = Date.UTC(2026, 9, 20);
    for (let quarter = 0; quarter < 60 * 96; quarter += 1) {
      const energies = data.energyAt(instantOf(firstMs + quarter * 900_000));
      expect(energies.map(({ prosumerId }) => prosumerId)).toEqual(data.prosumerIds);
    }
  });

  test('the same energy in a cycle of winter days as was measured', () => {
    const sum = (energies: readonly { consumedWh: number }[]) =>
      energies.reduce((total, { consumedWh }) => total + consumedWh, 0);
    let lived = 0;
    for (let quarter = 0; quarter < 41 * 96; quarter += 1) {
      lived += sum(data.energyAt(instantOf(Date.UTC(2021, 1, 14, 23) + quarter * 900_000)));
    }
    const file41Days = rows.slice(0, 41 * 96 * 16).map((row) => Number(row.split(',')[3]));
    expect(lived).toBe(file41Days.reduce((total, wh) => total + wh, 0));
  });
});
