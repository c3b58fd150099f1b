import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import type { Answer, Call } from './api.ts';
import { openCheckedApi } from './checkedApi.ts';
import { checkByHand } from './explainedByHand.ts';

const quarter = '2026-11-01T10:00:00Z';
const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Berlin',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: quarter,
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
    importGridFeeMsatPerKwh: 7_000,
  },
};

let app: TestApp;
let call: Call;
beforeEach(() => {
  app = openTestApp('2026-11-01T09:50:00Z');
  call = openCheckedApi(app.ports);
});
afterEach(() => app.end());

async function openLane(ids: readonly string[], more: object = {}) {
  expect((await call('POST', '/grids', { ...lane, ...more })).status).toBe(201);
  for (const id of ids) {
    const home = { id, gridId: 'lane', name: id, address: 'Lane', type: 'household' };
    expect((await call('POST', '/prosumers', home)).status).toBe(201);
  }
}

/** What each has left over, or lacks, in the quarter-hour. */
async function post(nettos: Readonly<Record<string, number>>, version = 1) {
  const readings = Object.entries(nettos).map(([prosumerId, wh]) => ({
    prosumerId,
    timeframe: quarter,
    producedWh: Math.max(wh, 0) + 30,
    consumedWh: Math.max(-wh, 0) + 30,
    version,
  }));
  const { body } = await call('POST', '/grids/lane/readings', { readings });
  expect(body.rejected).toBe(0);
}

async function settle(now: string) {
  app.setClock(now);
  await app.tick();
  await app.drain();
}

async function tradeAhead(prosumerId: string, side: string, energyWh: number) {
  const trade = { prosumerId, timeframe: quarter, side, energyWh };
  expect((await call('POST', '/trades', trade)).status).toBe(202);
}

async function order(prosumerId: string, side: string, limit: number, energyWh?: number) {
  const terms = { side, limitPriceMsatPerKwh: limit, ...(energyWh && { energyWh }) };
  const answer = await call('POST', '/orders', { prosumerId, timeframe: quarter, ...terms });
  expect(answer.status).toBe(201);
  return answer.body.id as string;
}

function ask(prosumerId: string, timeframe = quarter): Promise<Answer> {
  return call('GET', `/prosumers/${prosumerId}/timeframes/${timeframe}/explain`);
}

/** The explanation, which has been worked out by hand. */
async function explained(prosumerId: string): Promise<Answer['body']> {
  const { status, body } = await ask(prosumerId);
  expect(status).toBe(200);
  checkByHand(body);
  return body;
}

