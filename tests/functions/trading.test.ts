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
  market: { mechanism: 'pool' },
  aheadEnergyWhMax: 5_000,
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};
const quarter = '2026-11-01T10:15:00Z';
const sale = { prosumerId: 'a', timeframe: quarter, side: 'sell', energyWh: 1_500 };

let app: TestApp;
let call: Call;
beforeEach(async () => {
  app = openTestApp('2026-11-01T10:10:00Z');
  call = openCheckedApi(app.ports);
  expect((await call('POST', '/grids', lane)).status).toBe(201);
  await join('a');
  await join('b');
});
afterEach(() => app.end());

async function join(id: string, more: object = {}): Promise<void> {
  const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household', ...more };
  expect((await call('POST', '/prosumers', home)).status).toBe(201);
}

async function accepted(more: object = {}): Promise<Answer['body']> {
  const answer = await call('POST', '/trades', { ...sale, ...more });
  expect(answer.status).toBe(202);
  return answer.body;
}

const idsOf = ({ body }: Answer) => body.value.map(({ id }: { id: string }) => id);

describe('a quote', () => {
  test('has the price, and until when it can be traded and cancelled', async () => {
    const quoted = await call('GET', `/grids/lane/quote?timeframe=${quarter}`);
    expect(quoted).toMatchObject({ status: 200 });
    expect(quoted.body).toEqual({
      gridId: 'lane',
      timeframe: quarter,
      priceMsatPerKwh: 300_000,
      gridFeeMsatPerKwh: 10_000,
      importPriceMsatPerKwh: 500_000,
      exportPriceMsatPerKwh: 100_000,
      tradableUntil: '2026-11-01T10:30:00Z',
      cancellableUntil: quarter,
      aheadEnergyWhMax: 5_000,
    });
  });

  test('is of the timeframe that runs now where none is named', async () => {
    app.setClock('2026-11-01T10:29:59Z');
    expect((await call('GET', '/grids/lane/quote')).body.timeframe).toBe(quarter);
    app.setClock('2026-11-01T10:30:00Z');
    const { body } = await call('GET', '/grids/lane/quote');
    expect(body.timeframe).toBe('2026-11-01T10:30:00Z');
  });

  test('has the terms of its timeframe', async () => {
    const tariff = { ...lane.tariff, importPriceMsatPerKwh: 700_000 };
    expect((await call('PATCH', '/grids/lane', { tariff })).status).toBe(200);
    const now = await call('GET', '/grids/lane/quote');
    const next = await call('GET', `/grids/lane/quote?timeframe=${quarter}`);
    expect([now.body.priceMsatPerKwh, next.body.priceMsatPerKwh]).toEqual([300_000, 400_000]);
  });

  test.each([
    ['nowhere', quarter, 404, 'grid_not_found'],
    ['lane', '2026-11-01T10:20:00Z', 400, 'timeframe_misaligned'],
    ['lane', '2026-11-31T10:15:00Z', 400, 'validation_failed'],
    ['lane', '2026-11-01T09:45:00Z', 404, 'timeframe_not_found'],
    ['lane', '2026-12-31T00:00:00Z', 404, 'timeframe_not_found'],
    ['lane', '2026-11-01T10:00:00Z', 409, 'timeframe_ended'],
    ['lane', '2026-12-02T10:30:00Z', 409, 'timeframe_too_far_ahead'],
  ])('of %s for %s: %i %s', async (gridId, timeframe, status, code) => {
    app.setClock('2026-11-01T10:15:00Z');
    expect(await call('GET', `/grids/${gridId}/quote?timeframe=${timeframe}`)).toMatchObject({
      status,
      body: { code },
    });
    const furthest = await call('GET', '/grids/lane/quote?timeframe=2026-12-02T10:15:00Z');
    expect(furthest.status).toBe(200);
  });
});

