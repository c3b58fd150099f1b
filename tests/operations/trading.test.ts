import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrderId, ProsumerId } from '../../shared/domain/ids.ts';
import type { OrderTerms } from '../../shared/domain/order.ts';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { cancelTrade } from '../../shared/operations/cancelTrade.ts';
import { cancelOrder, etagOfOrder, replaceOrder } from '../../shared/operations/changeOrder.ts';
import { openOrdersMax, placeOrder } from '../../shared/operations/placeOrder.ts';
import { type AheadAsked, tradeAhead } from '../../shared/operations/tradeAhead.ts';
import { getTradeAhead, listGridTradesAhead } from '../../shared/operations/tradesAhead.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridId, join, openGrid } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const quarter = '2026-11-22T10:15:00Z' as Timeframe;
const now = '2026-11-22T10:10:00Z';

let app: TestApp;
beforeEach(async () => {
  app = openTestApp(now);
  await openGrid(app.ports, { market: { mechanism: 'auction' }, aheadEnergyWhMax: 5_000 });
  await join(app.ports, 'a');
});
afterEach(() => app.end());

function sell(id: string, more: Partial<AheadAsked> = {}, at = app) {
  const asked = { id, prosumerId: 'a' as ProsumerId, timeframe: quarter, side: 'sell' } as const;
  return tradeAhead(at.ports, { ...asked, energyWh: wattHours(500), ...more });
}

async function sold(id: string, more: Partial<AheadAsked> = {}) {
  const result = await sell(id, more);
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value;
}

async function pending() {
  const listed = await listGridTradesAhead(app.ports, gridId, undefined, { limit: 1000 });
  if (!listed.ok) throw new Error(listed.refusal.detail);
  return listed.value.items;
}

const terms: OrderTerms = { side: 'sell', limitPriceMsatPerKwh: msatPerKwh(200_000) };
const one = 'one' as OrderId;

function place(id: string, timeframe?: Instant, at = app) {
  const asked = { id: id as OrderId, prosumerId: 'a' as ProsumerId, ...terms };
  return placeOrder(at.ports, { ...asked, ...(timeframe && { timeframe }) });
}

