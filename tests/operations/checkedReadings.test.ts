import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Reading } from '../../shared/domain/reading.ts';
import { addMinutes, type Instant, type Timeframe } from '../../shared/domain/timeframe.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { changeProsumer } from '../../shared/operations/changeProsumer.ts';
import type { PostedRegister } from '../../shared/operations/postedReadings.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import type { ReadingStore } from '../../shared/ports/readingStore.ts';
import { gridId, join, openGrid } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const first = '2026-11-22T10:00:00Z' as Instant;
const anna = 'a' as ProsumerId;
const ben = 'b' as ProsumerId;
let app: TestApp;

beforeEach(async () => {
  app = openTestApp('2026-11-24T12:00:00Z');
  await openGrid(app.ports, { paused: true });
  for (const id of [anna, ben]) await join(app.ports, id, { activeFrom: first });
});
afterEach(() => app.end());

/** The start of the n-th quarter-hour from 0. */
function nth(n: number): Instant {
  return addMinutes(first, n * 15);
}

type Given = readonly [n: number, consumedWh: number, more?: Partial<Reading>];

async function post(readings: readonly Given[], ports = app.ports) {
  const intervals = readings.map(([n, consumedWh, more], index) => ({
    ...{ index, prosumerId: anna, timeframe: nth(n), producedWh: wattHours(0) },
    ...{ consumedWh: wattHours(consumedWh), quality: 'measured' as const, version: 1 },
    ...{ source: 'test', ...more },
  }));
  const result = await postReadings(ports, gridId, { intervals, registers: [] });
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value;
}

async function stored(n: number, id = anna): Promise<Reading | undefined> {
  return (await app.ports.readings.versions(gridId, id, nth(n) as Timeframe)).at(-1);
}

function row(from: number, to: number, consumedWh: number): Given[] {
  return Array.from({ length: to - from + 1 }, (_, n) => [from + n, consumedWh]);
}

test('a reading above the limit of its connection is kept, and said to be questionable', async () => {
  await changeProsumer(app.ports, anna, { connectionLimitW: 11_000 }, undefined);
  const above = await post([
    [0, 2750],
    [1, 2751],
    [1, 2751, { prosumerId: ben }],
  ]);
  expect(above).toEqual([
    { index: 0, status: 'accepted' },
    { index: 1, status: 'accepted', checks: ['above_connection_limit'] },
    { index: 2, status: 'accepted' },
  ]);
  expect(await stored(1)).toMatchObject({ consumedWh: 2751, checks: ['above_connection_limit'] });
  expect(await stored(0)).not.toHaveProperty('checks');
});

test('a duplicate keeps what is there, and is told nothing of it', async () => {
  expect(await post([[0, 2751]])).toEqual([{ index: 0, status: 'accepted' }]);
  await changeProsumer(app.ports, anna, { connectionLimitW: 11_000 }, undefined);
  expect(await post([[0, 2751]])).toEqual([{ index: 0, status: 'duplicate' }]);
  expect(await stored(0)).not.toHaveProperty('checks');
});

test('of two that differ in nothing but what they failed, one is a duplicate', async () => {
  app.setClock(addMinutes(nth(1), -1));
  expect(await post([[0, 1]])).toMatchObject([{ status: 'accepted', checks: ['clock_drift'] }]);
  app.setClock('2026-11-24T12:00:00Z');
  expect(await post([[0, 1]])).toEqual([{ index: 0, status: 'duplicate' }]);
  expect(await post([[0, 1, { version: 2 }]])).toEqual([{ index: 0, status: 'accepted' }]);
  expect(await stored(0)).not.toHaveProperty('checks');
});

test('a frozen meter is seen however its readings arrive', async () => {
  const frozenAt = [24, 25];
  const rows = row(0, 25, 25);
  const told = async (requests: readonly (readonly Given[])[]) => {
    const found: number[] = [];
    for (const request of requests) {
      for (const { index, checks } of await post(request)) {
        const [n] = request[index] ?? [];
        if (checks?.includes('frozen')) found.push(n ?? -1);
      }
    }
    return found.toSorted((a, b) => a - b);
  };
  expect(await told([rows])).toEqual(frozenAt);
  const asBen = rows.map(([n, wh]): Given => [n, wh, { prosumerId: ben }]);
  expect(await told(asBen.map((each) => [each]))).toEqual(frozenAt);
  expect(await stored(25)).toMatchObject({ unchangedFor: 25, checks: ['frozen'] });
  expect(await stored(25, ben)).toEqual({ ...(await stored(25)), prosumerId: ben });
  // Halves, the one upside down, and a correction in the middle that repeats as well.
  const again = rows.map(([n, wh]): Given => [n, wh + 1, { version: 2 }]);
  expect(await told([again.slice(0, 13).toReversed(), again.slice(13)])).toEqual(frozenAt);
});