describe('a timeframe of a pool', () => {
  test('is explained from the reading to the hash', async () => {
    await openLane(['a', 'b', 'c', 'd']);
    app.setClock('2026-11-01T10:15:00Z');
    await post({ a: 500, b: 500, c: 100, d: -700 });
    await settle('2026-11-01T10:15:00Z');
    const body = await explained('c');
    expect(body).toMatchObject({
      gridId: 'lane',
      prosumerId: 'c',
      timeframe: quarter,
      tariff: lane.tariff,
      readings: [{ version: 1, producedWh: 130, quality: 'measured', espiQuality: 0 }],
      tradesAhead: [],
      revisions: [
        {
          revision: 0,
          closingNumber: 1,
          status: 'settled',
          netto: { producedWh: 130, consumedWh: 30, nettoWh: 100, status: 'received', version: 1 },
          position: { nettoWh: 100, soldAheadWh: 0, boughtAheadWh: 0, positionWh: 100 },
          market: {
            mechanism: 'pool',
            supplyWh: 1100,
            demandWh: 700,
            matchedWh: 700,
            price: { rule: 'mid_market', numerator: '600000', denominator: '2' },
            share: {
              side: 'sell',
              energyWh: 100,
              inFullWh: 0,
              quota: {
                energyWh: 100,
                volumeWh: 700,
                totalWh: 1100,
                numerator: '70000',
                denominator: '1100',
                floorWh: 63,
                remainder: '700',
                leftOverWh: 1,
                rank: 1,
                oddWh: 1,
              },
              tradedWh: 64,
              powerPlantWh: 36,
            },
            outcome: { soldWh: 64, exportedWh: 36, boughtWh: 0, importedWh: 0 },
          },
          transactions: [
            { side: 'sell', energyWh: 64, trade: { kind: 'peer', buyerId: 'd' } },
            { side: 'sell', energyWh: 36, trade: { kind: 'export', buyerId: 'power-plant' } },
          ],
        },
      ],
    });
    expect(body.revisions[0].market).not.toHaveProperty('corrected');
    for (const id of ['a', 'b', 'd']) await explained(id);
  });

  test('with trades ahead, a price of supply and demand, and corrections of corrections', async () => {
    const market = { mechanism: 'pool', priceRule: 'supply_demand_ratio' };
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await openLane(ids, { market });
    await tradeAhead('a', 'sell', 300);
    await tradeAhead('d', 'buy', 120);
    await tradeAhead('a', 'buy', 50);
    app.setClock('2026-11-01T10:15:00Z');
    await post({ a: 200, b: 401, c: 87, d: -900 });
    await settle('2026-11-01T10:15:00Z');
    await post({ e: -333, a: 210 }, 2);
    await settle('2026-11-01T10:16:00Z');
    await post({ b: -50, d: 1_000 }, 3);
    await settle('2026-11-01T10:17:00Z');
    const bodies = new Map<string, Answer['body']>();
    for (const id of ids) bodies.set(id, await explained(id));

    const a = bodies.get('a');
    expect(a.tradesAhead).toMatchObject([
      { side: 'sell', energyWh: 300, positionWh: -300 },
      { side: 'buy', energyWh: 50, positionWh: 50 },
    ]);
    expect(a.revisions.map((one: Answer['body']) => one.position.positionWh)).toEqual([
      -50, -40, -40,
    ]);
    expect(a.readings).toMatchObject([
      { version: 1, usedInRevisions: [0] },
      { version: 2, usedInRevisions: [1, 2] },
    ]);
    const e = bodies.get('e').revisions;
    expect(e[0]).toMatchObject({
      netto: { status: 'missing', version: 0, nettoWh: 0 },
      transactions: [],
    });
    expect(e[1]).toMatchObject({
      netto: { status: 'received', version: 2, nettoWh: -333 },
      market: { corrected: e[0].market.outcome },
    });
    expect(e[1].transactions.map(({ trade }: Answer['body']) => trade.kind)).toContain(
      'correction',
    );
    const prices = e.map((one: Answer['body']) => one.market.price.priceMsatPerKwh);
    expect(new Set(prices).size).toBe(3);
    // S = 401 + 87 + 130, what the mini grid bought more than it sold ahead; D = 50 + 780.
    expect(e[0].market).toMatchObject({ supplyWh: 618, demandWh: 830 });
  });
});

test('a timeframe of an auction is explained to those with orders and to those without', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  await openLane(ids, { market: { mechanism: 'auction', sellLimitMsatPerKwh: 250_000 } });
  const best = await order('a', 'sell', 150_000, 100);
  const second = await order('a', 'sell', 250_000, 5_000);
  await order('b', 'sell', 450_000);
  await order('d', 'buy', 400_000, 350);
  await order('e', 'buy', 260_000);
  app.setClock('2026-11-01T10:15:00Z');
  await post({ a: 500, b: 300, c: 251, d: -400, e: -90 });
  await settle('2026-11-01T10:15:00Z');
  for (const id of ids) await explained(id);
  const { market } = (await explained('a')).revisions[0];
  expect(market).toMatchObject({
    mechanism: 'auction',
    supplyWh: 1051,
    demandWh: 490,
    matchedWh: 490,
    price: { rule: 'uniform', sellLimitMsatPerKwh: 250_000, buyLimitMsatPerKwh: 260_000 },
    share: {
      tranches: [
        { orderId: best, limitMsatPerKwh: 150_000, energyWh: 100 },
        { orderId: second, limitMsatPerKwh: 250_000, energyWh: 400 },
      ],
      inFullWh: 100,
      quota: { energyWh: 400, volumeWh: 390, totalWh: 651 },
    },
  });

  await post({ d: -100, e: -700 }, 2);
  await settle('2026-11-01T10:16:00Z');
  for (const id of ids) await explained(id);
  await post({ c: 90 }, 3);
  await settle('2026-11-01T10:17:00Z');
  for (const id of ids) expect((await explained(id)).revisions).toHaveLength(3);
});

