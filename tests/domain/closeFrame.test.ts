import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import {
  batchesOf,
  settleTimeframe,
  tradesOfBatch,
  tradesOfClosing,
} from '../../shared/domain/closeFrame.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import { verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import type { Hash } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import type { TradeBatch } from '../../shared/domain/messages.ts';
import { nettoLines } from '../../shared/domain/netto.ts';
import { emptyBook } from '../../shared/domain/order.ts';
import { batchOf, tradesPerBatch } from '../../shared/domain/trade.ts';
import { toSatoshi } from '../../shared/domain/units.ts';
import {
  anyReadings,
  anyTerms,
  at,
  gridOf,
  linesOf,
  member,
  quarter,
  reading,
  settle,
  settleLines,
  sha256,
  termsOf,
} from './given.ts';

const example = [reading('a', 2500, 500), reading('b', 0, 1500), reading('c', 100, 1600)];
const period = '2026-11' as BillingPeriod;
const earlierHash = sha256('what was before') as Hash;

describe('the worked example', () => {
  const { closing, lines, trades } = settle(example);

  test('trades 1000 Wh twice at 300 sat and takes 500 Wh twice at 250 sat', () => {
    const told = trades.map((one) => [
      one.kind,
      `${one.sellerId}→${one.buyerId}`,
      one.energyWh,
      toSatoshi(one.amountUsat),
    ]);
    expect(told).toEqual([
      ['peer', 'a→b', 1000, { satoshi: 300n, rest: 0n }],
      ['peer', 'a→c', 1000, { satoshi: 300n, rest: 0n }],
      ['import', 'power-plant→b', 500, { satoshi: 250n, rest: 0n }],
      ['import', 'power-plant→c', 500, { satoshi: 250n, rest: 0n }],
    ]);
  });

  test('leaves A +600, B −550, C −550, plant +500 sat: zero in sum', () => {
    const sums = sumsByAccount(trades.flatMap(postingsOf));
    const balances = [...sums].map(([id, one]) => [id, toSatoshi(balanceOf(one)).satoshi]);
    expect(Object.fromEntries(balances)).toEqual({
      a: 600n,
      b: -550n,
      c: -550n,
      'power-plant': 500n,
    });
  });

  test('closes with these totals', () => {
    expect(closing).toEqual({
      gridId: 'village',
      closingNumber: 1,
      timeframe: '2026-11-22T10:15:00Z',
      revision: 0,
      closedThrough: '2026-11-22T10:15:00Z',
      closedAt: '2026-11-22T10:40:00Z',
      terms: termsOf(),
      priceMsatPerKwh: 300_000,
      producedWh: 2600,
      consumedWh: 3600,
      nettoWh: -1000,
      tradedWh: 2000,
      importedWh: 1000,
      exportedWh: 0,
      tradeCount: 4,
      batchCount: 1,
      readings: { expected: 3, received: 3, missing: 0, estimated: 0 },
      previousHash: zeroHash,
      hash: trades[3]?.hash,
    });
    expect(lines.map((line) => line.prosumerId)).toEqual(['a', 'b', 'c']);
  });
});

test('a missing meter does not block: its prosumer counts as 0 and as missing', () => {
  const lines = nettoLines(['a', 'b', 'c'].map(member), [reading('b', 0, 1500)]);
  const { closing, delta } = settleLines(lines, { previousHash: earlierHash });
  expect(closing.readings).toEqual({ expected: 3, received: 1, missing: 2, estimated: 0 });
  expect([closing.nettoWh, closing.importedWh, closing.tradeCount]).toEqual([-1500, 1500, 1]);
  expect(delta).toBe(lines);
});

test('an empty timeframe hands on the hash before it', () => {
  for (const readings of [[], [reading('a', 5, 5)]]) {
    const { closing, trades, lines } = settle(readings, { previousHash: earlierHash });
    expect(trades).toEqual([]);
    expect([closing.previousHash, closing.hash]).toEqual([earlierHash, earlierHash]);
    expect([closing.tradeCount, closing.batchCount]).toEqual([0, 0]);
    expect(batchesOf(closing, trades, period)).toEqual([]);
    expect(tradesOfClosing(closing, { lines, book: emptyBook }, sha256)).toEqual([]);
  }
});

test('the version of the terms that is valid at the start is the one settled with', () => {
  const old = termsOf({ imports: 700_000 });
  const changed = termsOf({ validFrom: '2026-11-22T10:30:00Z' });
  const { closing } = settleTimeframe({
    grid: gridOf(old, changed),
    timeframe: quarter,
    closingNumber: 1,
    closedThrough: quarter,
    previousHash: zeroHash,
    lines: linesOf([reading('a', 0, 1)]),
    book: emptyBook,
    closedAt: at('2026-11-22T10:40:00Z'),
    sha256,
  });
  expect(closing.terms).toBe(old);
  expect(closing.priceMsatPerKwh).toBe(400_000);
});

test('any readings at any tariff settle to zero in sum and to the Wh per prosumer', () => {
  fc.assert(
    fc.property(anyReadings, anyTerms, (readings, terms) => {
      const { closing, trades, lines } = settle(readings, { terms });
      let [debitsUsat, creditsUsat] = [0n, 0n];
      const sums = sumsByAccount(trades.flatMap(postingsOf));
      for (const one of sums.values()) {
        debitsUsat += one.debitsUsat;
        creditsUsat += one.creditsUsat;
      }
      expect(debitsUsat).toBe(creditsUsat);
      for (const { prosumerId, producedWh, consumedWh } of readings) {
        const { soldWh, boughtWh } = sums.get(prosumerId) ?? { soldWh: 0, boughtWh: 0 };
        expect(soldWh - boughtWh).toBe(producedWh - consumedWh);
      }
      expect(closing.nettoWh).toBe(closing.exportedWh - closing.importedWh);
      expect(closing.importedWh === 0 || closing.exportedWh === 0).toBe(true);
      expect(verifyChain(trades, zeroHash, sha256)).toEqual({ ok: true, hash: closing.hash });
      expect(tradesOfClosing(closing, { lines, book: emptyBook }, sha256)).toEqual(trades);
    }),
  );
});

