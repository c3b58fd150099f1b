import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import type { Answer, Call } from './api.ts';
import { openCheckedApi } from './checkedApi.ts';

const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-01T10:00:00Z',
  activeUntil: '2026-12-31T00:00:00Z',
  market: { mechanism: 'auction' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};
const quarter = '2026-11-01T10:15:00Z';
const standing = { prosumerId: 'a', side: 'sell', limitPriceMsatPerKwh: 220_000 };
const forQuarter = { ...standing, id: 'one', timeframe: quarter, energyWh: 800 };

let app: TestApp;
let call: Call;
beforeEach(async () => {
  app = openTestApp('2026-11-01T10:10:00Z');
  call = openCheckedApi(app.ports);
  await openGrid(lane);
  await join('a', 'lane');
  await join('b', 'lane');
});
afterEach(() => app.end());

async function openGrid(grid: object): Promise<void> {
  expect((await call('POST', '/grids', grid)).status).toBe(201);
}

async function join(id: string, gridId: string, more: object = {}): Promise<void> {
  const home = { id, gridId, name: id, address: 'Lane', type: 'household', ...more };
  expect((await call('POST', '/prosumers', home)).status).toBe(201);
}

async function placed(order: object): Promise<Answer> {
  const answer = await call('POST', '/orders', order);
  expect(answer.status).toBe(201);
  return answer;
}

const put = (body: object, headers?: Record<string, string>) =>
  call('PUT', '/orders/one', body, headers);

describe('an order', () => {
  test('for a timeframe is placed under its id, with a place and a tag', async () => {
    const { headers, body } = await placed({ ...forQuarter, timeframe: '2026-11-01T10:15Z' });
    expect(headers).toMatchObject({ location: '/api/orders/one', etag: tagOf('o1') });
    expect(body).toEqual({
      ...forQuarter,
      gridId: 'lane',
      version: 1,
      validFrom: quarter,
      validUntil: '2026-11-01T10:30:00Z',
      status: 'open',
      placedAt: '2026-11-01T10:10:00Z',
      changedAt: '2026-11-01T10:10:00Z',
    });
    const found = await call('GET', '/orders/one');
    expect([found.status, found.headers['etag'], found.body]).toEqual([200, tagOf('o1'), body]);
  });

  test('without one stands from the timeframe that runs, and gets an id', async () => {
    const { body } = await placed(standing);
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(body).toMatchObject({ validFrom: '2026-11-01T10:00:00Z', status: 'open' });
    for (const field of ['timeframe', 'energyWh', 'validUntil'])
      expect(body).not.toHaveProperty(field);
  });

  test('is placed once under its key or id, and each time without', async () => {
    const key = { 'idempotency-key': 'k1' };
    const first = await call('POST', '/orders', standing, key);
    expect(await call('POST', '/orders', standing, key)).toMatchObject({ body: first.body });
    expect((await placed(standing)).body.id).not.toBe(first.body.id);
    const one = await placed(forQuarter);
    app.setClock('2026-11-01T10:40:00Z');
    expect((await placed(forQuarter)).body).toEqual(one.body);
    for (const other of [{ energyWh: 1 }, { side: 'buy' }, { prosumerId: 'b' }]) {
      expect(await call('POST', '/orders', { ...forQuarter, ...other })).toMatchObject({
        status: 409,
        body: { code: 'order_exists', errors: [{ pointer: '/id' }] },
      });
    }
    expect((await call('GET', '/orders?prosumerId=a')).body.value).toHaveLength(3);
  });

  test.each<[string, object, number, string, string]>([
    ['nobody', { prosumerId: 'nobody' }, 404, 'prosumer_not_found', '/prosumerId'],
    ['the power plant', { prosumerId: 'power-plant' }, 400, 'validation_failed', '/prosumerId'],
    ['an id that is none', { id: 'No' }, 400, 'validation_failed', '/id'],
    ['no energy', { energyWh: 0 }, 400, 'validation_failed', '/energyWh'],
    [
      'a date that is none',
      { timeframe: '2026-02-30T10:00Z' },
      400,
      'validation_failed',
      '/timeframe',
    ],
    ['the middle', { timeframe: '2026-11-01T10:20Z' }, 400, 'timeframe_misaligned', '/timeframe'],
    [
      'before the grid',
      { timeframe: '2026-11-01T09:45Z' },
      409,
      'prosumer_not_active',
      '/timeframe',
    ],
    [
      'after the grid',
      { timeframe: '2026-12-31T00:00Z' },
      409,
      'prosumer_not_active',
      '/timeframe',
    ],
    ['one who has left', { prosumerId: 'left' }, 409, 'prosumer_not_active', '/timeframe'],
    [
      'long ahead',
      { timeframe: '2026-12-02T10:15Z' },
      409,
      'timeframe_too_far_ahead',
      '/timeframe',
    ],
  ])('for %s is refused', async (_what, more, status, code, pointer) => {
    await join('left', 'lane', { activeUntil: quarter });
    expect(await call('POST', '/orders', { ...forQuarter, ...more })).toMatchObject({
      status,
      body: { code, errors: [{ pointer }] },
    });
  });

  test('that stands is refused of one who has left', async () => {
    await join('left', 'lane', { activeUntil: quarter });
    await placed({ ...standing, prosumerId: 'left' });
    app.setClock(quarter);
    expect(await call('POST', '/orders', { ...standing, prosumerId: 'left' })).toMatchObject({
      status: 409,
      body: { code: 'prosumer_not_active', errors: [{ pointer: '/prosumerId' }] },
    });
  });

  test('is taken only where the market is an auction then, or will be', async () => {
    await openGrid({ ...lane, id: 'pool', market: { mechanism: 'pool' } });
    await join('p', 'pool');
    const refused = { status: 409, body: { code: 'market_without_orders' } };
    const later = { ...standing, prosumerId: 'p', timeframe: '2026-11-01T10:30:00Z' };
    expect(await call('POST', '/orders', { ...standing, prosumerId: 'p' })).toMatchObject(refused);
    expect(await call('POST', '/orders', later)).toMatchObject(refused);
    // A changed market holds from the next timeframe on.
    expect((await call('PATCH', '/grids/pool', { market: lane.market })).status).toBe(200);
    await placed({ ...standing, prosumerId: 'p' });
    await placed(later);
    const now = { ...later, timeframe: '2026-11-01T10:00:00Z' };
    expect(await call('POST', '/orders', now)).toMatchObject(refused);
  });

  test('is taken until its timeframe ends', async () => {
    app.setClock('2026-11-01T10:29:59Z');
    await placed(forQuarter);
    app.setClock('2026-11-01T10:30:00Z');
    expect(await call('POST', '/orders', { ...forQuarter, id: 'two' })).toMatchObject({
      status: 409,
      body: { code: 'timeframe_ended', errors: [{ pointer: '/timeframe' }] },
    });
  });

  test('is one of two hundred that may be open', async () => {
    for (let at = 0; at < 199; at += 1) await placed({ ...standing, id: `o${at}` });
    await placed(forQuarter);
    const refused = await call('POST', '/orders', standing);
    expect(refused).toMatchObject({ status: 409, body: { code: 'orders_too_many' } });
    await placed({ ...standing, prosumerId: 'b' });
    expect((await call('DELETE', '/orders/o0')).status).toBe(200);
    await placed({ ...standing, id: 'next' });
    // What counted for a timeframe that has ended is open no longer.
    expect((await call('POST', '/orders', standing)).status).toBe(409);
    app.setClock('2026-11-01T10:30:00Z');
    await placed(standing);
  });
});

