import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { type Answer, type Call, openApi } from './api.ts';

const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-01T10:00:00.000Z',
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};
const home = (id: string) => ({ id, gridId: 'lane', name: id, address: 'Lane', type: 'household' });
const reading = (
  prosumerId: string,
  producedWh: number,
  consumedWh: number,
  more: object = {},
) => ({
  prosumerId,
  timeframe: '2026-11-01T10:00:00Z',
  producedWh,
  consumedWh,
  ...more,
});

let app: TestApp;
let call: Call;
beforeEach(() => {
  app = openTestApp('2026-11-01T10:10:00Z');
  call = openApi(app.ports);
});
afterEach(() => app.end());

async function openLane(ids: readonly string[]): Promise<void> {
  expect((await call('POST', '/grids', lane)).status).toBe(201);
  for (const id of ids) expect((await call('POST', '/prosumers', home(id))).status).toBe(201);
}

async function settle(now: string): Promise<void> {
  app.setClock(now);
  await app.tick();
  await app.drain();
}

async function all(path: string): Promise<readonly Answer['body'][]> {
  const items: Answer['body'][] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const { status, body }: Answer = await call('GET', next);
    expect(status).toBe(200);
    items.push(...(body.value ?? body.prosumers));
    next = body.nextLink?.slice('http://localhost/api'.length);
  }
  return items;
}

describe('grids', () => {
  test('are created once, with a place and a tag', async () => {
    const created = await call('POST', '/grids', lane);
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/api/grids/lane', etag: expect.stringMatching(/^"[^"]+"$/) },
      body: { id: 'lane', activeFrom: '2026-11-01T10:00:00Z', prosumerCount: 0, nettoWh: 0 },
    });
    expect((await call('GET', '/grids/lane')).body).toEqual(created.body);
    expect((await call('POST', '/grids', lane)).status).toBe(201);
    expect(await call('POST', '/grids', { ...lane, name: 'Other' })).toMatchObject({
      status: 409,
      body: { code: 'grid_exists', errors: [{ pointer: '/id' }] },
    });
  });

  test('get an id when they bring none, the same again under the same key', async () => {
    const { id: _, ...nameless } = lane;
    const key = { 'idempotency-key': 'k1' };
    const first = await call('POST', '/grids', nameless, key);
    expect(first.body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    const again = await call('POST', '/grids', nameless, key);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await call('POST', '/grids', { ...nameless, name: 'Other' }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    expect(await all('/grids')).toHaveLength(1);
  });

  test('change under their tag', async () => {
    await openLane([]);
    const { headers } = await call('GET', '/grids/lane');
    const ifMatch = { 'if-match': headers['etag'] ?? '' };
    expect((await call('PATCH', '/grids/lane', { name: 'A' }, ifMatch)).body.name).toBe('A');
    expect(await call('PATCH', '/grids/lane', { name: 'B' }, ifMatch)).toMatchObject({
      status: 412,
      body: { code: 'etag_mismatch' },
    });
    expect((await call('PATCH', '/grids/lane', { name: 'C' })).body.name).toBe('C');
  });

  test('a date that does not exist is refused with its pointer', async () => {
    const refused = await call('POST', '/grids', { ...lane, activeFrom: '2026-02-30T00:00:00Z' });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ pointer: '/activeFrom' }] },
    });
  });
});

test.each([
  ['GET', '/grids/nowhere', 'grid_not_found'],
  ['PATCH', '/grids/nowhere', 'grid_not_found'],
  ['GET', '/grids/Not an id/netto', 'grid_not_found'],
  ['GET', '/grids/nowhere/prosumers', 'grid_not_found'],
  ['GET', '/grids/nowhere/timeframes', 'grid_not_found'],
  ['GET', '/grids/nowhere/accounts', 'grid_not_found'],
  ['GET', '/grids/lane/timeframes/2030-01-01T00:00:00Z', 'timeframe_not_found'],
  ['GET', '/grids/lane/netto?timeframe=2026-11-01T10:00:00Z', 'timeframe_not_found'],
  ['POST', '/grids/nowhere/readings', 'grid_not_found'],
  ['GET', '/prosumers/nobody', 'prosumer_not_found'],
  ['GET', '/prosumers/nobody/netto', 'prosumer_not_found'],
  ['GET', '/prosumers/nobody/transactions', 'prosumer_not_found'],
  ['DELETE', '/prosumers/power-plant', 'prosumer_not_found'],
  ['GET', '/trades?gridId=nowhere', 'grid_not_found'],
  ['GET', '/trades/lane.20261101T1000Z.0.1', 'trade_not_found'],
  ['GET', '/trades/none', 'trade_not_found'],
])('%s %s: %s', async (method, path, code) => {
  await openLane([]);
  const bodies: Readonly<Record<string, unknown>> = {
    PATCH: { name: 'A' },
    POST: { readings: [reading('a', 1, 0)] },
  };
  expect(await call(method, path, bodies[method])).toMatchObject({ status: 404, body: { code } });
});