test('the same readings in another order of arrival give the same closing, ids and hashes', () => {
  const shuffled = anyReadings.chain((readings) =>
    fc.tuple(
      fc.constant(readings),
      fc.shuffledSubarray([...readings], { minLength: readings.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, anyTerms, ([readings, arrived], terms) => {
      expect(settle(arrived, { terms })).toEqual(settle(readings, { terms }));
    }),
  );
});

test('one Wh more or less, another price or another past is another hash', () => {
  const hashes = [
    settle(example),
    settle([...example.slice(0, 2), reading('c', 100, 1601)]),
    settle(example, { terms: termsOf({ imports: 500_002 }) }),
    settle(example, { terms: termsOf({ fee: 1 }) }),
    settle(example, { previousHash: earlierHash }),
  ].map(({ closing }) => closing.hash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('trades are not derived from other lines than those of the closing', () => {
  const { closing, lines } = settle(example);
  const other = { lines: lines.slice(1), book: emptyBook };
  expect(() => tradesOfClosing(closing, other, sha256)).toThrow('do not lead to the hash');
  const inputs = { lines, book: emptyBook };
  expect(() => tradesOfClosing({ ...closing, revision: 1 }, inputs, sha256)).toThrow('revision 1');
});

describe('batches', () => {
  /** One importer per trade. */
  function settleWith(tradeCount: number) {
    const ids = Array.from({ length: tradeCount }, (_, index) => `p${index}`);
    return settle(ids.map((id) => reading(id, 0, 1)));
  }

  test.each([
    [1, [1]],
    [tradesPerBatch - 1, [tradesPerBatch - 1]],
    [tradesPerBatch, [tradesPerBatch]],
    [tradesPerBatch + 1, [tradesPerBatch, 1]],
    [2 * tradesPerBatch + 1, [tradesPerBatch, tradesPerBatch, 1]],
  ])('of %i trades hold %j, and the trades come back out of them', (tradeCount, sizes) => {
    const { closing, trades } = settleWith(tradeCount);
    const batches = batchesOf(closing, trades, period);
    expect(batches.map((batch) => batch.trades.length)).toEqual(sizes);
    expect(batches.map(({ batch }) => batch)).toEqual(sizes.map((_, index) => index + 1));
    expect(closing.batchCount).toBe(sizes.length);
    expect(batches.every((batch) => batch.period === period)).toBe(true);
    expect(batches.every(({ batchCount }) => batchCount === sizes.length)).toBe(true);
    // As they come through a queue.
    const received: readonly TradeBatch[] = JSON.parse(JSON.stringify(batches));
    expect(received.flatMap((batch) => tradesOfBatch(batch, sha256))).toEqual(trades);
    for (const batch of received) {
      for (const { sequence } of tradesOfBatch(batch, sha256)) {
        expect(batchOf(sequence)).toBe(batch.batch);
      }
    }
  });

  test('fit a message: under 200 KB with the longest ids', () => {
    const readings = Array.from({ length: tradesPerBatch }, (_, index) =>
      reading(`p${String(index).padStart(62, '0')}`, index % 2 === 0 ? 1_000_000_000 : 0, index),
    );
    const most = { imports: 1_000_000_000, exports: 999_999_999, fee: 1_000_000_000 };
    const terms = termsOf({ ...most, price: { rule: 'supply_demand_ratio' } });
    const { closing, trades } = settle(readings, { terms });
    for (const batch of batchesOf(closing, trades, period)) {
      expect(JSON.stringify(batch).length).toBeLessThan(200_000);
    }
  });

  test('say where the price varies by the timeframe, and nothing where it does not', () => {
    const batchOfMarket = (terms: Terms) => {
      const { closing, trades } = settle([reading('a', 0, 1)], { terms });
      return batchesOf(closing, trades, period)[0];
    };
    const ratio = termsOf({ price: { rule: 'supply_demand_ratio' } });
    expect(batchOfMarket(ratio)).toMatchObject({ priceVaries: true });
    const auction = { ...termsOf(), market: { mechanism: 'auction' } } as const;
    expect(batchOfMarket(auction)).toMatchObject({ priceVaries: true });
    expect(batchOfMarket(termsOf())).not.toHaveProperty('priceVaries');
  });

  test('a batch that was changed on its way is not recorded', () => {
    const { closing, trades } = settleWith(3);
    const [batch] = batchesOf(closing, trades, period);
    if (batch === undefined) throw new Error('three trades make a batch');
    for (const change of [
      { trades: batch.trades.slice(1) },
      { trades: batch.trades.toReversed() },
      { trades: [] },
      { batch: 2 },
      { revision: 1 },
      { correctsTimeframeRevision: 0 },
      { previousHash: earlierHash },
      { hash: earlierHash },
    ]) {
      expect(() => tradesOfBatch({ ...batch, ...change }, sha256)).toThrow('does not end');
    }
  });

  test('are not made of another closing’s trades', () => {
    const { closing, trades } = settleWith(3);
    expect(() => batchesOf(closing, trades.slice(1), period)).toThrow('has 3 trades, not 2');
  });
});
