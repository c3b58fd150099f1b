import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import { addMinutes, type Instant, type Timeframe } from '../../shared/domain/timeframe.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { changeGrid, type GridChange } from '../../shared/operations/changeGrid.ts';
import type { NewGrid } from '../../shared/operations/createGrid.ts';
import { eraseExpired } from '../../shared/operations/eraseExpired.ts';
import { explainTimeframe } from '../../shared/operations/explainTimeframe.ts';
import { listCompleteness } from '../../shared/operations/listCompleteness.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const dayMinutes = 1_440;
const days = 60;
/** The start of the nth day: each is a timeframe. */
const day = (n: number) =>
  addMinutes('2026-01-01T00:00:00Z' as Instant, n * dayMinutes) as Timeframe;
const kept = 40;
/** The first day of which readings are kept, once all are over. */
const firstKept = days - kept;

let app: TestApp;

beforeEach(() => {
  app = openTestApp(day(0));
});
afterEach(() => app.end());

/** Sixty days are over and settled. */
async function live(settings: Partial<NewGrid> = {}): Promise<void> {
  const terms = { timeZone: 'UTC', timeframeMinutes: dayMinutes, activeFrom: day(0) };
  const retention = { correctionDays: 5, readingRetentionDays: kept };
  await openGrid(app.ports, { ...terms, ...retention, ...settings });
  for (const id of ['anna', 'ben']) await join(app.ports, id);
  app.setClock(day(days));
  for (let n = 0; n < days; n += 1) await post(app.ports, day(n), { anna: 2_000 + n, ben: -1_500 });
  await settle();
}

async function settle(): Promise<void> {
  await app.tick();
  await app.drain();
}

async function daysWithReadings(): Promise<readonly number[]> {
  const found: number[] = [];
  for (let n = 0; n < days; n += 1) {
    const { readings } = await app.ports.readings.snapshot(gridId, day(n));
    if (readings.length > 0) found.push(n);
  }
  return found;
}

async function change(asked: GridChange) {
  const result = await changeGrid(app.ports, gridId, asked, undefined);
  return result.ok ? 'changed' : result.refusal.errors?.map(({ pointer }) => pointer);
}

const from = (n: number) => Array.from({ length: days - n }, (_, at) => n + at);

test('readings are kept for as long as the grid says: closed in one go, deleted in the next', async () => {
  await live();
  expect(await daysWithReadings()).toEqual(from(0));
  expect(await eraseExpired(app.ports)).toMatchObject({ timeframes: 0 });
  expect(await daysWithReadings()).toEqual(from(0));
  const [old, first] = [firstKept - 1, firstKept].map((n) =>
    post(app.ports, day(n), { anna: 1 }, 2),
  );
  expect(await old).toMatchObject([{ status: 'rejected', code: 'timeframe_purged' }]);
  expect(await first).toMatchObject([{ status: 'late' }]);
  expect(await eraseExpired(app.ports)).toMatchObject({ timeframes: firstKept });
  expect(await daysWithReadings()).toEqual(from(firstKept));
  expect(await eraseExpired(app.ports)).toMatchObject({ timeframes: 0 });
  app.setClock(addMinutes(day(days + 1), -1));
  await settle();
  for (const go of [0, 0]) expect(await eraseExpired(app.ports)).toMatchObject({ timeframes: go });
  app.setClock(day(days + 1));
  await settle();
  for (const go of [0, 1]) expect(await eraseExpired(app.ports)).toMatchObject({ timeframes: go });
  expect(await daysWithReadings()).toEqual(from(firstKept + 1));
});

test('what was settled on them stays, and is told as it was', async () => {
  await live();
  const { ports } = app;
  const ask = async () => {
    const range = { from: day(0), to: day(30) };
    const result = await listCompleteness(ports, gridId, range, false, { limit: 1_000 });
    if (!result.ok) throw new Error(result.refusal.detail);
    return result.value;
  };
  const explain = async () => {
    const result = await explainTimeframe(ports, 'anna' as ProsumerId, day(3));
    if (!result.ok) throw new Error(result.refusal.detail);
    return result.value;
  };
  const before = { completeness: await ask(), explained: await explain() };
  expect(before.explained).toMatchObject({ isPurged: false, readings: [{ producedWh: 2_003 }] });
  for (let go = 1; go <= 2; go += 1) await eraseExpired(ports);
  expect(await ask()).toEqual({ ...before.completeness, purgedBefore: day(firstKept) });
  expect(await explain()).toEqual({ ...before.explained, isPurged: true, readings: [] });
  const later = await listCompleteness(ports, gridId, { from: day(30) }, false, { limit: 9 });
  expect(later).toMatchObject({ ok: true });
  expect(later).not.toHaveProperty('value.purgedBefore');
});

test('a timeframe without its readings is never corrected, whatever the settings say later', async () => {
  await live();
  const { closings } = app.ports;
  for (let go = 1; go <= 2; go += 1) await eraseExpired(app.ports);
  expect(await change({ correctionDays: 60, readingRetentionDays: 100 })).toBe('changed');
  await closings.markLate(gridId, [day(firstKept - 1), day(firstKept)]);
  await post(app.ports, day(firstKept), { anna: 77 }, 2);
  await settle();
  expect(await closings.revisions(gridId, day(firstKept - 1))).toHaveLength(1);
  const corrected = await closings.revisions(gridId, day(firstKept));
  expect(corrected.map(({ readings }) => readings.received)).toEqual([2, 2]);
});

test('nothing is deleted that is still to be settled, or without the setting', async () => {
  await live({ paused: true });
  for (let go = 1; go <= 3; go += 1) await eraseExpired(app.ports);
  expect(await daysWithReadings()).toEqual(from(0));
  expect(await change({ paused: false, readingRetentionDays: null })).toBe('changed');
  await settle();
  for (let go = 1; go <= 3; go += 1) await eraseExpired(app.ports);
  expect(await daysWithReadings()).toEqual(from(0));
});

test('they are kept for as long as corrections and estimates need them', async () => {
  await live();
  const pointer = ['/readingRetentionDays'];
  expect(await change({ readingRetentionDays: 34 })).toEqual(pointer);
  expect(await change({ correctionDays: 11 })).toEqual(pointer);
  expect(await change({ readingRetentionDays: 35 })).toBe('changed');
  expect(await change({ correctionDays: 6 })).toEqual(pointer);
  expect(await change({ correctionDays: 730, readingRetentionDays: null })).toBe('changed');
  expect(await change({ readingRetentionDays: 759 })).toEqual(pointer);
});

test('registers go with the readings', async () => {
  await live();
  const { ports } = app;
  const at = (n: number) => ({
    ...{ index: 0, prosumerId: 'ben' as ProsumerId, meterId: 'm', at: day(n), source: 'test' },
    ...{ producedRegisterWh: wattHours(n), consumedRegisterWh: wattHours(n) },
  });
  for (const n of [3, 50]) await postReadings(ports, gridId, { intervals: [], registers: [at(n)] });
  for (let go = 1; go <= 2; go += 1) await eraseExpired(ports);
  const neighbours = [4, 51].map((n) => ({ ...at(n), receivedAt: day(days) }));
  const found = await ports.readings.neighbours(gridId, neighbours, dayMinutes);
  expect(found.map(({ before }) => before?.at)).toEqual([undefined, day(50)]);
  const refused = await postReadings(ports, gridId, { intervals: [], registers: [at(3)] });
  expect(refused).toMatchObject({ value: [{ status: 'rejected', code: 'timeframe_purged' }] });
});