describe('a change of an order', () => {
  const terms = { side: 'buy', limitPriceMsatPerKwh: 1 };

  test('replaces all that it asks for', async () => {
    const { body } = await placed(forQuarter);
    const { energyWh: _, ...rest } = body;
    app.setClock('2026-11-01T10:12:00Z');
    const changed = await put(terms);
    expect(changed).toMatchObject({ status: 200, headers: { etag: tagOf('o2') } });
    expect(changed.body).toEqual({
      ...rest,
      ...terms,
      version: 2,
      changedAt: '2026-11-01T10:12:00Z',
    });
    const found = await call('GET', '/orders/one');
    expect(found.body).toEqual(changed.body);
    expect(found.headers['etag']).toBe(changed.headers['etag']);
    expect((await put(terms)).body).toEqual(changed.body);
  });

  test('happens under a tag', async () => {
    await placed(forQuarter);
    expect((await put(terms, { 'if-match': '"o1"' })).status).toBe(200);
    const refused = { status: 412, body: { code: 'etag_mismatch' } };
    const old = { 'if-match': '"o1"' };
    expect(await put(terms, old)).toMatchObject(refused);
    expect(await call('DELETE', '/orders/one', undefined, old)).toMatchObject(refused);
    const tag = { 'if-match': '"o2"' };
    expect((await call('DELETE', '/orders/one', undefined, tag)).status).toBe(200);
  });

  test('cancels, and a repeat leaves it so', async () => {
    await placed(forQuarter);
    const cancelled = await call('DELETE', '/orders/one');
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', version: 2 } });
    expect((await call('DELETE', '/orders/one')).body).toEqual(cancelled.body);
    expect(await put(terms)).toMatchObject({ status: 409, body: { code: 'order_cancelled' } });
  });

  test('happens until the timeframe ends', async () => {
    await placed(forQuarter);
    app.setClock('2026-11-01T10:29:59Z');
    expect((await put(terms)).status).toBe(200);
    app.setClock('2026-11-01T10:30:00Z');
    const ended = { status: 409, body: { code: 'timeframe_ended' } };
    expect(await put(forQuarterTerms)).toMatchObject(ended);
    expect(await call('DELETE', '/orders/one')).toMatchObject(ended);
  });
  const forQuarterTerms = { side: 'sell', energyWh: 800, limitPriceMsatPerKwh: 220_000 };

  test('of a standing one counts from the timeframe that runs', async () => {
    await placed({ ...standing, id: 'one' });
    app.setClock('2026-11-01T10:31:00Z');
    expect((await put(terms)).body).toMatchObject({ validFrom: '2026-11-01T10:30:00Z' });
    const { orders } = await bookOf('2026-11-01T10:15:00Z');
    expect(orders).toMatchObject([{ side: 'sell', limitPriceMsatPerKwh: 220_000 }]);
    const after = await bookOf('2026-11-01T10:30:00Z');
    expect(after.orders).toMatchObject([{ side: 'buy', limitPriceMsatPerKwh: 1 }]);
  });

  test.each([
    ['PUT', { side: 'sell' }, 400, 'validation_failed'],
    ['PUT', { ...terms, prosumerId: 'b' }, 400, 'validation_failed'],
    ['PUT', terms, 404, 'order_not_found'],
    ['DELETE', undefined, 404, 'order_not_found'],
    ['GET', undefined, 404, 'order_not_found'],
  ])('%s %j of none: %i %s', async (method, body, status, code) => {
    expect(await call(method, '/orders/none', body)).toMatchObject({ status, body: { code } });
    if (status === 404) {
      expect((await call(method, '/orders/Not an id', body)).status).toBe(404);
    }
  });

  type BookArguments = Parameters<TestApp['ports']['orders']['book']>;
  const bookOf = (timeframe: string) =>
    app.ports.orders.book('lane' as BookArguments[0], timeframe as BookArguments[1]);
});

