import { expect, test } from '@jest/globals';
import { miniGrid, powerPlant, type TradeId } from '../../shared/domain/ids.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import {
  amountOf,
  energyWhMax,
  msatPerKwh,
  priceMsatPerKwhMax,
  wattHours,
} from '../../shared/domain/units.ts';
import type { TimeframeRange } from '../../shared/ports/closingStore.ts';
import type { TradePosition } from '../../shared/ports/tradeStore.ts';
import { freshStores } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  batchKeyOf,
  hash,
  hillside,
  instant,
  riverside,
  tradeOf,
} from './samples.ts';

describeDocuments('trade store', (adapter) => {
  const stores = freshStores(adapter);
  const create = async (...trades: Trade[]) => {
    for (const trade of trades) await stores().trades.createBatch(batchKeyOf(trade), [trade]);
  };

  test('trades of every kind come back as they were written', async () => {
    const { trades } = stores();
    const fee = msatPerKwh(7);
    const written = [
      tradeOf(1, { gridFeeMsatPerKwh: fee, previousHash: hash('c') }),
      tradeOf(2, { kind: 'import', sellerId: powerPlant }),
      tradeOf(3, { kind: 'export', buyerId: powerPlant, priceMsatPerKwh: msatPerKwh(0) }),
      tradeOf(4, { kind: 'grid', buyerId: miniGrid }),
      tradeOf(5, { kind: 'correction', correctsTimeframeRevision: 0 }),
    ];
    await trades.createBatch(batchKeyOf(tradeOf(1)), written);
    for (const trade of written) expect(await trades.get(trade.id)).toEqual(trade);
    expect(
      (await trades.list(riverside, { from: at1000, to: at1015 }, { limit: 9 })).items,
    ).toEqual(written);
  });

  test('the largest trade keeps every microsatoshi', async () => {
    const largest = tradeOf(1, {
      energyWh: wattHours(energyWhMax),
      priceMsatPerKwh: msatPerKwh(priceMsatPerKwhMax - 1),
    });
    await create(largest);
    expect((await stores().trades.get(largest.id))?.amountUsat).toBe(999_999_999_000_000_000n);
  });

  test('a trade that is not there, or whose id is none, is undefined', async () => {
    const { trades } = stores();
    await create(tradeOf(1));
    expect(await trades.get(tradeOf(2).id)).toBeUndefined();
    for (const text of ['', 'riverside', 'riverside.20261122T1000Z.0.01', `${tradeOf(1).id} `]) {
      expect(await trades.get(text as TradeId)).toBeUndefined();
    }
  });

  test('gets many: those that there are', async () => {
    const { trades } = stores();
    await create(tradeOf(1), tradeOf(2));
    const asked = [tradeOf(2).id, tradeOf(3).id, tradeOf(1).id, tradeOf(2).id, 'none' as TradeId];
    const found = await trades.getMany(asked);
    expect(found).toEqual(new Map([1, 2].map((n) => [tradeOf(n).id, tradeOf(n)])));
    expect(await trades.getMany([])).toEqual(new Map());
  });

  test('a repeat changes nothing; what is missing of a batch is added', async () => {
    const { trades } = stores();
    const key = batchKeyOf(tradeOf(1));
    await trades.createBatch(key, [tradeOf(1), tradeOf(3)]);
    await trades.createBatch(key, [tradeOf(1), tradeOf(2), tradeOf(3)]);
    await trades.createBatch(key, [tradeOf(1), tradeOf(2), tradeOf(3)]);
    await trades.createBatch(key, []);
    const { items } = await trades.list(riverside, {}, { limit: 9 });
    expect(items).toEqual([tradeOf(1), tradeOf(2), tradeOf(3)]);
  });

  test('another hash under an id is refused, and nothing of that batch is written', async () => {
    const { trades } = stores();
    await create(tradeOf(2));
    const batch = [tradeOf(1), tradeOf(2, { hash: hash('e') }), tradeOf(3)];
    const attempt = trades.createBatch(batchKeyOf(tradeOf(1)), batch);
    await expect(attempt).rejects.toThrow(tradeOf(2).id);
    const { items } = await trades.list(riverside, {}, { limit: 9 });
    expect(items).toEqual([tradeOf(2)]);
  });

  test('a trade of another batch is a bug of the caller', async () => {
    const { trades } = stores();
    const attempt = trades.createBatch(batchKeyOf(tradeOf(1)), [tradeOf(501)]);
    await expect(attempt).rejects.toThrow(tradeOf(501).id);
    expect(await trades.get(tradeOf(501).id)).toBeUndefined();
  });

  test('lists a grid or one timeframe by timeframe, revision and sequence', async () => {
    const { trades } = stores();
    const inOrder = [
      tradeOf(2),
      tradeOf(10),
      tradeOf(1, { revision: 2 }),
      tradeOf(1, { revision: 10 }),
      tradeOf(1, { timeframe: at1015 }),
    ];
    await create(...inOrder.toReversed(), tradeOf(1, { gridId: hillside }));
    const listed = (range: TimeframeRange, limit: number) =>
      allPages(limit, (page: { after?: TradePosition; limit: number }) =>
        trades.list(riverside, range, page),
      );
    for (const limit of [1, 2, 3, 5, 9]) {
      expect(await listed({}, limit)).toEqual(inOrder);
      expect(await listed({ from: at1000, to: at1015 }, limit)).toEqual(inOrder.slice(0, 4));
      expect(await listed({ to: at1015 }, limit)).toEqual(inOrder.slice(0, 4));
      expect(await listed({ from: at1015 }, limit)).toEqual(inOrder.slice(4));
      expect(await listed({ from: at1000, to: at1030 }, limit)).toEqual(inOrder);
    }
    const nothing = [{ from: at1030 }, { to: at1000 }, { from: at1015, to: at1015 }];
    for (const range of nothing) expect(await listed(range, 9)).toEqual([]);
    expect(await listed({ from: at1015, to: at1000 }, 9)).toEqual([]);
  });

  test('a range may begin and end between timeframes, to the second', async () => {
    const { trades } = stores();
    const [first, second] = [tradeOf(1), tradeOf(1, { timeframe: at1015 })];
    await create(first, second);
    const listed = async (from: string, to: string) =>
      (await trades.list(riverside, { from: instant(from), to: instant(to) }, { limit: 9 })).items;
    expect(await listed('2026-11-22T10:00:00Z', '2026-11-22T10:15:00Z')).toEqual([first]);
    expect(await listed('2026-11-22T10:00:01Z', '2026-11-22T10:15:01Z')).toEqual([second]);
    expect(await listed('2026-11-22T09:59:59Z', '2026-11-22T10:00:01Z')).toEqual([first]);
    expect(await listed('2026-11-22T10:01:00Z', '2026-11-22T10:14:00Z')).toEqual([]);
  });

  test('a position outside of the range that is listed', async () => {
    const { trades } = stores();
    const inside = tradeOf(1, { timeframe: at1015 });
    await create(inside);
    const itemsAfter = async (after: TradePosition) =>
      (await trades.list(riverside, { from: at1015, to: at1030 }, { after, limit: 9 })).items;
    expect(await itemsAfter({ timeframe: at1000, revision: 5, sequence: 9 })).toEqual([inside]);
    expect(await itemsAfter({ timeframe: at1030, revision: 0, sequence: 0 })).toEqual([]);
  });

  test('a list stays whole while trades are added behind it', async () => {
    const { trades } = stores();
    await create(...[1, 2, 3, 4].map((n) => tradeOf(n)));
    const listed = await allPages(
      3,
      (page: { after?: TradePosition; limit: number }) => trades.list(riverside, {}, page),
      () => create(tradeOf(5), tradeOf(1, { timeframe: at1015 })),
    );
    expect(listed.map((trade) => trade.sequence)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  test('of two openers that write one batch, both succeed and it is there once', async () => {
    const { trades, openAnother, reopen } = stores();
    const other = await openAnother();
    const batch = Array.from({ length: 500 }, (_, n) => tradeOf(n + 1));
    const key = batchKeyOf(tradeOf(1));
    await Promise.all([trades.createBatch(key, batch), other.trades.createBatch(key, batch)]);
    const again = await reopen();
    expect(
      (await again.trades.list(riverside, { from: at1000, to: at1015 }, { limit: 999 })).items,
    ).toEqual(batch);
    expect(batch[0]?.amountUsat).toBe(amountOf(wattHours(1000), msatPerKwh(300_000)));
  });
});
