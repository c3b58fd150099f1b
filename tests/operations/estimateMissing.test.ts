import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Reading } from '../../shared/domain/reading.ts';
import { estimateMissing } from '../../shared/operations/estimateMissing.ts';
import type { ReadingStore } from '../../shared/ports/readingStore.ts';
import { frameAt, gridOf, prosumerId, reading } from '../domain/given.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const grid = gridOf();
/** A Wednesday; the like days before it are the 24th, 23rd, 20th, 19th, 18th, 17th, 16th and 13th. */
const wednesday = frameAt('2026-11-25T10:15:00Z');
let app: TestApp;

beforeEach(() => {
  app = openTestApp('2026-11-25T11:00:00Z');
});
afterEach(() => app.end());

function on(
  day: number,
  id: string,
  energies: readonly [number, number],
  more: Partial<Reading> = {},
) {
  const timeframe = frameAt(`2026-11-${day}T10:15:00Z`);
  return reading(id, energies[0], energies[1], { timeframe, ...more });
}

async function estimated(...ids: string[]) {
  return [...(await estimateMissing(app.ports, grid, wednesday, ids.map(prosumerId)))];
}

function line(id: string, producedWh: number, consumedWh: number) {
  return [id, { prosumerId: id, producedWh, consumedWh, status: 'estimated', version: 0 }];
}

test('the mean of the latest four like days stands in for what is missing', async () => {
  await app.ports.readings.append(grid.id, [
    on(24, 'a', [100, 0]),
    on(23, 'a', [101, 10]),
    on(22, 'a', [9_000, 9_000]),
    on(20, 'a', [102, 0]),
    on(19, 'a', [107, 0]),
    on(18, 'a', [9_000, 9_000]),
    on(17, 'b', [0, 7]),
  ]);
  // Half-even: 102.5 and 2.5.
  expect(await estimated('a', 'b')).toEqual([line('a', 102, 2), line('b', 0, 7)]);
});

test('what is itself estimated or suspicious is passed over, a correction is used', async () => {
  await app.ports.readings.append(grid.id, [
    on(24, 'a', [500, 0], { quality: 'estimated' }),
    on(23, 'a', [500, 0], { checks: ['above_connection_limit'] }),
    on(20, 'a', [500, 0], { quality: 'questionable' }),
    on(20, 'a', [10, 0], { version: 2 }),
    on(19, 'a', [20, 0]),
    on(13, 'a', [60, 0]),
    on(12, 'a', [9_000, 0]),
  ]);
  expect(await estimated('a')).toEqual([line('a', 30, 0)]);
});

test('without a reading of a like day it stays missing', async () => {
  await app.ports.readings.append(grid.id, [
    on(22, 'a', [1, 1]),
    on(12, 'a', [1, 1]),
    on(24, 'other', [1, 1]),
  ]);
  expect(await estimated('a', 'b')).toEqual([]);
  expect(await estimated()).toEqual([]);
});

test('no more is looked up than is still wanting', async () => {
  const asked: number[] = [];
  const latestOf: ReadingStore['latestOf'] = (gridId, timeframe, ids) => {
    asked.push(ids.length);
    return app.ports.readings.latestOf(gridId, timeframe, ids);
  };
  const days = [24, 23, 20, 19];
  await app.ports.readings.append(grid.id, [
    ...days.map((day) => on(day, 'a', [1, 1])),
    ...days.map((day) => on(day, 'b', [2, 2])),
    on(24, 'c', [3, 3]),
  ]);
  const readings = { ...app.ports.readings, latestOf };
  const missing = ['a', 'b', 'a'].map(prosumerId);
  await estimateMissing({ readings }, grid, wednesday, missing);
  expect(asked).toEqual([2, 2, 2, 2]);
  asked.length = 0;
  await estimateMissing({ readings }, grid, wednesday, [...missing, prosumerId('c')]);
  expect(asked).toEqual([3, 3, 3, 3, 1, 1, 1, 1]);
});
