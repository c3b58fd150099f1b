import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Client, Fields } from './client.ts';
import { type ModelOutcome, type ModelReading, settle } from './model.ts';

/** A hamlet of 16 homes, measured through 4 316 quarter-hours. */
export const hamlet = {
  id: 'hamlet',
  timeframeMinutes: 15,
  activeFrom: '2021-02-14T23:00:00Z',
  activeUntil: '2021-03-31T22:00:00Z',
  importPriceMsatPerKwh: 333_333,
  exportPriceMsatPerKwh: 88_889,
  gridFeeMsatPerKwh: 22_222,
} as const;
export const hamletTimeframes = 4_316;
export const hamletLast = '2021-03-31T21:45:00Z';

const readingsPerPost = 10_000;
const file = join(import.meta.dirname, '..', '..', 'local', 'data', 'hamlet16_15min.csv.gz');

/** All readings of the file, in its order, read here as plainly as can be. */
export function hamletReadings(): readonly ModelReading[] {
  const [, ...rows] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  return rows.map((row) => {
    const [timeframe = '', prosumerId = '', produced, consumed] = row.split(',');
    return { timeframe, prosumerId, producedWh: Number(produced), consumedWh: Number(consumed) };
  });
}

/** What the hamlet's file must come to. */
export function hamletModel(readings: readonly ModelReading[]): ModelOutcome {
  return settle(
    hamlet,
    homesOf(readings).map((id) => ({ id })),
    readings,
  );
}

/** Creates the grid, paused, and its homes. Repeatable, as creating is. Settings come on top. */
export async function createHamlet(
  client: Client,
  readings: readonly ModelReading[],
  settings: Fields = {},
): Promise<void> {
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh, ...times } = hamlet;
  await client.send('POST', '/grids', {
    ...times,
    name: 'Hamlet',
    timeZone: 'Europe/Berlin',
    graceMinutes: 0,
    paused: true,
    market: { mechanism: 'pool' },
    tariff: { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh },
    ...settings,
  });
  for (const id of homesOf(readings)) {
    const home = { id, gridId: hamlet.id, name: id, address: 'Hamlet', type: 'household' };
    await client.send('POST', '/prosumers', home);
  }
}

/** The readings in as many requests as they need. */
export function postsOf<Item>(readings: readonly Item[]): readonly (readonly Item[])[] {
  const posts: (readonly Item[])[] = [];
  for (let start = 0; start < readings.length; start += readingsPerPost) {
    posts.push(readings.slice(start, start + readingsPerPost));
  }
  return posts;
}

function homesOf(readings: readonly ModelReading[]): readonly string[] {
  return [...new Set(readings.map(({ prosumerId }) => prosumerId))].sort();
}
