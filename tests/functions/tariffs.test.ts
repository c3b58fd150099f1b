import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fixedRates } from '../../shared/adapters/rates/fixedRates.ts';
import type { RateSource } from '../../shared/ports/rateSource.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { type Answer, type Call, openApi } from './api.ts';

const prices = {
  importPriceMsatPerKwh: 500_000,
  exportPriceMsatPerKwh: 100_000,
  gridFeeMsatPerKwh: 10_000,
};
const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-01T10:00:00Z',
  market: { mechanism: 'pool' },
  tariff: prices,
};
const importOf = (price: number) => ({ ...prices, importPriceMsatPerKwh: price });
const night = { from: '22:00', to: '06:00', ...importOf(400_000) };
const place = (validFrom: string) => `/grids/lane/tariffs/${validFrom}`;
const first = '2026-11-01T10:00:00Z';
const tomorrow = '2026-11-02T00:00:00Z';

let app: TestApp;
let call: Call;
beforeEach(async () => {
  app = openTestApp('2026-11-01T10:10:00Z');
  call = openApi({
    ...app.ports,
    rates: fixedRates({ rates: new Map([['EUR', '90000']]) }, app.ports.clock),
  });
  expect((await call('POST', '/grids', lane)).status).toBe(201);
});
afterEach(() => app.end());

async function put(validFrom: string, body: object, headers = {}): Promise<Answer> {
  return call('PUT', place(validFrom), body, headers);
}

async function settle(now: string): Promise<void> {
  app.setClock(now);
  await app.tick();
  await app.drain();
}

describe('settings of a grid', () => {
  test('are shown with what holds where nothing was said', async () => {
    expect((await call('GET', '/grids/lane')).body).toMatchObject({
      market: { mechanism: 'pool', priceRule: 'mid_market' },
      missingReadings: 'missing',
      correctionDays: 60,
      aheadEnergyWhMax: 10_000,
    });
    const said = {
      missingReadings: 'missing',
      correctionDays: 60,
      aheadEnergyWhMax: 10_000,
      tariff: { ...prices, importGridFeeMsatPerKwh: 0 },
      billing: { dueDays: 14 },
    };
    expect((await call('POST', '/grids', { ...lane, ...said })).status).toBe(201);
    expect((await call('POST', '/grids', { ...lane, correctionDays: 61 })).status).toBe(409);
  });

  test('are taken, changed and shown', async () => {
    const settings = { missingReadings: 'estimate', correctionDays: 0, aheadEnergyWhMax: 5_000 };
    const created = await call('POST', '/grids', { ...lane, id: 'other', ...settings });
    expect(created.body).toMatchObject(settings);
    const changed = { missingReadings: 'missing', correctionDays: 730, aheadEnergyWhMax: 0 };
    expect((await call('PATCH', '/grids/other', changed)).body).toMatchObject(changed);
    expect((await call('GET', '/grids/other')).body).toMatchObject(changed);
  });

  test.each([
    [{ mechanism: 'pool', priceRule: 'supply_demand_ratio' }],
    [{ mechanism: 'pool', priceRule: 'fixed', fixedPriceMsatPerKwh: 200_000 }],
    [{ mechanism: 'auction' }],
    [{ mechanism: 'auction', sellLimitMsatPerKwh: 300_000, buyLimitMsatPerKwh: 200_000 }],
  ])('the market %j comes back as it was given', async (market) => {
    const tariff = { ...prices, importGridFeeMsatPerKwh: 30_000, windows: [night] };
    const created = await call('POST', '/grids', { ...lane, id: 'other', market, tariff });
    expect(created).toMatchObject({ status: 201, body: { market, tariff } });
    expect((await call('POST', '/grids', { ...lane, id: 'other', market, tariff })).status).toBe(
      201,
    );
    const patched = await call('PATCH', '/grids/lane', { market, tariff });
    expect(patched.body).toMatchObject({ market, tariff });
  });

  test.each<[object, object, string]>([
    [
      { mechanism: 'pool', priceRule: 'fixed', fixedPriceMsatPerKwh: 450_000 },
      { ...prices, windows: [night] },
      '/market/fixedPriceMsatPerKwh',
    ],
    [
      { mechanism: 'pool' },
      { ...prices, windows: [night, { ...night, exportPriceMsatPerKwh: 400_001 }] },
      '/tariff/windows/1/exportPriceMsatPerKwh',
    ],
  ])('%j with %j do not fit together: %s', async (market, tariff, pointer) => {
    const refusal = { code: 'setting_inconsistent', errors: [{ pointer }] };
    expect(await call('POST', '/grids', { ...lane, id: 'other', market, tariff })).toMatchObject({
      status: 400,
      body: refusal,
    });
    expect((await call('PATCH', '/grids/lane', { market, tariff })).body).toMatchObject(refusal);
    expect((await put(tomorrow, { market, tariff })).body).toMatchObject(refusal);
  });
});