test('a prosumer of no grid is refused, as is a reserved name', async () => {
  expect(await call('POST', '/prosumers', home('a'))).toMatchObject({
    status: 404,
    body: { code: 'grid_not_found', errors: [{ pointer: '/gridId' }] },
  });
  await openLane([]);
  expect(await call('POST', '/prosumers', home('mini-grid'))).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/id' }] },
  });
});

test('a deactivated prosumer stays with its ledger, and cannot be made anew', async () => {
  await openLane(['a']);
  expect(await call('DELETE', '/prosumers/a')).toMatchObject({
    status: 200,
    body: { status: 'inactive', activeUntil: '2026-11-01T10:15:00Z' },
  });
  expect((await call('DELETE', '/prosumers/a')).status).toBe(200);
  expect((await call('GET', '/grids/lane')).body.prosumerCount).toBe(0);
  expect((await call('POST', '/prosumers', home('a'))).body.code).toBe('prosumer_exists');
  expect((await call('PATCH', '/prosumers/a', { activeUntil: null })).status).toBe(409);
});

test('one bad reading never spoils the rest, and each is told why', async () => {
  await openLane(['a', 'b']);
  const { status, body } = await call('POST', '/grids/lane/readings', {
    readings: [
      reading('a', 2000, 0),
      reading('b', -1, 0.5),
      reading('a', 2000, 0),
      reading('c', 0, 0),
      reading('b', 2 ** 53, 0),
      reading('b', 0, 1, { timeframe: '2026-11-01T10:15:00Z' }),
      reading('b', 0, 1, { timeframe: '2026-02-30T10:15:00Z' }),
      reading('b', 0, 1, { extra: true }),
      7,
      reading('b', 0, 1500),
    ],
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ accepted: 2, duplicate: 1, late: 0, rejected: 7 });
  const told = body.results.map((result: Answer['body']) => [
    result.index,
    result.code ?? result.status,
    ...(result.errors ?? []).map(({ pointer }: { pointer: string }) => pointer),
  ]);
  expect(told).toEqual([
    [0, 'accepted'],
    [1, 'invalid', '/readings/1/producedWh', '/readings/1/consumedWh'],
    [2, 'duplicate'],
    [3, 'prosumer_not_in_grid', '/readings/3/prosumerId'],
    [4, 'invalid', '/readings/4/producedWh'],
    [5, 'timeframe_not_started', '/readings/5/timeframe'],
    [6, 'invalid', '/readings/6/timeframe'],
    [7, 'invalid', '/readings/7/extra'],
    [8, 'invalid', '/readings/8'],
    [9, 'accepted'],
  ]);
});