describe('a trade ahead', () => {
  test('is agreed on at the quoted price, and there at once', async () => {
    const asked = { ...sale, timeframe: '2026-11-01T10:15Z', limitPriceMsatPerKwh: 300_000 };
    const { status, headers, body } = await call('POST', '/trades', asked);
    expect(status).toBe(202);
    expect(headers['location']).toBe(`/api/trades/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^lane\.20261101T1015Z\.ahead\.[0-9a-f-]{36}$/),
      gridId: 'lane',
      prosumerId: 'a',
      timeframe: quarter,
      side: 'sell',
      kind: 'grid',
      sellerId: 'a',
      buyerId: 'mini-grid',
      energyWh: 1_500,
      priceMsatPerKwh: 300_000,
      gridFeeMsatPerKwh: 10_000,
      amountUsat: '450000000',
      feeUsat: '15000000',
      status: 'pending',
      acceptedAt: '2026-11-01T10:10:00Z',
    });
    const found = await call('GET', `/trades/${body.id}`);
    expect(found).toMatchObject({ status: 200, body });
    expect(found.headers['etag']).toMatch(/^"pending\.[0-9a-f]{32}"$/);
    expect(headers['etag']).toMatch(/^"pending\./);
    const buying = { side: 'buy', limitPriceMsatPerKwh: 300_000 };
    expect(await accepted(buying)).toMatchObject({ sellerId: 'mini-grid', buyerId: 'a' });
  });

  test('happens once under its key, and each time without one', async () => {
    const key = { 'idempotency-key': 'k1' };
    const first = await call('POST', '/trades', sale, key);
    const again = await call('POST', '/trades', sale, key);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(await call('POST', '/trades', { ...sale, energyWh: 1 }, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused' },
    });
    expect((await accepted()).id).not.toBe(first.body.id);
    expect(idsOf(await call('GET', '/trades?gridId=lane&status=pending'))).toHaveLength(2);
  });

  test('whose answer was lost is answered again after its timeframe ended', async () => {
    const key = { 'idempotency-key': 'k1' };
    const complete = () => Promise.reject(new Error('died'));
    const prosumerIdempotency = { ...app.ports.prosumerIdempotency, complete };
    const dying = { ...app.ports, prosumerIdempotency };
    expect((await openCheckedApi(dying)('POST', '/trades', sale, key)).status).toBe(500);
    app.setClock('2026-11-01T10:31:00Z');
    const again = await call('POST', '/trades', sale, key);
    expect(again).toMatchObject({
      status: 202,
      body: { status: 'pending', acceptedAt: '2026-11-01T10:10:00Z' },
    });
    expect(idsOf(await call('GET', '/trades?gridId=lane&status=pending'))).toEqual([again.body.id]);
  });

  test.each<[string, object, number, string, string]>([
    ['nobody', { prosumerId: 'nobody' }, 404, 'prosumer_not_found', '/prosumerId'],
    ['a reserved account', { prosumerId: 'mini-grid' }, 400, 'validation_failed', '/prosumerId'],
    [
      'a date that is none',
      { timeframe: '2026-11-31T10:15Z' },
      400,
      'validation_failed',
      '/timeframe',
    ],
    ['no energy', { energyWh: 0 }, 400, 'validation_failed', '/energyWh'],
    ['too much energy', { energyWh: 1_000_000_001 }, 400, 'validation_failed', '/energyWh'],
    ['no side', { side: 'give' }, 400, 'validation_failed', '/side'],
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
    ['one who is not in yet', { prosumerId: 'late' }, 409, 'prosumer_not_active', '/timeframe'],
    ['the middle', { timeframe: '2026-11-01T10:20Z' }, 400, 'timeframe_misaligned', '/timeframe'],
    [
      'long ahead',
      { timeframe: '2026-12-02T10:15Z' },
      409,
      'timeframe_too_far_ahead',
      '/timeframe',
    ],
    [
      'a high limit',
      { limitPriceMsatPerKwh: 300_001 },
      409,
      'price_limit_not_met',
      '/limitPriceMsatPerKwh',
    ],
    [
      'a low limit',
      { side: 'buy', limitPriceMsatPerKwh: 299_999 },
      409,
      'price_limit_not_met',
      '/limitPriceMsatPerKwh',
    ],
    ['more than allowed', { energyWh: 5_001 }, 409, 'ahead_limit_exceeded', '/energyWh'],
  ])('for %s is refused', async (_what, more, status, code, pointer) => {
    await join('late', { activeFrom: '2026-11-01T10:30:00Z' });
    const refused = await call('POST', '/trades', { ...sale, ...more });
    expect(refused).toMatchObject({ status, body: { code, errors: [{ pointer }] } });
    expect(idsOf(await call('GET', '/trades?gridId=lane&status=pending'))).toEqual([]);
  });

  test('that misses its limit is told the price; what is left under the limit too', async () => {
    const missed = await call('POST', '/trades', { ...sale, limitPriceMsatPerKwh: 300_001 });
    expect(missed.body.detail).toContain('300000 msat/kWh');
    await accepted();
    const refused = await call('POST', '/trades', { ...sale, energyWh: 3_501 });
    expect(refused.body.detail).toContain('3500 Wh are left');
    expect(await accepted({ energyWh: 3_500 })).toMatchObject({ energyWh: 3_500 });
    expect(await accepted({ side: 'buy', energyWh: 5_000 })).toMatchObject({ energyWh: 5_000 });
  });

  test('is bounded by the prosumer’s own maximum where it has one', async () => {
    await join('small', { aheadEnergyWhMax: 100 });
    const asked = { ...sale, prosumerId: 'small' };
    expect((await call('POST', '/trades', { ...asked, energyWh: 101 })).body.code).toBe(
      'ahead_limit_exceeded',
    );
    expect((await call('POST', '/trades', { ...asked, energyWh: 100 })).status).toBe(202);
  });

  test('is bounded by what its connection carries, where it has no maximum of its own', async () => {
    // 13 999 W carry 3 499.75 Wh in a quarter-hour.
    await join('thin', { connectionLimitW: 13_999 });
    const asked = { ...sale, prosumerId: 'thin' };
    const refused = await call('POST', '/trades', { ...asked, energyWh: 3_500 });
    expect(refused.body.code).toBe('ahead_limit_exceeded');
    expect((await call('POST', '/trades', { ...asked, energyWh: 3_499 })).status).toBe(202);
  });

  test('is one of a hundred at most, for a timeframe and side', async () => {
    for (let n = 0; n < 100; n += 1) await accepted({ energyWh: 1 });
    const refused = await call('POST', '/trades', { ...sale, energyWh: 1 });
    expect(refused).toMatchObject({ status: 409, body: { code: 'ahead_limit_exceeded' } });
    await accepted({ energyWh: 1, side: 'buy' });
  });

  test('is bounded by what all of a grid may trade', async () => {
    for (const id of ['c', 'd']) await join(id, { aheadEnergyWhMax: 1_000_000_000 });
    await accepted({ prosumerId: 'c', energyWh: 999_999_999 });
    const refused = await call('POST', '/trades', { ...sale, prosumerId: 'd', energyWh: 2 });
    expect(refused).toMatchObject({ status: 409, body: { code: 'ahead_limit_exceeded' } });
    expect(refused.body.detail).toContain('the prosumers of a grid together');
    await accepted({ prosumerId: 'd', energyWh: 1 });
  });

  test('is accepted in a grid that is paused', async () => {
    expect((await call('PATCH', '/grids/lane', { paused: true })).status).toBe(200);
    await accepted();
  });

  test('is accepted until its timeframe ends', async () => {
    app.setClock('2026-11-01T10:29:59Z');
    await accepted();
    app.setClock('2026-11-01T10:30:00Z');
    expect(await call('POST', '/trades', sale)).toMatchObject({
      status: 409,
      body: { code: 'timeframe_ended', errors: [{ pointer: '/timeframe' }] },
    });
  });
});

describe('cancelling', () => {
  test('happens until the timeframe starts, and frees what was taken of the limit', async () => {
    const { id } = await accepted({ energyWh: 5_000 });
    app.setClock('2026-11-01T10:14:59Z');
    expect((await call('POST', '/trades', { ...sale, energyWh: 1 })).status).toBe(409);
    const cancelled = await call('DELETE', `/trades/${id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { id, status: 'cancelled' } });
    expect(await call('DELETE', `/trades/${id}`)).toEqual(cancelled);
    expect((await call('GET', `/trades/${id}`)).body).toEqual(cancelled.body);
    await accepted({ energyWh: 1 });
    app.setClock('2026-11-01T10:15:00Z');
    expect((await call('DELETE', `/trades/${id}`)).status).toBe(200);
  });

  test('is refused once the timeframe has started', async () => {
    const { id } = await accepted();
    app.setClock(quarter);
    expect(await call('DELETE', `/trades/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'timeframe_started' },
    });
    expect((await call('GET', `/trades/${id}`)).body.status).toBe('pending');
  });

  test('happens under a tag', async () => {
    const { headers, body } = await call('POST', '/trades', sale);
    const ifMatch = { 'if-match': headers['etag'] ?? '' };
    expect((await call('DELETE', `/trades/${body.id}`, undefined, ifMatch)).status).toBe(200);
    expect(await call('DELETE', `/trades/${body.id}`, undefined, ifMatch)).toMatchObject({
      status: 412,
      body: { code: 'etag_mismatch' },
    });
  });

  test.each(['none', 'lane.20261101T1015Z.ahead.x', 'lane.20261101T1015Z.0.1'])(
    'of %s: there is none',
    async (id) => {
      for (const method of ['GET', 'DELETE']) {
        expect(await call(method, `/trades/${id}`)).toMatchObject({
          status: 404,
          body: { code: 'trade_not_found' },
        });
      }
    },
  );
});

describe('a list of trades ahead', () => {
  test('is of a grid by acceptance, of a timeframe, or of a prosumer, newest first', async () => {
    const [first, second, third, fourth] = [
      await accepted({ energyWh: 1 }),
      await accepted({ energyWh: 2, timeframe: '2026-11-01T10:30:00Z' }),
      await accepted({ energyWh: 3, prosumerId: 'b' }),
      await accepted({ energyWh: 4 }),
    ];
    await call('DELETE', `/trades/${first.id}`);
    const ids = async (query: string) => {
      const found: string[] = [];
      let next: string | undefined = `/trades?status=pending&limit=2&${query}`;
      while (next !== undefined) {
        const page: Answer = await call('GET', next);
        found.push(...idsOf(page));
        next = page.body.nextLink?.slice('http://localhost/api'.length);
      }
      return found;
    };
    expect(await ids('gridId=lane')).toEqual([first.id, second.id, third.id, fourth.id]);
    expect(await ids(`gridId=lane&timeframe=${quarter}`)).toEqual([first.id, third.id, fourth.id]);
    expect(await ids('prosumerId=a')).toEqual([fourth.id, second.id, first.id]);
    const { body } = await call('GET', '/trades?status=pending&prosumerId=a');
    expect(body.value.map(({ status }: { status: string }) => status)).toEqual([
      'pending',
      'pending',
      'cancelled',
    ]);
    for (const query of ['gridId=lane', 'gridId=lane&status=recorded', 'prosumerId=a']) {
      expect((await call('GET', `/trades?${query}`)).body.value).toEqual([]);
    }
  });

  test.each([
    ['gridId=nowhere', 404, 'grid_not_found'],
    ['prosumerId=nobody', 404, 'prosumer_not_found'],
    ['gridId=lane&timeframe=2026-11-01T10:20:00Z', 400, 'timeframe_misaligned'],
    ['gridId=lane&cursor=nonsense', 400, 'cursor_invalid'],
    ['prosumerId=a&timeframe=2026-11-01T10:15:00Z', 400, 'validation_failed'],
    ['', 400, 'validation_failed'],
  ])('by %s: %i %s', async (query, status, code) => {
    expect(await call('GET', `/trades?status=pending&${query}`)).toMatchObject({
      status,
      body: { code },
    });
  });

  test('knows no other status', async () => {
    const refused = await call('GET', '/trades?gridId=lane&status=posted');
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: 'status' }] } });
  });
});

test('once the timeframe is closed a trade is posted, and names its record', async () => {
  const [cancelled, sold, bought] = [
    await accepted({ energyWh: 100 }),
    await accepted({ energyWh: 1_000 }),
    await accepted({ prosumerId: 'b', side: 'buy', energyWh: 400 }),
  ];
  await call('DELETE', `/trades/${cancelled.id}`);
  app.setClock('2026-11-01T10:30:00Z');
  expect((await call('GET', `/trades/${sold.id}`)).body.status).toBe('pending');
  await app.tick();
  await app.drain();
  expect((await call('GET', `/trades/${cancelled.id}`)).body.status).toBe('cancelled');
  const places = [
    [sold, 1],
    [bought, 2],
  ] as const;
  for (const [trade, place] of places) {
    const tradeId = `lane.20261101T1015Z.0.${place}`;
    const posted = await call('GET', `/trades/${trade.id}`);
    expect(posted.body).toEqual({ ...trade, status: 'posted', tradeId });
    const { sellerId, buyerId, kind, energyWh, amountUsat, feeUsat } = trade;
    expect(await call('GET', `/trades/${tradeId}`)).toMatchObject({
      status: 200,
      body: { sellerId, buyerId, kind, energyWh, amountUsat, feeUsat },
    });
    for (const id of [trade.id, tradeId]) {
      expect(await call('DELETE', `/trades/${id}`)).toMatchObject({
        status: 409,
        body: { code: 'timeframe_started' },
      });
    }
  }
  const { body } = await call('GET', '/trades?status=pending&gridId=lane');
  expect(body.value.map(({ status, tradeId }: Answer['body']) => tradeId ?? status)).toEqual([
    'cancelled',
    'lane.20261101T1015Z.0.1',
    'lane.20261101T1015Z.0.2',
  ]);
});