test('the orders of a prosumer are listed by id, and of nobody else', async () => {
  for (const id of ['c', 'a', 'b']) await placed({ ...standing, id });
  await placed({ ...standing, id: 'other', prosumerId: 'b' });
  await call('DELETE', '/orders/a');
  const found: unknown[] = [];
  let next: string | undefined = '/orders?prosumerId=a&limit=2';
  while (next !== undefined) {
    const page: Answer = await call('GET', next);
    found.push(...page.body.value.map(({ id, status }: Answer['body']) => [id, status]));
    next = page.body.nextLink?.slice('http://localhost/api'.length);
  }
  expect(found).toEqual([
    ['a', 'cancelled'],
    ['b', 'open'],
    ['c', 'open'],
  ]);
  expect((await call('GET', '/orders?prosumerId=nobody')).body.code).toBe('prosumer_not_found');
  for (const query of ['', '?gridId=lane', '?prosumerId=a&gridId=lane']) {
    expect((await call('GET', `/orders${query}`)).status).toBe(400);
  }
  expect((await call('GET', '/orders?prosumerId=a&cursor=x')).body.code).toBe('cursor_invalid');
});

test('orders of an auction that is over settled what they asked for', async () => {
  await placed({ ...standing, timeframe: '2026-11-01T10:00:00Z', limitPriceMsatPerKwh: 200_000 });
  await placed({ prosumerId: 'b', side: 'buy', limitPriceMsatPerKwh: 300_000 });
  const readings = [
    { prosumerId: 'a', producedWh: 1000, consumedWh: 0 },
    { prosumerId: 'b', producedWh: 0, consumedWh: 600 },
  ].map((reading) => ({ ...reading, timeframe: '2026-11-01T10:00:00Z' }));
  expect((await call('POST', '/grids/lane/readings', { readings })).body.accepted).toBe(2);
  app.setClock('2026-11-01T10:15:00Z');
  await app.tick();
  await app.drain();
  const { body } = await call('GET', '/trades?gridId=lane');
  expect(body.value).toMatchObject([
    { kind: 'peer', sellerId: 'a', buyerId: 'b', energyWh: 600, priceMsatPerKwh: 250_000 },
    { kind: 'export', sellerId: 'a', energyWh: 400 },
  ]);
});

/** The tag of a version, with the hash of what was answered. */
function tagOf(version: string) {
  return expect.stringMatching(new RegExp(`^"${version}\\.[0-9a-f]{32}"$`));
}
