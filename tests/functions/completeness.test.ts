import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import type { Answer, Call } from './api.ts';
import { openCheckedApi } from './checkedApi.ts';

const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Berlin',
  timeframeMinutes: 15,
  graceMinutes: 0,
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};

let app: TestApp;
let call: Call;
beforeEach(() => {
  app = openTestApp('2026-10-24T00:00:00Z');
  call = openCheckedApi(app.ports);
});
afterEach(() => app.end());

async function openLane(activeFrom: string, ids: readonly string[], more: object = {}) {
  app.setClock(activeFrom);
  expect((await call('POST', '/grids', { ...lane, activeFrom, ...more })).status).toBe(201);
  for (const id of ids) await join(id);
}

async function join(id: string, more: object = {}) {
  const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household', ...more };
  expect((await call('POST', '/prosumers', home)).status).toBe(201);
}

/** Quarter-hours from one instant until before another. */
function quarters(from: string, to: string): readonly string[] {
  const found: string[] = [];
  for (let at = from as Instant; at < to; at = addMinutes(at, 15)) found.push(at);
  return found;
}

async function post(prosumerId: string, timeframes: readonly string[], more: object = {}) {
  const readings = timeframes.map((timeframe) => ({
    prosumerId,
    timeframe,
    producedWh: 100,
    consumedWh: 40,
    ...more,
  }));
  const { body } = await call('POST', '/grids/lane/readings', { readings });
  expect(body.rejected).toBe(0);
}

async function settle(now: string) {
  app.setClock(now);
  await app.tick();
  await app.drain();
}

async function rows(query = ''): Promise<readonly Answer['body'][]> {
  const found: Answer['body'][] = [];
  let path: string | undefined = `/grids/lane/completeness${query}`;
  while (path !== undefined) {
    const { status, body }: Answer = await call('GET', path);
    expect(status).toBe(200);
    found.push(...body.value);
    path = body.nextLink?.slice('http://localhost/api'.length);
  }
  return found;
}

/** A row in which all was received in time, but for what is said. */
function row(day: string, prosumerId: string, expected: number, more: object = {}) {
  const counts = { expected, received: expected, missing: 0, estimated: 0 };
  return { day, prosumerId, ...counts, late: 0, unsettledLate: 0, gaps: [], ...more };
}