test('however readings that come in order are parted into requests, each is told the same', async () => {
  const readings = fc.array(
    fc.record({
      consumedWh: fc.integer({ min: 0, max: 60 }).map((wh) => (wh < 58 ? 5 : wh - 58)),
      beginsRequest: fc.integer({ max: 4, min: 0 }).map((chance) => chance === 0),
    }),
    { minLength: 1, maxLength: 60 },
  );
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(readings, async (given) => {
      runs += 1;
      const whole = `whole-${runs}` as ProsumerId;
      const parted = `parted-${runs}` as ProsumerId;
      const requests: Given[][] = [];
      for (const [n, { consumedWh, beginsRequest }] of given.entries()) {
        if (n === 0 || beginsRequest) requests.push([]);
        requests.at(-1)?.push([n, consumedWh]);
      }
      const send = async (prosumerId: ProsumerId, request: readonly Given[]) => {
        const results = await post(request.map(([n, wh]): Given => [n, wh, { prosumerId }]));
        return results.map(({ status, checks }) => ({ status, checks }));
      };
      for (const id of [whole, parted]) await join(app.ports, id, { activeFrom: first });
      const told = [];
      for (const request of requests) told.push(...(await send(parted, request)));
      expect(told).toEqual(await send(whole, requests.flat()));
      for (const n of given.keys()) {
        expect(await stored(n, parted)).toEqual({
          ...(await stored(n, whole)),
          prosumerId: parted,
        });
      }
    }),
    { numRuns: 60 },
  );
});

test('a correction that changes the energy ends the row', async () => {
  await post(row(0, 22, 25));
  await post([[22, 26, { version: 2 }]]);
  await post([[23, 25]]);
  expect(await stored(23)).not.toHaveProperty('unchangedFor');
});

test('one lookup serves all whose row begins with one timeframe', async () => {
  const asked: [Timeframe, number][] = [];
  const latestOf: ReadingStore['latestOf'] = (id, timeframe, ids) => {
    asked.push([timeframe, ids.length]);
    return app.ports.readings.latestOf(id, timeframe, ids);
  };
  const ports = { ...app.ports, readings: { ...app.ports.readings, latestOf } };
  const bens = row(2, 9, 7).map(([n, wh]): Given => [n, wh, { prosumerId: ben }]);
  const zeros = row(20, 29, 0);
  await post([...row(1, 9, 5), ...bens, ...row(12, 13, 5), ...zeros], ports);
  expect(asked).toEqual([
    [nth(0), 1],
    [nth(1), 1],
    [nth(11), 1],
  ]);
});

test('many apart from each other are all looked up', async () => {
  await post(Array.from({ length: 40 }, (_, n): Given => [2 * n, 5]));
  const results = await post(Array.from({ length: 40 }, (_, n): Given => [2 * n + 1, 5]));
  expect(results).toHaveLength(40);
  for (let n = 0; n < 40; n += 1) {
    expect(await stored(2 * n + 1)).toMatchObject({ unchangedFor: 1 });
    expect(await stored(2 * n)).not.toHaveProperty('unchangedFor');
  }
});

test('an interval between registers is checked too, and a reset told', async () => {
  await changeProsumer(app.ports, anna, { connectionLimitW: 11_000 }, undefined);
  const register = (n: number, consumedWh: number, index = 0): PostedRegister => ({
    ...{ index, prosumerId: anna, meterId: 'm', at: nth(n), source: 'test' },
    ...{ producedRegisterWh: wattHours(0), consumedRegisterWh: wattHours(consumedWh) },
  });
  const send = async (...registers: PostedRegister[]) => {
    const result = await postReadings(app.ports, gridId, { intervals: [], registers });
    return result.ok ? result.value : undefined;
  };
  expect(await send(register(0, 50_000), register(1, 52_751, 1))).toEqual([
    { index: 0, status: 'accepted' },
    { index: 1, status: 'accepted', checks: ['above_connection_limit'] },
  ]);
  expect(await send(register(3, 20))).toEqual([{ index: 0, status: 'accepted' }]);
  expect(await send(register(2, 55_502))).toEqual([
    { index: 0, status: 'accepted', checks: ['above_connection_limit', 'register_reset'] },
  ]);
  expect(await stored(0)).toMatchObject({ consumedWh: 2751, checks: ['above_connection_limit'] });
  expect(await stored(1)).toMatchObject({ consumedWh: 2751, unchangedFor: 1 });
  expect(await stored(2)).toBeUndefined();
  expect(await send(register(2, 55_502))).toEqual([{ index: 0, status: 'duplicate' }]);
});