describe('cumulative registers', () => {
  const register = (at: string, produced: number, consumed: number, more: object = {}) => ({
    prosumerId: 'a',
    at: `2026-11-01T${at}:00Z`,
    meterId: 'm1',
    producedRegisterWh: produced,
    consumedRegisterWh: consumed,
    ...more,
  });
  const send = async (...readings: readonly object[]) =>
    (await call('POST', '/grids/lane/readings', { readings })).body;
  const nettos = async () =>
    (await all('/prosumers/a/netto')).map(({ nettoWh, status }) => [nettoWh, status]);

  beforeEach(async () => {
    await openLane(['a']);
    app.setClock('2026-11-01T10:45:00Z');
  });

  test('become intervals, in whatever order they come', async () => {
    expect(await send(register('10:30', 1700, 450))).toMatchObject({ accepted: 1 });
    expect(await send(register('10:00', 1000, 100))).toMatchObject({ accepted: 1 });
    expect(await send(register('10:15', 1500, 150))).toMatchObject({ accepted: 1 });
    expect(await send(register('10:15', 1500, 150))).toMatchObject({ duplicate: 1 });
    await settle('2026-11-01T10:45:00Z');
    expect(await nettos()).toEqual([
      [450, 'received'],
      [-100, 'received'],
      [0, 'missing'],
    ]);
  });

  test('roll over at the width of the register', async () => {
    const rolloverWh = 1_000_000;
    const body = await send(
      register('10:00', 999_900, 5, { rolloverWh }),
      register('10:15', 200, 5, { rolloverWh }),
    );
    expect(body).toMatchObject({ accepted: 2 });
    await settle('2026-11-01T10:15:00Z');
    expect((await nettos())[0]).toEqual([300, 'received']);
  });

  test('that fall for no reason are refused, those of an exchanged meter begin anew', async () => {
    await send(register('10:00', 900_000, 5));
    expect(await send(register('10:15', 899_000, 5))).toMatchObject({
      rejected: 1,
      results: [{ code: 'register_nonsense' }],
    });
    expect(await send(register('10:15', 3, 0, { meterId: 'm2' }))).toMatchObject({ accepted: 1 });
    expect(await send(register('10:30', 53, 0, { meterId: 'm2' }))).toMatchObject({ accepted: 1 });
    await settle('2026-11-01T10:30:00Z');
    expect(await nettos()).toEqual([
      [0, 'missing'],
      [50, 'received'],
    ]);
  });

  test('are held against their neighbours alone, however many come in one request', async () => {
    const limitWh = 10_000_000;
    const body = await send(register('10:00', 0, 0), register('10:30', limitWh + 1, 0));
    expect(body).toMatchObject({ accepted: 2 });
    expect(await send(register('10:15', limitWh, 0))).toMatchObject({ accepted: 1 });
    await settle('2026-11-01T10:30:00Z');
    expect((await nettos()).map(([nettoWh]) => nettoWh)).toEqual([limitWh, 1]);
  });

  test('that end a late interval and begin one in time are late', async () => {
    await send(register('10:00', 0, 0), register('10:30', 30, 0));
    await settle('2026-11-01T10:15:00Z');
    expect(await send(register('10:15', 10, 0))).toMatchObject({ late: 1 });
  });

  test('that arrive after their timeframe closed are late', async () => {
    await send(register('10:00', 0, 0));
    await settle('2026-11-01T10:45:00Z');
    expect(await send(register('10:15', 10, 0))).toMatchObject({ late: 1 });
    const { body } = await call('GET', '/grids/lane/timeframes/2026-11-01T10:00:00Z');
    expect(body.hasLateReadings).toBe(true);
  });
});

test('what a timeframe came to can be seen from every side, and adds up', async () => {
  await openLane(['a', 'b', 'c']);
  const readings = [reading('a', 2400, 400), reading('b', 0, 1500), reading('c', 100, 1600)];
  await call('POST', '/grids/lane/readings', { readings });
  const open = await call('GET', '/grids/lane/timeframes/2026-11-01T10:00:00Z');
  expect(open.body).toMatchObject({ status: 'open', nettoWh: -1000, readings: { received: 3 } });
  await settle('2026-11-01T10:15:00Z');

  expect((await call('GET', '/grids/lane/timeframes/2026-11-01T10:00:00Z')).body).toMatchObject({
    status: 'settled',
    tradedWh: 2000,
    importedWh: 1000,
    exportedWh: 0,
    priceMsatPerKwh: 300_000,
    tradeCount: 4,
    closingNumber: 1,
  });
  const trades = await all('/trades?gridId=lane&timeframe=2026-11-01T10:00:00Z&limit=1');
  expect(
    trades.map(({ kind, sellerId, buyerId, energyWh, feeUsat }) => [
      kind,
      sellerId,
      buyerId,
      energyWh,
      feeUsat,
    ]),
  ).toEqual([
    ['peer', 'a', 'b', 1000, '10000000'],
    ['peer', 'a', 'c', 1000, '10000000'],
    ['import', 'power-plant', 'b', 500, '0'],
    ['import', 'power-plant', 'c', 500, '0'],
  ]);
  expect((await call('GET', `/trades/${trades[2].id}`)).body).toEqual(trades[2]);
  expect((await all('/trades?prosumerId=b')).map(({ sequence }) => sequence)).toEqual([3, 1]);
  expect(await all('/prosumers/b/transactions?limit=1')).toMatchObject([
    { side: 'buy', energyWh: 500, debitUsat: '250000000', trade: trades[2] },
    { side: 'buy', energyWh: 1000, debitUsat: '310000000', trade: trades[0] },
  ]);
  const accounts = await all('/grids/lane/accounts?limit=2');
  expect(accounts.map(({ accountId, balanceUsat }) => [accountId, balanceUsat])).toEqual([
    ['a', '600000000'],
    ['b', '-560000000'],
    ['c', '-560000000'],
    ['mini-grid', '20000000'],
    ['power-plant', '500000000'],
  ]);
  expect((await call('GET', '/prosumers/b')).body).toMatchObject({
    boughtWh: 1500,
    debitsUsat: '560000000',
    balanceUsat: '-560000000',
  });
  const netto = [
    { prosumerId: 'a', nettoWh: 2000 },
    { prosumerId: 'b', nettoWh: -1500 },
    { prosumerId: 'c', nettoWh: -1500 },
  ];
  for (const at of ['', '?timeframe=2026-11-01T10:00:00Z', '?limit=1']) {
    expect(await all(`/grids/lane/netto${at}`)).toMatchObject(netto);
  }
  expect(await all('/grids/lane/prosumers')).toMatchObject(netto);
  expect((await call('GET', '/grids/lane')).body).toMatchObject({
    nettoWh: -1000,
    lastClosedTimeframe: '2026-11-01T10:00:00Z',
  });
});