describe('a day on which clocks change', () => {
  test.each([
    ['2026-03-29', 92, '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['2026-10-25', 100, '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ])('%s has %i quarter-hours, and a meter that is silent shows', async (day, count, from, to) => {
    await openLane(from, ['a', 'b']);
    const all = quarters(from, to);
    expect(all).toHaveLength(count);
    app.setClock(to);
    await post('a', all);
    await settle(to);
    const { body } = await call('GET', '/grids/lane/completeness');
    expect(body).toMatchObject({ gridId: 'lane', to });
    expect(body.value).toEqual([
      row(day, 'a', count),
      row(day, 'b', count, { received: 0, missing: count, gaps: [{ from, to, kind: 'missing' }] }),
    ]);
    expect(await rows('?only=incomplete')).toEqual([expect.objectContaining({ prosumerId: 'b' })]);
  });
});

describe('a day', () => {
  const from = '2026-10-27T23:00:00Z';
  const at = (time: string) => `2026-10-28T${time}:00Z`;

  test('counts what has ended only, by the readings where it has not closed', async () => {
    await openLane(from, ['a', 'b', 'c'], { graceMinutes: 60 });
    app.setClock(at('03:10'));
    await post('a', quarters(from, at('03:00')));
    await post('b', quarters(from, at('01:00')));
    await post('b', [at('01:00')], { quality: 'estimated' });
    await settle(at('03:10'));
    const closed = (await call('GET', '/grids/lane')).body.lastClosedTimeframe;
    expect(closed).toBe(at('01:45'));
    expect(await rows()).toEqual([
      row('2026-10-28', 'a', 16),
      row('2026-10-28', 'b', 16, {
        received: 8,
        missing: 7,
        estimated: 1,
        gaps: [
          { from: at('01:00'), to: at('01:15'), kind: 'estimated' },
          { from: at('01:15'), to: at('03:00'), kind: 'missing' },
        ],
      }),
      row('2026-10-28', 'c', 16, {
        received: 0,
        missing: 16,
        gaps: [{ from, to: at('03:00'), kind: 'missing' }],
      }),
    ]);
  });

  test('counts timeframes of the range in which the prosumer takes part', async () => {
    await openLane(from, []);
    await join('a', { activeFrom: at('01:00'), activeUntil: at('02:00') });
    await join('b', { activeFrom: at('04:00') });
    await settle(at('03:00'));
    const [first, ...others] = await rows();
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      prosumerId: 'a',
      expected: 4,
      gaps: [{ from: at('01:00'), to: at('02:00') }],
    });
    const part = await rows(`?from=${at('01:20')}&to=${at('01:50')}`);
    expect(part[0]).toMatchObject({
      expected: 2,
      gaps: [{ from: at('01:30'), to: at('02:00'), kind: 'missing' }],
    });
    expect(await rows(`?from=${at('02:00')}`)).toEqual([]);
    expect(await rows(`?from=${at('02:00')}&to=${at('01:00')}`)).toEqual([]);
  });

  test('tells late readings before and after they are settled', async () => {
    await openLane(from, ['a', 'b', 'c']);
    const all = quarters(from, at('01:00'));
    app.setClock(at('01:00'));
    for (const id of ['a', 'b']) await post(id, all);
    await settle(at('01:00'));
    await post('a', [at('00:15')], { version: 2, producedWh: 120 });
    await post('c', [at('00:00'), at('00:15'), at('00:30')]);
    const gaps = [{ from, to: at('01:00'), kind: 'missing' }];
    expect(await rows()).toEqual([
      row('2026-10-28', 'a', 8, { unsettledLate: 1 }),
      row('2026-10-28', 'b', 8),
      row('2026-10-28', 'c', 8, { received: 0, missing: 8, unsettledLate: 3, gaps }),
    ]);
    await settle(at('01:01'));
    expect(await rows()).toEqual([
      row('2026-10-28', 'a', 8, { late: 1 }),
      row('2026-10-28', 'b', 8),
      row('2026-10-28', 'c', 8, {
        received: 3,
        missing: 5,
        late: 3,
        gaps: [
          { from, to: at('00:00'), kind: 'missing' },
          { from: at('00:45'), to: at('01:00'), kind: 'missing' },
        ],
      }),
    ]);
    const incomplete = await rows('?only=incomplete');
    expect(incomplete.map(({ prosumerId }) => prosumerId)).toEqual(['a', 'c']);
  });

  test('shows what was estimated in place of a reading, until the reading comes', async () => {
    await openLane(from, ['a', 'b'], { missingReadings: 'estimate' });
    app.setClock('2026-10-28T23:30:00Z');
    await post('a', quarters(from, '2026-10-28T23:30:00Z'));
    await post('b', quarters(from, '2026-10-28T23:00:00Z'));
    await settle('2026-10-28T23:30:00Z');
    const [, second] = await rows('?from=2026-10-28T23:00:00Z');
    expect(second).toMatchObject({ prosumerId: 'b', received: 0, late: 0, unsettledLate: 0 });
    expect(second.missing + second.estimated).toBe(2);
    await post('b', ['2026-10-28T23:00:00Z']);
    await settle('2026-10-28T23:31:00Z');
    const [, corrected] = await rows('?from=2026-10-28T23:00:00Z');
    expect(corrected).toMatchObject({ received: 1, late: 1, expected: 2 });
    expect(corrected.gaps).toHaveLength(1);
  });
});

