import { expect, test } from '@jest/globals';
import { sha256 } from '../../shared/adapters/digest.ts';
import { chainTrades, verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import { nextTimeframe, type Timeframe } from '../../shared/domain/timeframe.ts';
import { batchOf, type Trade, tradesPerBatch } from '../../shared/domain/trade.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { TimeframeRange } from '../../shared/ports/closingStore.ts';
import type { TradePosition, TradeStore } from '../../shared/ports/tradeStore.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  batchKeyOf,
  closingOf,
  nthId,
  prosumerId,
  riverside,
} from '../contract/samples.ts';
import { freshCosmos } from './cosmosUnderTest.ts';

const cosmos = freshCosmos();

function chain(
  timeframe: Timeframe,
  count: number,
  previousHash = zeroHash,
  revision = 0,
): Trade[] {
  const terms = Array.from({ length: count }, (_, n) => ({
    kind: 'peer' as const,
    sellerId: prosumerId(nthId(n)),
    buyerId: prosumerId(nthId(n + 1)),
    energyWh: wattHours(n + 1),
    priceMsatPerKwh: msatPerKwh(300_000),
    gridFeeMsatPerKwh: msatPerKwh(n % 2),
  }));
  const place = { gridId: riverside, timeframe, revision, firstSequence: 1, previousHash };
  return chainTrades(place, terms, sha256);
}

async function record(store: TradeStore, trades: readonly Trade[]): Promise<void> {
  for (const batch of Map.groupBy(trades, ({ sequence }) => batchOf(sequence)).values()) {
    const [first] = batch;
    if (first !== undefined) await store.createBatch(batchKeyOf(first), batch);
  }
}

test('hashes that follow from the trade before are whole on every page and one by one', async () => {
  const { trades } = await cosmos().open();
  const count = tradesPerBatch + 3;
  const written = chain(at1000, count);
  await record(trades, written);
  for (const limit of [99, 166, 501, 1_000]) {
    const listed = await allPages(limit, (page: { after?: TradePosition; limit: number }) =>
      trades.list(riverside, { from: at1000, to: at1015 }, page),
    );
    expect(listed).toEqual(written);
    expect(verifyChain(listed, zeroHash, sha256).ok).toBe(true);
  }
  for (const sequence of [1, 2, 499, 500, 501, 502, 503]) {
    const trade = written[sequence - 1];
    expect(trade && (await trades.get(trade.id))).toEqual(trade);
  }
});

test('lists over more batches than one part of the directory', async () => {
  const { trades } = await cosmos().open();
  const written: Trade[] = [];
  let timeframe: Timeframe = at1000;
  for (let n = 0; n < 70; n += 1) {
    written.push(...chain(timeframe, 1 + (n % 3), written.at(-1)?.hash));
    timeframe = nextTimeframe(timeframe, 15);
  }
  for (const batch of Map.groupBy(written, (trade) => trade.timeframe).values()) {
    await record(trades, batch);
  }
  for (const limit of [7, 64, 1_000]) {
    const listed = await allPages(limit, (page: { after?: TradePosition; limit: number }) =>
      trades.list(riverside, {}, page),
    );
    expect(listed).toEqual(written);
  }
});

test('corrections are listed behind what they correct, in the range of their timeframe', async () => {
  const { trades } = await cosmos().open();
  const first = chain(at1000, tradesPerBatch + 2);
  const second = chain(at1015, 3, first.at(-1)?.hash);
  const corrected = chain(at1000, 4, second.at(-1)?.hash, 1);
  const again = chain(at1000, 2, corrected.at(-1)?.hash, 2);
  for (const written of [first, second, corrected, again]) await record(trades, written);
  const ofFirst = [...first, ...corrected, ...again];
  for (const limit of [251, 504, 1_000]) {
    const listed = (range: TimeframeRange) =>
      allPages(limit, (page: { after?: TradePosition; limit: number }) =>
        trades.list(riverside, range, page),
      );
    expect(await listed({ from: at1000, to: at1015 })).toEqual(ofFirst);
    expect(await listed({})).toEqual([...ofFirst, ...second]);
    expect(await listed({ from: at1015, to: at1030 })).toEqual(second);
  }
});

test('a page of trades reads as many batches as it needs', async () => {
  const { trades } = await cosmos().open();
  await record(trades, chain(at1000, 10));
  await record(trades, chain(at1015, 10));
  cosmos().charges.length = 0;
  expect((await trades.list(riverside, {}, { limit: 5 })).items).toHaveLength(5);
  expect(cosmos().charges.map(({ requests }) => requests)).toEqual([2]);
});

test('closings with more revisions than a list reads at once', async () => {
  const { closings } = await cosmos().open();
  await closings.create(closingOf(1, at1000));
  for (let revision = 0; revision < 45; revision += 1) {
    await closings.create(closingOf(revision + 2, at1015, { revision }));
  }
  await closings.create(closingOf(47, at1030));
  for (const limit of [1, 2, 3]) {
    const listed = await allPages(limit, (page: { after?: Timeframe; limit: number }) =>
      closings.list(riverside, {}, page),
    );
    expect(listed.map(({ closingNumber }) => closingNumber)).toEqual([1, 46, 47]);
  }
});