describe('two instances at once', () => {
  let other: TestApp;
  beforeEach(() => {
    other = openTestApp(now, app.directory);
  });
  afterEach(() => other.end());
  const both = () => [app, other];

  test('pass no limit', async () => {
    const attempts = Array.from({ length: 12 }, (_, at) =>
      both().map((instance, of) => sell(`t${at}-${of}`, {}, instance)),
    ).flat();
    const results = await Promise.all(attempts);
    const codes = results.flatMap((result) => (result.ok ? [] : [result.refusal.code]));
    expect(codes).toEqual(Array.from({ length: 14 }, () => 'ahead_limit_exceeded'));
    const accepted = await pending();
    expect(accepted.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('agree once on what came twice', async () => {
    const results = await Promise.all(both().map((instance) => sell('t', {}, instance)));
    const [first] = await pending();
    expect(results).toEqual([
      { ok: true, value: first },
      { ok: true, value: first },
    ]);
    expect(await pending()).toHaveLength(1);
  });

  test('leave a trade cancelled that both cancel', async () => {
    const { id } = await sold('t');
    const results = await Promise.all(
      both().map((instance) => cancelTrade(instance.ports, id, undefined)),
    );
    expect(results.map((result) => result.ok && result.value.status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
  });

  test('place no more orders than may be open', async () => {
    const attempts = Array.from({ length: openOrdersMax }, (_, at) =>
      both().map((instance, of) => place(`o${at}-${of}`, quarter, instance)),
    ).flat();
    const results = await Promise.all(attempts);
    expect(results.filter(({ ok }) => ok)).toHaveLength(openOrdersMax);
    const { orders } = await app.ports.orders.book(gridId, quarter);
    expect(orders).toHaveLength(openOrdersMax);
  });

  test('change an order one after the other, and only one of two under its tag', async () => {
    const placed = await place('one');
    if (!placed.ok) throw new Error(placed.refusal.detail);
    const limits = [1, 2].map((limit) => ({ ...terms, limitPriceMsatPerKwh: msatPerKwh(limit) }));
    const change = (ifMatch: string | undefined) =>
      Promise.all(
        both().map(({ ports }, of) => replaceOrder(ports, one, limits[of] ?? terms, ifMatch)),
      );
    const underTag = await change(etagOfOrder(placed.value));
    expect(underTag.map((result) => result.ok || result.refusal.code).sort()).toEqual([
      'etag_mismatch',
      true,
    ]);
    const without = await change(undefined);
    expect(without.map(({ ok }) => ok)).toEqual([true, true]);
    expect((await app.ports.orders.getOrder(one))?.version).toBeGreaterThan(2);
  });
});

describe('what is sealed', () => {
  // The closer's clock may be ahead of that of whoever accepts.
  beforeEach(async () => {
    await sold('before');
    await place('one', quarter);
    await place('stands');
    await app.ports.orders.seal(gridId, quarter);
  });

  test('takes no trade, and lets none go', async () => {
    expect(await sell('after')).toMatchObject({ refusal: { code: 'timeframe_ended' } });
    const [before] = await pending();
    expect(await cancelTrade(app.ports, before?.id ?? '', undefined)).toMatchObject({
      refusal: { code: 'timeframe_started' },
    });
    expect(await sell('later', { timeframe: '2026-11-22T10:30:00Z' as Instant })).toMatchObject({
      ok: true,
    });
  });

  test('takes no order, and none changes for it', async () => {
    const ended = { refusal: { code: 'timeframe_ended' } };
    expect(await place('two', quarter)).toMatchObject(ended);
    expect(await cancelOrder(app.ports, one, undefined)).toMatchObject(ended);
    expect(await replaceOrder(app.ports, one, { ...terms, side: 'buy' }, undefined)).toMatchObject(
      ended,
    );
  });

  test('keeps a standing order as it was, which changes from the next timeframe on', async () => {
    const before = await app.ports.orders.book(gridId, quarter);
    const cancelled = await cancelOrder(app.ports, 'stands' as OrderId, undefined);
    expect(cancelled).toMatchObject({ value: { status: 'cancelled' } });
    expect(await app.ports.orders.book(gridId, quarter)).toEqual(before);
    const after = await app.ports.orders.book(gridId, '2026-11-22T10:30:00Z' as Timeframe);
    expect(after.orders).toEqual([]);
  });
});

test('posted trades are numbered among the pending ones of their timeframe, whatever the page', async () => {
  const ids = ['v', 'w', 'x', 'y', 'z'];
  for (const id of ids) await sold(id, { energyWh: wattHours(1) });
  await sold('other', { timeframe: '2026-11-22T10:30:00Z' as Instant });
  const [, second, , , last] = await pending();
  await cancelTrade(app.ports, second?.id ?? '', undefined);
  app.setClock('2026-11-22T10:30:00Z');
  await app.tick();
  await app.drain();
  const places = (await pending()).map((trade) =>
    trade.status === 'posted' ? trade.tradeId.split('.').slice(2).join('.') : trade.status,
  );
  expect(places).toEqual(['0.1', 'cancelled', '0.2', '0.3', '0.4', 'pending']);
  expect(await getTradeAhead(app.ports, last?.id ?? '')).toMatchObject({
    value: { status: 'posted', tradeId: 'grid.20261122T1015Z.0.4' },
  });
  const page = await listGridTradesAhead(app.ports, gridId, quarter, { after: 4, limit: 1 });
  expect(page).toMatchObject({ value: { items: [{ tradeId: 'grid.20261122T1015Z.0.4' }] } });
});

test('a trade keeps its price when the tariff changes afterwards', async () => {
  const { id } = await sold('t', { timeframe: '2026-11-22T11:00:00Z' as Instant });
  const grid = await app.ports.grids.get(gridId);
  if (grid === undefined) throw new Error('the grid is there');
  const [{ tariff, market }] = grid.value.terms;
  const importPriceMsatPerKwh = msatPerKwh(900_000);
  const version = { validFrom: quarter, market, tariff: { ...tariff, importPriceMsatPerKwh } };
  const changed = { ...grid.value, terms: [...grid.value.terms, version] } as typeof grid.value;
  await app.ports.grids.replace(changed, grid.etag, entryOf());
  expect(await getTradeAhead(app.ports, id)).toMatchObject({
    value: { priceMsatPerKwh: 300_000 },
  });
  expect(await sold('u', { timeframe: '2026-11-22T11:00:00Z' as Instant })).toMatchObject({
    priceMsatPerKwh: 500_000,
  });
});
