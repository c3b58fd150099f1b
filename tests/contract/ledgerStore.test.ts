import { expect, test } from '@jest/globals';
import { type AccountId, miniGrid, type ProsumerId, powerPlant } from '../../shared/domain/ids.ts';
import { noSums, type Posting, postingsOf } from '../../shared/domain/ledger.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { TimeframeRange } from '../../shared/ports/closingStore.ts';
import {
  type LedgerStore,
  type PostingPosition,
  type StoredPosting,
  UnknownAccountError,
} from '../../shared/ports/ledgerStore.ts';
import type { TradePosition } from '../../shared/ports/tradeStore.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  at1000,
  at1015,
  at1030,
  batchKeyOf,
  billedIn,
  hillside,
  nthId,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from './samples.ts';

const anna = prosumerId('anna');
const ben = prosumerId('ben');

describeProsumerInfo('ledger store', (adapter) => {
  const stores = freshStores(adapter);
  const addProsumers = async (...ids: string[]) => {
    for (const id of ids) await stores().prosumers.create(prosumerOf(id), entryOf());
  };
  const sumsOf = async (id: ProsumerId) => (await stores().prosumers.get(id))?.sums;
  const accounts = async (gridId = riverside) =>
    (await stores().ledger.listAccounts(gridId, { limit: 100 })).items;

  test('both legs move the sums of their prosumers, the fee that of the mini grid', async () => {
    const { ledger, prosumers } = stores();
    await addProsumers('anna', 'ben', 'zoe');
    const trade = tradeOf(1, { gridFeeMsatPerKwh: msatPerKwh(20_000) });
    expect(await record(ledger, trade)).toEqual({ recordedBatches: 1 });
    const sold = { ...noSums, soldWh: 1000, creditsUsat: 300_000_000n };
    const bought = { ...noSums, boughtWh: 1000, debitsUsat: 320_000_000n };
    expect(await sumsOf(anna)).toEqual(sold);
    expect(await sumsOf(ben)).toEqual(bought);
    expect((await prosumers.list(riverside, { limit: 9 })).items.map(({ sums }) => sums)).toEqual([
      sold,
      bought,
      noSums,
    ]);
    expect(await accounts()).toEqual([
      { accountId: 'anna', sums: sold },
      { accountId: 'ben', sums: bought },
      { accountId: 'mini-grid', sums: { ...noSums, creditsUsat: 20_000_000n } },
      { accountId: 'zoe', sums: noSums },
    ]);
  });

  test('sums grow over trades, batches, revisions and timeframes; the version stays', async () => {
    const { ledger, prosumers } = stores();
    await addProsumers('anna', 'ben');
    await record(ledger, tradeOf(1), tradeOf(2));
    await record(ledger, tradeOf(501));
    await record(ledger, tradeOf(1, { revision: 1, sellerId: ben, buyerId: anna }));
    await record(ledger, tradeOf(1, { timeframe: at1015 }));
    expect(await prosumers.get(anna)).toMatchObject({
      version: 1,
      sums: { soldWh: 4000, boughtWh: 1000, creditsUsat: 1_200_000_000n, debitsUsat: 300_000_000n },
    });
    expect(
      await prosumers.replace(prosumerOf('anna', { name: 'Renamed' }), 1, entryOf()),
    ).toMatchObject({
      version: 2,
      sums: { soldWh: 4000 },
    });
  });

  test('a batch is recorded once, by whomever and however often', async () => {
    const { ledger, openAnother } = stores();
    const other = await openAnother();
    await addProsumers('anna', 'ben');
    const answers = await Promise.all([
      record(ledger, tradeOf(1)),
      record(other.ledger, tradeOf(1)),
      record(ledger, tradeOf(1)),
    ]);
    expect(answers).toEqual(Array(3).fill({ recordedBatches: 1 }));
    expect((await sumsOf(anna))?.soldWh).toBe(1000);
    expect((await accounts()).map(({ sums }) => sums.creditsUsat)).toEqual([300_000_000n, 0n]);
  });

  test('a batch that is recorded takes no other postings', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    await record(ledger, tradeOf(1));
    expect(await record(ledger, tradeOf(2))).toEqual({ recordedBatches: 1 });
    expect((await sumsOf(anna))?.soldWh).toBe(1000);
    expect((await ledger.listPostings(anna, {}, { limit: 9 })).items).toHaveLength(1);
  });

  test('postings that are there move nothing, those that are missing do', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    const postings = postingsOf(tradeOf(1));
    const key = batchKeyOf(tradeOf(1));
    await ledger.record(key, postings.slice(0, 1), nothing);
    await ledger.record({ ...key, batch: 2 }, [...postings, ...postings], nothing);
    expect(await sumsOf(anna)).toEqual({ ...noSums, soldWh: 1000, creditsUsat: 300_000_000n });
    expect(await sumsOf(ben)).toEqual({ ...noSums, boughtWh: 1000, debitsUsat: 300_000_000n });
  });

  test('says which batches of a revision are recorded', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    expect(await record(ledger, tradeOf(5001))).toEqual({ recordedBatches: 1 });
    expect(await record(ledger, tradeOf(501))).toEqual({ recordedBatches: 2 });
    expect(await record(ledger, tradeOf(1, { revision: 1 }))).toEqual({ recordedBatches: 1 });
    expect(await record(ledger, tradeOf(1, { timeframe: at1015 }))).toEqual({ recordedBatches: 1 });
    expect(await ledger.record({ ...batchKeyOf(tradeOf(1)), batch: 3 }, [], nothing)).toEqual({
      recordedBatches: 3,
    });
    expect(await ledger.recordedBatches(riverside, at1000, 0)).toEqual([2, 3, 11]);
    expect(await ledger.recordedBatches(riverside, at1000, 1)).toEqual([1]);
    expect(await ledger.recordedBatches(riverside, at1030, 0)).toEqual([]);
    expect(await ledger.recordedBatches(hillside, at1000, 0)).toEqual([]);
  });

  test.each(['nobody', 'stranger'])('an account unknown to the grid, %s, stops all', async (id) => {
    const { ledger, prosumers } = stores();
    await addProsumers('anna', 'ben');
    await prosumers.create(prosumerOf('stranger', { gridId: hillside }), entryOf());
    const fee = msatPerKwh(5);
    const batch = [
      tradeOf(1, { gridFeeMsatPerKwh: fee }),
      tradeOf(2, { buyerId: powerPlant }),
      tradeOf(3, { buyerId: prosumerId(id) }),
    ];
    await expect(record(ledger, ...batch)).rejects.toThrow(UnknownAccountError);
    expect(await accounts()).toEqual([
      { accountId: 'anna', sums: noSums },
      { accountId: 'ben', sums: noSums },
    ]);
    expect(await ledger.recordedBatches(riverside, at1000, 0)).toEqual([]);
    expect(await ledger.listPostings(anna, {}, { limit: 9 })).toEqual({ items: [] });
    expect(await sumsOf(prosumerId('stranger'))).toEqual(
      id === 'stranger' ? noSums : expect.anything(),
    );
    expect(await record(ledger, tradeOf(1))).toEqual({ recordedBatches: 1 });
  });

  test('each grid has reserved accounts of its own', async () => {
    const { ledger, prosumers } = stores();
    await addProsumers('anna');
    await prosumers.create(prosumerOf('ben', { gridId: hillside }), entryOf());
    await record(ledger, tradeOf(1, { kind: 'export', buyerId: powerPlant }));
    await record(ledger, tradeOf(1, { gridId: hillside, kind: 'import', sellerId: powerPlant }));
    const plantOf = async (gridId: typeof riverside) =>
      (await accounts(gridId)).find(({ accountId }) => accountId === powerPlant)?.sums;
    expect(await plantOf(riverside)).toMatchObject({ boughtWh: 1000, soldWh: 0 });
    expect(await plantOf(hillside)).toMatchObject({ boughtWh: 0, soldWh: 1000 });
  });

  test('accounts come in byte order, page by page, while others are added', async () => {
    const { ledger } = stores();
    await addProsumers('zoe', 'anna', 'n', 'q', 'mini-grid-2');
    const batch = [
      tradeOf(1, { buyerId: powerPlant }),
      tradeOf(2, { kind: 'grid', buyerId: miniGrid }),
    ];
    await record(ledger, ...batch);
    const listed = await allPages(
      2,
      (page: { after?: AccountId; limit: number }) => ledger.listAccounts(riverside, page),
      (n) => addProsumers(`a-${n}`),
    );
    expect(listed.map(({ accountId }) => accountId)).toEqual([
      'anna',
      'mini-grid',
      'mini-grid-2',
      'n',
      'power-plant',
      'q',
      'zoe',
    ]);
  });

  test('sums use all of 64 bits, and one more microsatoshi fails instead of wrapping', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    const max = 2n ** 63n - 1n;
    const credit = (sequence: number, creditUsat: bigint): Posting => {
      const [posting] = postingsOf(tradeOf(sequence));
      if (posting === undefined) throw new Error('a trade has postings');
      return { ...posting, creditUsat: microSatoshi(creditUsat) };
    };
    const key = batchKeyOf(tradeOf(1));
    await ledger.record(key, [credit(1, max - 1n), credit(2, 1n)], nothing);
    expect((await sumsOf(anna))?.creditsUsat).toBe(max);
    const [posting] = (await ledger.listPostings(anna, {}, { after: beforeTheSecond, limit: 1 }))
      .items;
    expect(posting?.creditUsat).toBe(max - 1n);
    for (const one of [[credit(501, 1n)], [credit(501, max), credit(502, max)]]) {
      await expect(ledger.record({ ...key, batch: 2 }, one, nothing)).rejects.toThrow();
    }
    expect((await sumsOf(anna))?.creditsUsat).toBe(max);
    expect(await ledger.recordedBatches(riverside, at1000, 0)).toEqual([1]);
    expect((await ledger.listPostings(anna, {}, { limit: 9 })).items).toHaveLength(2);
  });

  test('energy beyond safe integers fails too', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    const [sell] = postingsOf(tradeOf(1));
    if (sell === undefined) throw new Error('a trade has postings');
    const key = batchKeyOf(tradeOf(1));
    await ledger.record(key, [{ ...sell, soldWh: wattHours(Number.MAX_SAFE_INTEGER) }], nothing);
    const more = { ...sell, sequence: 501, soldWh: wattHours(1) };
    await expect(ledger.record({ ...key, batch: 2 }, [more], nothing)).rejects.toThrow();
    expect((await sumsOf(anna))?.soldWh).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('postings come newest first, in a half-open range, page by page', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben', 'zoe');
    const inOrder = [
      tradeOf(1, { timeframe: at1030 }),
      tradeOf(2, { timeframe: at1015, revision: 10 }),
      tradeOf(9, { timeframe: at1015, revision: 2 }),
      tradeOf(10, { timeframe: at1015 }),
      tradeOf(2, { timeframe: at1015 }),
      tradeOf(3),
    ];
    // Two of them are of one batch.
    await record(ledger, ...inOrder.slice(3, 5));
    for (const trade of inOrder.toSpliced(3, 2)) await record(ledger, trade);
    const idsOf = async (id: ProsumerId, range: TimeframeRange, limit: number) =>
      (
        await allPages(limit, (page: { after?: TradePosition; limit: number }) =>
          ledger.listPostings(id, range, page),
        )
      ).map(({ tradeId }) => tradeId);
    const ids = inOrder.map((trade) => trade.id);
    for (const limit of [1, 2, 4, 6, 7]) {
      expect(await idsOf(anna, {}, limit)).toEqual(ids);
      expect(await idsOf(ben, { from: at1015, to: at1030 }, limit)).toEqual(ids.slice(1, 5));
      expect(await idsOf(anna, { from: at1030 }, limit)).toEqual(ids.slice(0, 1));
      expect(await idsOf(anna, { to: at1015 }, limit)).toEqual(ids.slice(5));
      expect(await idsOf(anna, { from: at1015, to: at1015 }, limit)).toEqual([]);
    }
    const after = { timeframe: at1030, revision: 0, sequence: 9 };
    const late = await ledger.listPostings(anna, { to: at1030 }, { after, limit: 1 });
    expect(late.items.map(({ tradeId }) => tradeId)).toEqual(ids.slice(1, 2));
    const beforeAll = { timeframe: at1015, revision: 9, sequence: 9 };
    const none = await ledger.listPostings(anna, { from: at1030 }, { after: beforeAll, limit: 1 });
    expect(none).toEqual({ items: [] });
    expect(await idsOf(prosumerId('zoe'), {}, 9)).toEqual([]);
    expect(await idsOf(prosumerId('nobody'), {}, 9)).toEqual([]);
  });

  test('all postings of a grid come by timeframe, account, revision, sequence and side', async () => {
    const { ledger, prosumers } = stores();
    await addProsumers('anna', 'ben', 'n');
    await prosumers.create(prosumerOf('stranger', { gridId: hillside }), entryOf());
    const gridFeeMsatPerKwh = msatPerKwh(1);
    const written = [
      tradeOf(9, { gridFeeMsatPerKwh }),
      tradeOf(10, { sellerId: ben, buyerId: anna, gridFeeMsatPerKwh }),
      // Buys from a prosumer, and so pays the fee to itself.
      tradeOf(11, { buyerId: miniGrid, kind: 'grid', gridFeeMsatPerKwh }),
      tradeOf(1, { revision: 1, kind: 'correction', gridFeeMsatPerKwh }),
      tradeOf(1, { revision: 10, kind: 'correction' }),
      tradeOf(1, { timeframe: at1015, sellerId: prosumerId('n') }),
    ];
    await record(ledger, ...written.slice(0, 3));
    for (const trade of written.slice(3)) await record(ledger, trade);
    await record(
      ledger,
      tradeOf(1, { gridId: hillside, sellerId: prosumerId('stranger'), buyerId: powerPlant }),
    );
    const expected = written
      .flatMap((trade) => {
        const { gridId, timeframe, revision } = trade;
        return postingsOf(trade).map((posting) => ({ ...posting, gridId, timeframe, revision }));
      })
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const listed = (range: TimeframeRange, limit: number) =>
      allPages(limit, (page: { after?: PostingPosition; limit: number }) =>
        ledger.listGridPostings(riverside, range, page),
      );
    const first = expected.filter(({ timeframe }) => timeframe === at1000);
    for (const limit of [1, 2, 3, 5, 17]) {
      expect(await listed({}, limit)).toEqual(expected);
      expect(await listed({ from: at1000, to: at1015 }, limit)).toEqual(first);
      expect(await listed({ from: at1015 }, limit)).toEqual(expected.slice(first.length));
    }
    for (const range of [{ from: at1030 }, { to: at1000 }, { from: at1000, to: at1000 }]) {
      expect(await listed(range, 9)).toEqual([]);
    }
    const afterAll = {
      timeframe: at1015,
      accountId: ben,
      revision: 0,
      sequence: 2,
      side: 'buy',
    } as const;
    for (const [range, after, items] of [
      [{ to: at1015 }, afterAll, []],
      [{ from: at1015 }, { ...afterAll, timeframe: at1000 }, expected.slice(first.length)],
    ] as const) {
      expect(await ledger.listGridPostings(riverside, range, { after, limit: 9 })).toEqual({
        items,
      });
    }
  });

  test('a posting comes back with all of its fields and where its trade stands', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    const trade = tradeOf(7, { revision: 3, gridFeeMsatPerKwh: msatPerKwh(1) });
    await record(ledger, trade);
    const [, buy] = postingsOf(trade);
    expect((await ledger.listPostings(ben, {}, { limit: 1 })).items).toEqual([
      { ...buy, gridId: riverside, timeframe: at1000, revision: 3 },
    ]);
  });

  test('a list stays whole while newer postings come', async () => {
    const { ledger } = stores();
    await addProsumers('anna', 'ben');
    await record(ledger, ...[1, 2, 3, 4, 5].map((n) => tradeOf(n)));
    const listed = await allPages(
      2,
      (page: { after?: TradePosition; limit: number }) => ledger.listPostings(anna, {}, page),
      (n) => record(ledger, tradeOf(500 * n)),
    );
    expect(listed.map(({ sequence }) => sequence)).toEqual([5, 4, 3, 2, 1]);
  });

  test('a batch of 500 trades among many, still there after opening again', async () => {
    const { ledger, reopen } = stores();
    await addProsumers(...Array.from({ length: 501 }, (_, n) => nthId(n)));
    const id = (n: number) => prosumerId(nthId(n));
    const batch = Array.from({ length: 500 }, (_, n) =>
      tradeOf(n + 1, { sellerId: id(n), buyerId: id(n + 1) }),
    );
    await record(ledger, ...batch);
    const again = await reopen();
    const { items } = await again.ledger.listAccounts(riverside, { limit: 999 });
    const sold = items.reduce((sum, { sums }) => sum + sums.soldWh, 0);
    const credits = items.reduce((sum, { sums }) => sum + sums.creditsUsat, 0n);
    const debits = items.reduce((sum, { sums }) => sum + sums.debitsUsat, 0n);
    expect([items.length, sold, credits]).toEqual([501, 500_000, 150_000_000_000n]);
    expect(debits).toBe(credits);
    expect(await record(again.ledger, ...batch)).toEqual({ recordedBatches: 1 });
  });
});

/** The order of a grid's postings, as a text. */
function keyOf({ timeframe, accountId, revision, sequence, side }: StoredPosting): string {
  const numbers = [revision, sequence].map((n) => String(n).padStart(9, '0'));
  return [timeframe, accountId, ...numbers, side].join(' ');
}

const nothing = billedIn([]);
const beforeTheSecond: TradePosition = { timeframe: at1000, revision: 0, sequence: 2 };

function record(ledger: LedgerStore, ...trades: Trade[]) {
  const first = trades[0];
  if (first === undefined) throw new Error('a batch has trades');
  return ledger.record(batchKeyOf(first), trades.flatMap(postingsOf), billedIn(trades));
}