test('a reading that comes late is shown as what the correction makes of it', async () => {
  await openLane(['a', 'b', 'c']);
  const at = '/grids/lane/timeframes/2026-11-01T10:00:00Z';
  await call('POST', '/grids/lane/readings', {
    readings: [reading('a', 2000, 0), reading('b', 0, 1500)],
  });
  await settle('2026-11-01T10:15:00Z');
  expect((await call('GET', at)).body).toMatchObject({
    ...{ revision: 0, tradeCount: 2, revisionTradeCount: 2 },
    ...{ tradedWh: 1500, readings: { missing: 1 } },
  });
  const late = await call('POST', '/grids/lane/readings', { readings: [reading('c', 0, 1500)] });
  expect(late.body).toMatchObject({ accepted: 0, late: 1, results: [{ status: 'late' }] });
  expect((await call('GET', at)).body).toMatchObject({ revision: 0, hasLateReadings: true });
  await settle('2026-11-01T10:16:00Z');
  const { body } = await call('GET', at);
  const trades = await all('/trades?gridId=lane&timeframe=2026-11-01T10:00:00Z');
  expect(body).toMatchObject({
    ...{ revision: 1, closingNumber: 2, status: 'settled', hasLateReadings: false },
    ...{ tradeCount: trades.length, revisionTradeCount: trades.length - 2 },
    ...{ tradedWh: 2000, importedWh: 1000, readings: { missing: 0 } },
  });
  expect(
    trades.slice(2).map(({ kind, correctsTimeframeRevision }) => [kind, correctsTimeframeRevision]),
  ).toEqual(trades.slice(2).map(() => ['correction', 0]));
  expect(await all('/grids/lane/netto')).toMatchObject([
    { prosumerId: 'a', nettoWh: 2000 },
    { prosumerId: 'b', nettoWh: -1500 },
    { prosumerId: 'c', nettoWh: -1500 },
  ]);
});

test('a list that is read while it grows shows each item once and loses none', async () => {
  await openLane(['b', 'd', 'f']);
  const first = await call('GET', '/prosumers?gridId=lane&limit=2');
  expect(first.body.value.map(({ id }: { id: string }) => id)).toEqual(['b', 'd']);
  for (const id of ['a', 'e', 'g']) await call('POST', '/prosumers', home(id));
  const rest = await all(first.body.nextLink.slice('http://localhost/api'.length));
  expect(rest.map(({ id }) => id)).toEqual(['e', 'f', 'g']);
});

test.each([
  ['/grids?cursor=nonsense', 'cursor_invalid'],
  ['/grids/lane/timeframes?cursor=aIjI', 'cursor_invalid'],
  ['/prosumers?limit=0', 'validation_failed'],
  ['/trades', 'validation_failed'],
  ['/trades?gridId=lane&prosumerId=a', 'validation_failed'],
  ['/grids/lane/timeframes/2026-11-01T10:07:00Z', 'timeframe_misaligned'],
  ['/grids/lane/netto?timeframe=2026-11-31T10:00:00Z', 'validation_failed'],
])('GET %s is refused: %s', async (path, code) => {
  await openLane([]);
  expect(await call('GET', path)).toMatchObject({ status: 400, body: { code } });
});