test('a change to market and prices that hold already makes no version', async () => {
  expect((await put(tomorrow, { tariff: importOf(600_000) })).status).toBe(201);
  const { market } = lane;
  expect((await call('PATCH', '/grids/lane', { market, tariff: prices })).status).toBe(200);
  expect((await call('GET', '/grids/lane/tariffs')).body.value).toHaveLength(2);
  expect((await call('PATCH', '/grids/lane', { tariff: importOf(450_000) })).status).toBe(200);
  expect((await call('GET', '/grids/lane/tariffs')).body.value).toHaveLength(3);
});

test('a change counts from a timeframe that has not begun when its rate is there', async () => {
  const { clock } = app.ports;
  const slow: RateSource = {
    ...fixedRates({ rates: new Map([['EUR', '90000']]) }, clock),
    rate: async (currency) => {
      app.setClock('2026-11-01T10:15:01Z');
      return fixedRates({ rates: new Map([['EUR', '90000']]) }, clock).rate(currency);
    },
  };
  const eur = {
    currency: 'EUR',
    importPricePerKwh: '0.3',
    exportPricePerKwh: '0.1',
    gridFeePerKwh: '0',
  };
  const slowly = openApi({ ...app.ports, rates: slow });
  expect((await slowly('PATCH', '/grids/lane', { tariff: eur })).status).toBe(200);
  const { value } = (await call('GET', '/grids/lane/tariffs')).body;
  expect(value.at(-1).validFrom).toBe('2026-11-01T10:30:00Z');
});

describe('a tariff version', () => {
  test('is the same with a fee of 0 on import as without one', async () => {
    const windows = [night];
    expect((await put(first, { tariff: prices })).status).toBe(200);
    expect((await put(first, { tariff: { ...prices, importGridFeeMsatPerKwh: 0 } })).status).toBe(
      200,
    );
    expect((await put(tomorrow, { tariff: { ...prices, windows } })).status).toBe(201);
    const stated = [{ ...night, importGridFeeMsatPerKwh: 0 }];
    const repeated = await put(tomorrow, { tariff: { ...prices, windows: stated } });
    expect(repeated).toMatchObject({ status: 200, body: { tariff: { windows } } });
    expect(repeated.body.tariff.windows[0]).toEqual(night);
  });

  test('is made, shown, replaced and taken away', async () => {
    const made = await put('2026-11-02T00:00Z', { tariff: { ...prices, windows: [night] } });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: `/api/grids/lane/tariffs/${tomorrow}` },
      body: {
        validFrom: tomorrow,
        market: { mechanism: 'pool', priceRule: 'mid_market' },
        tariff: { ...prices, windows: [night] },
        isSettled: false,
      },
    });
    expect(await call('GET', place(tomorrow))).toMatchObject({
      status: 200,
      headers: { etag: made.headers['etag'] },
      body: made.body,
    });
    const market = { mechanism: 'auction' };
    const replaced = await put(tomorrow, { market, tariff: importOf(300_000) });
    expect(replaced).toMatchObject({
      status: 200,
      body: { market, tariff: importOf(300_000), isSettled: false },
    });
    expect(await call('DELETE', place(tomorrow))).toMatchObject({
      status: 200,
      body: replaced.body,
    });
    expect(await call('GET', place(tomorrow))).toMatchObject({
      status: 404,
      body: { code: 'tariff_not_found' },
    });
    expect(await call('DELETE', place(tomorrow))).toMatchObject({ status: 404 });
  });

  test('has the market of the one before it, unless it brings one', async () => {
    const market = { mechanism: 'auction' };
    await put('2026-11-02T00:00:00Z', { market, tariff: prices });
    expect((await put('2026-11-03T00:00:00Z', { tariff: prices })).body.market).toEqual(market);
    for (const validFrom of ['2026-11-01T23:45:00Z', '2026-11-02T00:00:00Z']) {
      const { body } = await put(validFrom, { tariff: prices });
      expect(body.market).toEqual({ mechanism: 'pool', priceRule: 'mid_market' });
    }
  });

  test('settles the timeframes from its start on, at the prices of their time of day', async () => {
    await put('2026-11-01T10:30:00Z', {
      tariff: { ...importOf(300_000), windows: [{ ...night, from: '11:45', to: '12:00' }] },
    });
    await settle('2026-11-01T11:15:00Z');
    const { body } = await call('GET', '/grids/lane/timeframes');
    const settled = body.value.map(({ tariff }: Answer['body']) => tariff);
    const { from: _, to: __, ...window } = night;
    expect(settled).toEqual([prices, prices, importOf(300_000), window, importOf(300_000)]);
  });

  test('is listed with the others in pages, ascending, and told from those that are for good', async () => {
    await put(tomorrow, { tariff: importOf(200_000) });
    await put('2026-11-01T10:30:00Z', { tariff: importOf(300_000) });
    await settle('2026-11-01T10:45:00Z');
    const page = await call('GET', '/grids/lane/tariffs?limit=2');
    expect(page.body.value).toMatchObject([
      { validFrom: first, isSettled: true, tariff: prices },
      { validFrom: '2026-11-01T10:30:00Z', isSettled: true },
    ]);
    const rest = await call('GET', page.body.nextLink.slice('http://localhost/api'.length));
    expect(rest.body).toEqual({
      value: [expect.objectContaining({ validFrom: tomorrow, isSettled: false })],
    });
    expect((await call('GET', '/grids/lane/tariffs?limit=3')).body.nextLink).toBeUndefined();
  });

  test('of later does not hide what holds next', async () => {
    await put(tomorrow, { market: { mechanism: 'auction' }, tariff: importOf(200_000) });
    expect((await call('GET', '/grids/lane')).body).toMatchObject({ tariff: prices });
    const changed = await call('PATCH', '/grids/lane', { tariff: importOf(300_000) });
    expect(changed.body).toMatchObject({
      market: { mechanism: 'pool' },
      tariff: importOf(300_000),
    });
    app.setClock('2026-11-01T23:45:00Z');
    expect((await call('GET', '/grids/lane')).body).toMatchObject({
      market: { mechanism: 'auction' },
      tariff: importOf(200_000),
    });
  });
});