describe('a range', () => {
  test('is by default seven local days, over the change of clocks', async () => {
    await openLane('2026-10-01T00:00:00Z', ['a'], { paused: true });
    app.setClock('2026-10-27T12:00:00Z');
    const days = await rows();
    expect(days.map(({ day, expected }) => [day, expected])).toEqual([
      ['2026-10-21', 96],
      ['2026-10-22', 96],
      ['2026-10-23', 96],
      ['2026-10-24', 96],
      ['2026-10-25', 100],
      ['2026-10-26', 96],
      ['2026-10-27', 52],
    ]);
  });

  test('of 35 days is not too long, also with the hour that clocks go back', async () => {
    await openLane('2026-10-01T00:00:00Z', ['a'], { paused: true });
    app.setClock('2026-12-01T00:00:00Z');
    const from = '?from=2026-10-01T22:00:00Z';
    expect(await rows(`${from}&to=2026-11-05T23:00:00Z`)).toHaveLength(35);
    const { status, body } = await call(
      'GET',
      `/grids/lane/completeness${from}&to=2026-11-05T23:00:01Z`,
    );
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'range_too_long', 'to']);
  });

  test('comes in pages of any size, each row once and in order', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await openLane('2026-10-22T22:00:00Z', ids, { paused: true });
    app.setClock('2026-10-25T12:00:00Z');
    await post('b', quarters('2026-10-23T22:00:00Z', '2026-10-24T22:00:00Z'));
    const all = await rows();
    expect(all.map(({ day, prosumerId }) => `${day} ${prosumerId}`)).toEqual(
      ['2026-10-23', '2026-10-24', '2026-10-25'].flatMap((d) => ids.map((id) => `${d} ${id}`)),
    );
    for (const limit of [1, 2, 3, 5, 7, 14, 15]) {
      expect(await rows(`?limit=${limit}`)).toEqual(all);
      expect(await rows(`?limit=${limit}&only=incomplete`)).toHaveLength(14);
    }
  });

  test('keeps its bounds from page to page, while time goes on', async () => {
    await openLane('2026-10-22T22:00:00Z', ['a', 'b'], { paused: true });
    app.setClock('2026-10-23T12:00:00Z');
    const { body } = await call('GET', '/grids/lane/completeness?limit=1');
    app.setClock('2026-10-24T12:00:00Z');
    const next = await call('GET', body.nextLink.slice('http://localhost/api'.length));
    expect(next.body).toMatchObject({ from: body.from, to: '2026-10-23T12:00:00Z' });
    expect(next.body.value).toMatchObject([{ day: '2026-10-23', prosumerId: 'b', expected: 56 }]);
  });

  test.each([
    ['Europe/Berlin', 'to=2000-01-05T00:00:00Z'],
    ['Europe/Berlin', 'to=2199-12-31T23:59:59Z'],
    ['Europe/Berlin', 'from=2199-12-31T00:00:00Z&to=2199-12-31T23:59:59Z'],
    ['America/New_York', 'from=2000-01-01T00:00:00Z&to=2000-01-03T00:00:00Z'],
  ])('in %s may be at either end of time: %s', async (timeZone, query) => {
    await openLane('2026-10-24T00:00:00Z', ['a'], { timeZone });
    expect(await rows(`?${query}`)).toEqual([]);
  });

  test('of minutes is read a day at a time', async () => {
    await openLane('2026-10-22T22:00:00Z', ['a', 'b'], { paused: true, timeframeMinutes: 1 });
    app.setClock('2026-10-26T12:00:00Z');
    const { body } = await call('GET', '/grids/lane/completeness');
    expect(body.value.map(({ day }: { day: string }) => day)).toEqual(['2026-10-23', '2026-10-23']);
    const counts = (await rows()).map(({ expected }) => expected);
    expect(counts).toEqual([1440, 1440, 1440, 1440, 1500, 1500, 780, 780]);
  });

  test('refuses what is no grid, instant, word or cursor', async () => {
    expect((await call('GET', '/grids/none/completeness')).body.code).toBe('grid_not_found');
    await openLane('2026-10-22T22:00:00Z', []);
    for (const [query, code] of [
      ['from=2026-02-30T00:00Z', 'validation_failed'],
      ['only=complete', 'validation_failed'],
      ['cursor=abc', 'cursor_invalid'],
    ]) {
      const { status, body } = await call('GET', `/grids/lane/completeness?${query}`);
      expect([status, body.code]).toEqual([400, code]);
    }
  });
});
