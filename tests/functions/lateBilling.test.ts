import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import type { Call } from './api.ts';
import { openCheckedApi } from './checkedApi.ts';

// In Vienna the last quarter-hour of November, and the first of December.
const november = '2026-11-30T22:45:00Z';
const december = '2026-11-30T23:00:00Z';
const gridEnds = '2026-11-30T23:15:00Z';
const runs = '/grids/lane/billing-runs';
const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: november,
  activeUntil: gridEnds,
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
  app = openTestApp(november);
  call = openCheckedApi(app.ports);
});
afterEach(() => app.end());

async function settle(at: string): Promise<void> {
  app.setClock(at);
  await app.tick();
  await app.drain();
}

async function read(path: string) {
  const { status, body } = await call('GET', path);
  expect(status).toBe(200);
  return body;
}

/** Anna sells 20 kWh to Ben and Cleo, who need 15 kWh each: 10 from her, 5 from the power plant. */
async function billNovember(): Promise<void> {
  expect((await call('POST', '/grids', lane)).status).toBe(201);
  for (const id of ['anna', 'ben', 'cleo']) {
    const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household' };
    expect((await call('POST', '/prosumers', home)).status).toBe(201);
  }
  const readings = [
    { prosumerId: 'anna', timeframe: november, producedWh: 20_000, consumedWh: 0 },
    { prosumerId: 'ben', timeframe: november, producedWh: 0, consumedWh: 15_000 },
    { prosumerId: 'cleo', timeframe: november, producedWh: 0, consumedWh: 15_000 },
  ];
  app.setClock('2026-11-30T22:59:59Z');
  expect((await call('POST', '/grids/lane/readings', { readings })).body.accepted).toBe(3);
  await settle(december);
  expect((await call('POST', `${runs}/2026-11/finalize`)).body.invoicesSat).toBe('11200');
}

/**
 * Ben needed 12 kWh only. Of 20 kWh he has ⌊12 · 20 / 27⌋ and the odd Wh, 8889 Wh, and Cleo 11 111: he
 * gives 1111 Wh back for 310 sat/kWh, and 1889 Wh to the power plant for 500; she takes them for 310, and
 * gives 1111 Wh back that she had from the power plant.
 */
async function correctNovember(): Promise<void> {
  const late = { prosumerId: 'ben', timeframe: november, producedWh: 0, consumedWh: 12_000 };
  const readings = [{ ...late, version: 2 }];
  expect((await call('POST', '/grids/lane/readings', { readings })).body.late).toBe(1);
  await settle(gridEnds);
}

test('what a correction moves in a month that is billed is due in the next, and Σ stays 0', async () => {
  await billNovember();
  const final = await read(`${runs}/2026-11`);
  const accounts = await read(`${runs}/2026-11/accounts`);
  const statement = await read(`${runs}/2026-11/statements/ben`);
  await correctNovember();
  expect(await read('/prosumers/ben/amount-due')).toMatchObject({
    amountUsat: '-1288910000',
    amountSat: '-1288',
    openInvoices: [{ id: 'lane.2026-11.ben', amountSat: '5600', outstandingSat: '5600' }],
  });

  const run = await call('POST', `${runs}/2026-12/finalize`);
  expect(run).toMatchObject({
    status: 200,
    body: {
      status: 'final',
      previousPeriod: '2026-11',
      invoicesSat: '0',
      payoutsSat: '1288',
      powerPlantSat: '-1500',
      miniGridSat: '212',
      sumSat: '0',
      sumCarriedUsat: '0',
    },
  });
  const { value } = await read(`${runs}/2026-12/accounts`);
  expect(
    value.map(
      ({ accountId, postingsUsat, billedSat, restUsat }: Readonly<Record<string, string>>) => [
        ...[accountId, postingsUsat, billedSat, restUsat],
      ],
    ),
  ).toEqual([
    ['ben', '1288910000', '1288', '910000'],
    ['cleo', '211090000', '0', '211090000'],
    ['mini-grid', '0', '212', '-212000000'],
    ['power-plant', '-1500000000', '-1500', '0'],
  ]);
  expect(await read(`${runs}/2026-11`)).toEqual(final);
  expect(await read(`${runs}/2026-11/accounts`)).toEqual(accounts);
  expect(await read(`${runs}/2026-11/statements/ben`)).toEqual(statement);
});

test('statements say that it was settled with the mini grid, at which price and with which fee', async () => {
  await billNovember();
  await correctNovember();
  await call('POST', `${runs}/2026-12/finalize`);
  const linesOf = async (id: string) => (await read(`${runs}/2026-12/statements/${id}`)).lines;
  const miniGrid = { counterparty: 'mini-grid' };
  const powerPlant = { counterparty: 'power-plant', priceMsatPerKwh: 500_000 };
  expect(await linesOf('ben')).toEqual([
    {
      ...{ ...miniGrid, kind: 'sold', priceMsatPerKwh: 310_000 },
      ...{ energyWh: 1111, amountUsat: '344410000' },
    },
    { ...powerPlant, kind: 'sold', energyWh: 1889, amountUsat: '944500000' },
  ]);
  expect(await linesOf('cleo')).toEqual([
    {
      ...{ ...miniGrid, kind: 'bought', priceMsatPerKwh: 300_000 },
      ...{ energyWh: 1111, amountUsat: '-333300000' },
    },
    {
      ...{ ...miniGrid, kind: 'fee_paid', priceMsatPerKwh: 10_000 },
      ...{ energyWh: 1111, amountUsat: '-11110000' },
    },
    { ...powerPlant, kind: 'sold', energyWh: 1111, amountUsat: '555500000' },
  ]);
  expect((await call('GET', `${runs}/2026-12/statements/anna`)).status).toBe(404);
});