describe('a tariff version in a currency', () => {
  const fiat = { importPricePerKwh: '0.30', exportPricePerKwh: '0.08', gridFeePerKwh: '0.02' };
  const times = { from: '22:00', to: '06:00', days: ['sat', 'sun'] };
  const tariff = {
    currency: 'EUR',
    ...fiat,
    windows: [{ ...times, ...fiat, importPricePerKwh: '0.18', importGridFeePerKwh: '0.009' }],
  };

  test('is converted with its windows, once, at one rate', async () => {
    const made = await put(tomorrow, { tariff });
    expect(made.body.tariff).toEqual({
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
      windows: [
        {
          ...times,
          importPriceMsatPerKwh: 200_000,
          exportPriceMsatPerKwh: 88_889,
          gridFeeMsatPerKwh: 22_222,
          importGridFeeMsatPerKwh: 10_000,
        },
      ],
      priceOfRecord: { ...tariff, rate: expect.objectContaining({ rate: '90000' }) },
    });
  });

  test('asked for again keeps the rate of the first time', async () => {
    const made = await put(tomorrow, { tariff });
    const rates = fixedRates({ rates: new Map([['EUR', '50000']]) }, app.ports.clock);
    const later = openApi({ ...app.ports, rates });
    const again = await later('PUT', place(tomorrow), { tariff });
    expect(again).toMatchObject({ status: 200, body: made.body });
    expect((await openApi(app.ports)('PUT', place(tomorrow), { tariff })).body).toEqual(made.body);
    const other = { ...tariff, gridFeePerKwh: '0.05' };
    const replaced = await later('PUT', place(tomorrow), { tariff: other });
    expect(replaced.body.tariff.gridFeeMsatPerKwh).toBe(100_000);
  });

  test('names the price of a window that it cannot express', async () => {
    const [window] = tariff.windows;
    const windows = [window, { ...window, exportPricePerKwh: '999999999999' }];
    expect(await put(tomorrow, { tariff: { ...tariff, windows } })).toMatchObject({
      status: 400,
      body: {
        code: 'setting_inconsistent',
        errors: [{ pointer: '/tariff/windows/1/exportPricePerKwh' }],
      },
    });
  });
});

describe('a refused version', () => {
  test.each<[string, number, string]>([
    ['2026-11-01T10:20:00Z', 400, 'timeframe_misaligned'],
    ['2026-11-01T09:45:00Z', 400, 'setting_inconsistent'],
    ['2026-11-01T10:00:00Z', 409, 'setting_immutable'],
    ['2026-02-30T00:00:00Z', 400, 'validation_failed'],
    ['tomorrow', 400, 'validation_failed'],
  ])('valid from %s: %i %s', async (validFrom, status, code) => {
    const refused = await put(validFrom, { tariff: importOf(1_000_000) });
    expect(refused).toMatchObject({
      status,
      body: { code, errors: [{ pointer: 'validFrom' }] },
    });
  });

  test('of no grid', async () => {
    for (const [method, body] of [['GET'], ['PUT', { tariff: prices }], ['DELETE']] as const) {
      const refused = await call(method, `/grids/nowhere/tariffs/${tomorrow}`, body);
      expect(refused).toMatchObject({ status: 404, body: { code: 'grid_not_found' } });
    }
    expect(await call('GET', '/grids/nowhere/tariffs')).toMatchObject({ status: 404 });
  });

  test('is not taken under a tag that no longer holds', async () => {
    const { headers } = await call('GET', '/grids/lane');
    const ifMatch = { 'if-match': headers['etag'] ?? '' };
    const made = await put(tomorrow, { tariff: prices }, ifMatch);
    expect(made.status).toBe(201);
    expect(await put(tomorrow, { tariff: importOf(300_000) }, ifMatch)).toMatchObject({
      status: 412,
      body: { code: 'etag_mismatch' },
    });
    expect(await call('DELETE', place(tomorrow), undefined, ifMatch)).toMatchObject({
      status: 412,
    });
    const current = { 'if-match': made.headers['etag'] ?? '' };
    expect((await put(tomorrow, { tariff: importOf(300_000) }, current)).status).toBe(200);
  });
});
