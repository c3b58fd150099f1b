import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fixedRates } from '../../shared/adapters/rates/fixedRates.ts';
import { accountKey } from '../operations/billingSamples.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { type Call, openApi } from './api.ts';

const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-01T10:00:00Z',
  activeUntil: '2026-11-01T10:15:00Z',
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};
const runs = '/grids/lane/billing-runs';
const run = `${runs}/2026-11`;

let app: TestApp;
let call: Call;
beforeEach(() => {
  app = openTestApp('2026-11-01T10:15:00Z');
  call = openApi({
    ...app.ports,
    rates: fixedRates({ rates: new Map([['EUR', '90000']]) }, app.ports.clock),
  });
});
afterEach(() => app.end());

/** Anna sells 2 kWh to Ben and Cleo, who need half a kWh more each. */
async function settle(billing?: object): Promise<void> {
  const created = await call('POST', '/grids', { ...lane, ...(billing && { billing }) });
  expect(created.status).toBe(201);
  for (const id of ['anna', 'ben', 'cleo']) {
    const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household' };
    expect((await call('POST', '/prosumers', home)).status).toBe(201);
  }
  const readings = [
    { prosumerId: 'anna', producedWh: 2000, consumedWh: 0 },
    { prosumerId: 'ben', producedWh: 0, consumedWh: 1500 },
    { prosumerId: 'cleo', producedWh: 0, consumedWh: 1500 },
  ].map((reading) => ({ ...reading, timeframe: lane.activeFrom }));
  expect((await call('POST', '/grids/lane/readings', { readings })).body.accepted).toBe(3);
  await app.tick();
  await app.drain();
}

describe('billing runs', () => {
  test('are previewed, made final and listed', async () => {
    await settle();
    const preview = await call('POST', runs, { period: '2026-11' });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        period: '2026-11',
        from: '2026-10-31T23:00:00Z',
        to: '2026-11-30T23:00:00Z',
        status: 'preview',
        invoiceCount: 2,
        invoicesSat: '1120',
        payoutsSat: '600',
        powerPlantSat: '500',
        miniGridSat: '20',
        sumSat: '0',
        sumCarriedUsat: '0',
      },
    });
    expect(preview.body.blockedBy).toBeUndefined();
    expect((await call('GET', runs)).body).toEqual({ value: [] });
    const final = await call('POST', `${run}/finalize`);
    expect(final).toMatchObject({ status: 200, body: { status: 'final', invoicesSat: '1120' } });
    expect((await call('POST', `${run}/finalize`)).body).toEqual(final.body);
    expect((await call('GET', run)).body).toEqual(final.body);
    expect((await call('GET', runs)).body).toEqual({ value: [final.body] });
  });

  test('say what is wrong with them', async () => {
    await settle();
    expect(await call('POST', runs, { period: '2026-13' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ pointer: '/period' }] },
    });
    expect(await call('POST', runs, { period: '2026-11', dry: true })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/dry' }] },
    });
    expect(await call('POST', `${runs}/2026-12/finalize`)).toMatchObject({
      status: 409,
      body: { code: 'billing_period_not_over' },
    });
    expect(await call('GET', `${run}/export`)).toMatchObject({
      status: 404,
      body: { code: 'billing_run_not_found' },
    });
    expect((await call('GET', '/grids/nowhere/billing-runs')).body.code).toBe('grid_not_found');
    expect(await call('DELETE', run)).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect((await call('GET', `${runs}?limit=0`)).status).toBe(400);
  });

  test('show their accounts, page by page, as a preview and when final', async () => {
    await settle();
    const pageOf = async () => {
      const first = await call('GET', `${run}/accounts?limit=3`);
      const next = first.body.nextLink.slice('http://localhost/api'.length);
      return [...first.body.value, ...(await call('GET', next)).body.value];
    };
    const before = await pageOf();
    await call('POST', `${run}/finalize`);
    expect(await pageOf()).toEqual(before);
    expect(before.map(({ accountId, billedSat }) => [accountId, billedSat])).toEqual([
      ['anna', '600'],
      ['ben', '-560'],
      ['cleo', '-560'],
      ['mini-grid', '20'],
      ['power-plant', '500'],
    ]);
    expect(before[1].lines).toContainEqual({
      kind: 'fee_paid',
      counterparty: 'mini-grid',
      priceMsatPerKwh: 10_000,
      energyWh: 1000,
      amountUsat: '-10000000',
    });
  });

  test('are exported, and give each prosumer a statement', async () => {
    await settle();
    await call('POST', `${run}/finalize`);
    const csv = await call('GET', `${run}/export?format=csv`);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body.split('\r\n')[1]).toBe(
      'anna,0,600000000,0,600,0,sold,prosumers,300000,2000,600000000',
    );
    const json = await call('GET', `${run}/export`);
    expect(json.body).toMatchObject({ period: '2026-11', accounts: { length: 5 } });
    const statement = await call('GET', `${run}/statements/ben`);
    expect(statement).toMatchObject({
      status: 200,
      body: { prosumerId: 'ben', billedSat: '-560', invoiceId: 'lane.2026-11.ben' },
    });
    expect((await call('GET', `${run}/statements/zoe`)).status).toBe(404);
  });
});