test('the price of an auction may be above any that a grid can be given', async () => {
  const most = 1_000_000_000;
  const tariff = {
    importPriceMsatPerKwh: most,
    exportPriceMsatPerKwh: 0,
    gridFeeMsatPerKwh: 0,
    importGridFeeMsatPerKwh: most,
  };
  await openLane(['a', 'b'], {
    market: { mechanism: 'auction', sellLimitMsatPerKwh: most },
    tariff,
  });
  app.setClock('2026-11-01T10:15:00Z');
  await post({ a: 100, b: -100 });
  await settle('2026-11-01T10:15:00Z');
  const { body } = await call('GET', `/grids/lane/timeframes/${quarter}`);
  expect(body.priceMsatPerKwh).toBe(1.5 * most);
  expect((await explained('a')).revisions[0].market.price.priceMsatPerKwh).toBe(1.5 * most);
});

test('nothing of others is told but sums, and with whom the prosumer traded', async () => {
  const ids = ['house-a', 'house-b', 'house-c', 'house-d', 'house-e'];
  await openLane(ids, { market: { mechanism: 'auction' } });
  const orders = [
    await order('house-a', 'sell', 150_000, 100),
    await order('house-b', 'sell', 170_000, 100),
    await order('house-d', 'buy', 300_000),
  ];
  await tradeAhead('house-b', 'sell', 77);
  app.setClock('2026-11-01T10:15:00Z');
  await post({ 'house-a': 500, 'house-b': 300, 'house-c': 251, 'house-d': -500, 'house-e': 1 });
  await settle('2026-11-01T10:15:00Z');
  await post({ 'house-c': 252 }, 2);
  await settle('2026-11-01T10:16:00Z');
  for (const id of ids) {
    const body = await explained(id);
    const revisions = body.revisions.map(({ transactions: _, ...one }: Answer['body']) => one);
    const text = JSON.stringify({ ...body, revisions });
    for (const other of ids.filter((one) => one !== id)) expect(text).not.toContain(other);
    const own = orders.filter((orderId) => text.includes(orderId));
    expect(own.length).toBeLessThanOrEqual(1);
    for (const { transactions } of body.revisions) {
      for (const { prosumerId, trade } of transactions) {
        expect(prosumerId).toBe(id);
        expect([trade.sellerId, trade.buyerId]).toContain(id);
      }
    }
  }
});

test('the markets of the last revisions are explained, the others with their trades only', async () => {
  await openLane(['a', 'b']);
  app.setClock('2026-11-01T10:15:00Z');
  await post({ a: 100, b: -50 });
  await settle('2026-11-01T10:15:00Z');
  for (let version = 2; version <= 6; version += 1) {
    await post({ a: 100 + version }, version);
    await settle(`2026-11-01T10:${14 + version}:00Z`);
  }
  const { body } = await ask('a');
  const { revisions } = body;
  expect(revisions.map(({ revision }: Answer['body']) => revision)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(revisions.map(({ market }: Answer['body']) => market !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
  expect(revisions[2].market).not.toHaveProperty('corrected');
  expect(revisions[3].market.corrected).toEqual(revisions[2].market.outcome);
  for (const { transactions } of revisions) expect(transactions.length).toBeGreaterThan(0);
});

test('one who only traded ahead took part, one who joined later did not', async () => {
  await openLane(['a', 'b']);
  await tradeAhead('b', 'sell', 40);
  const left = await call('DELETE', '/prosumers/b');
  expect(left.status).toBe(200);
  app.setClock('2026-11-01T10:15:00Z');
  await post({ a: 100 });
  await settle('2026-11-01T10:15:00Z');
  const later = { id: 'z', gridId: 'lane', name: 'z', address: 'Lane', type: 'household' };
  expect((await call('POST', '/prosumers', later)).status).toBe(201);
  expect(await ask('z')).toMatchObject({
    status: 404,
    body: { code: 'prosumer_not_in_timeframe' },
  });
  const body = await explained('b');
  expect(body.revisions[0]).toMatchObject({ position: { boughtAheadWh: 0, soldAheadWh: 40 } });
});

test('a timeframe that has not closed is not explained, nor is what there is not', async () => {
  await openLane(['a']);
  const refusals = await Promise.all([
    ask('nobody'),
    ask('a'),
    ask('a', '2026-11-01T10:01:00Z'),
    ask('a', '2026-02-30T10:00:00Z'),
    ask('a', 'today'),
  ]);
  expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
    [404, 'prosumer_not_found'],
    [404, 'timeframe_not_found'],
    [400, 'timeframe_misaligned'],
    [400, 'validation_failed'],
    [400, 'validation_failed'],
  ]);
});