describe('what is due', () => {
  test('is exact before the run, and an open invoice after it', async () => {
    await settle({ minimumSat: '561' });
    expect((await call('GET', '/prosumers/ben/amount-due')).body).toMatchObject({
      amountUsat: '560000000',
      amountSat: '0',
      minimumSat: '561',
      restUsat: '-560000000',
      openInvoices: [],
    });
    await call('PATCH', '/grids/lane', { billing: { minimumSat: '560' } });
    expect((await call('GET', '/prosumers/ben/amount-due')).body.amountSat).toBe('560');
    await call('POST', `${run}/finalize`);
    expect((await call('GET', '/prosumers/ben/amount-due')).body).toMatchObject({
      amountUsat: '0',
      openInvoices: [{ id: 'lane.2026-11.ben', amountSat: '560', outstandingSat: '560' }],
      outstandingSat: '560',
    });
    expect((await call('GET', '/prosumers/zoe/amount-due')).body.code).toBe('prosumer_not_found');
  });
});

describe('invoices', () => {
  test('ask for what is left to pay, with a URI and as a QR code', async () => {
    await settle({ accountKey, dueDays: 30 });
    await call('POST', `${run}/finalize`);
    const { body, headers } = await call('GET', '/invoices/lane.2026-11.ben');
    expect(body).toMatchObject({
      status: 'open',
      amountSat: '560',
      dueAt: '2026-12-01T10:15:00Z',
      payments: [],
      events: [{ kind: 'issued', amountSat: '560' }, { kind: 'addressed' }],
    });
    expect(body.uri).toBe(`bitcoin:${body.address}?amount=0.0000056&label=lane%202026-11`);
    expect(headers['etag']).toMatch(/^"[^"]+"$/);
    const svg = await call('GET', '/invoices/lane.2026-11.ben/qr');
    expect(svg.headers['content-type']).toBe('image/svg+xml');
    expect(svg.body).toContain('<svg');
    const png = await call('GET', '/invoices/lane.2026-11.ben/qr?format=png');
    expect([...png.body.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect((await call('GET', '/invoices/lane.2026-11.anna')).body.code).toBe('invoice_not_found');
  });

  test('are listed by grid or prosumer, and not without either', async () => {
    await settle();
    await call('POST', `${run}/finalize`);
    const first = await call('GET', '/invoices?gridId=lane&limit=1');
    const next = await call('GET', first.body.nextLink.slice('http://localhost/api'.length));
    const ids = [...first.body.value, ...next.body.value].map(({ id }) => id);
    expect(ids).toEqual(['lane.2026-11.ben', 'lane.2026-11.cleo']);
    expect((await call('GET', '/invoices?prosumerId=cleo')).body.value).toHaveLength(1);
    expect((await call('GET', '/invoices?gridId=lane&period=2026-10')).body.value).toEqual([]);
    expect((await call('GET', '/invoices')).status).toBe(400);
    expect((await call('GET', '/invoices?gridId=nowhere')).body.code).toBe('grid_not_found');
  });

  test('are voided once, and come back as what is due', async () => {
    await settle();
    await call('POST', `${run}/finalize`);
    const voided = await call('POST', '/invoices/lane.2026-11.ben/void');
    expect(voided).toMatchObject({ status: 200, body: { status: 'void', outstandingSat: '0' } });
    expect((await call('POST', '/invoices/lane.2026-11.ben/void')).body).toEqual(voided.body);
    expect((await call('GET', '/prosumers/ben/amount-due')).body).toMatchObject({
      amountSat: '560',
      payments: [{ invoiceId: 'lane.2026-11.ben', amountSat: '-560' }],
    });
    expect((await call('GET', '/invoices/lane.2026-11.ben/qr')).body.code).toBe('nothing_to_pay');
  });
});

describe('the grid’s account', () => {
  test('is told by a public key alone, and no key that is refused comes back', async () => {
    await settle();
    const secret =
      'tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK';
    const refused = await call('PATCH', '/grids/lane', { billing: { accountKey: secret } });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'account_key_invalid', errors: [{ pointer: '/billing/accountKey' }] },
    });
    expect(JSON.stringify(refused.body)).not.toContain('tprv');
    const mainnet =
      'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs';
    const other = await call('PATCH', '/grids/lane', { billing: { accountKey: mainnet } });
    expect(other.body.detail).toContain('another bitcoin network');
    expect((await call('POST', '/grids/lane/deposit-addresses')).body.code).toBe(
      'account_key_missing',
    );
  });

  test('gives a fresh address for each deposit, and the same for a repeat', async () => {
    await settle({ accountKey });
    const key = { 'idempotency-key': 'one' };
    const first = await call('POST', '/grids/lane/deposit-addresses', undefined, key);
    const again = await call('POST', '/grids/lane/deposit-addresses', undefined, key);
    const other = await call('POST', '/grids/lane/deposit-addresses');
    expect(first.body.address).toMatch(/^bcrt1q/);
    expect(again.body).toEqual(first.body);
    expect(other.body.address).not.toBe(first.body.address);
  });
});

describe('a tariff in a currency', () => {
  const tariff = {
    currency: 'EUR',
    importPricePerKwh: '0.30',
    exportPricePerKwh: '0.08',
    gridFeePerKwh: '0.02',
  };

  test('is converted once, and keeps the rate', async () => {
    const created = await call('POST', '/grids', { ...lane, tariff });
    expect(created.body.tariff).toEqual({
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
      priceOfRecord: {
        ...tariff,
        rate: {
          source: 'fixed',
          currency: 'EUR',
          pair: 'BTC/EUR',
          rate: '90000',
          fetchedAt: '2026-11-01T10:15:00Z',
        },
      },
    });
    app.setClock('2026-11-01T10:16:00Z');
    const repeated = await call('POST', '/grids', { ...lane, tariff });
    expect(repeated).toMatchObject({ status: 201, body: { tariff: created.body.tariff } });
  });

  test.each([
    [{ ...tariff, currency: 'CHF' }, 'currency_unknown'],
    [{ ...tariff, importPricePerKwh: '1e3' }, 'validation_failed'],
    [{ ...tariff, importPricePerKwh: '-1' }, 'validation_failed'],
    [{ ...tariff, importPricePerKwh: '999999999999' }, 'setting_inconsistent'],
    [{ ...tariff, exportPricePerKwh: '0.31' }, 'setting_inconsistent'],
    [{ ...tariff, gridFeeMsatPerKwh: 1 }, 'validation_failed'],
    [{ currency: 'EUR' }, 'validation_failed'],
  ])('%j is refused: %s', async (wrong, code) => {
    const { status, body } = await call('POST', '/grids', { ...lane, tariff: wrong });
    expect([status, body.code]).toEqual([400, code]);
  });

  test('needs a source of rates', async () => {
    const without = openApi(app.ports);
    const { status, body } = await without('POST', '/grids', { ...lane, tariff });
    expect([status, body.code]).toEqual([409, 'rate_not_configured']);
  });
});
