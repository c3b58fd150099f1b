import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Clearing } from '../../shared/domain/clearing.ts';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import { marketTrades } from '../../shared/domain/marketTrades.ts';
import type { Position } from '../../shared/domain/netto.ts';
import type { Order } from '../../shared/domain/order.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { anySmallAuction, clearByHand, limitsPerWh } from './auctionByHand.ts';
import { position, quarter, termsOf } from './given.ts';
import {
  anyAuctionTerms,
  anyOrders,
  anyPositions,
  auctionTerms,
  order,
  prosumers,
} from './marketGiven.ts';

const forQuarter = { timeframe: quarter };
const someWh = (energyWh: number) => ({ energyWh: wattHours(energyWh) });

describe('the auction', () => {
  const positions = [
    position('a', 1000),
    position('b', -600),
    position('c', 500),
    position('d', -900),
  ];

  test.each<readonly [string, readonly Order[], string, string]>([
    ['without orders takes all at the middle', [], '300000 1500', 'a 1000 c 500 | b 600 d 900'],
    [
      'leaves a seller who asks too much, and a buyer who bids too little, to the power plant',
      [order('1', 'a', 'sell', 500_001), order('2', 'd', 'buy', 99_999)],
      '300000 500',
      'a 0 c 500 | b 500 d 0',
    ],
    [
      'has the price between the marginal limits',
      [order('1', 'a', 'sell', 200_000), order('2', 'b', 'buy', 450_001)],
      // Sellers c at 100 000 and a at 200 000; buyers d at 500 000 and b at 450 001.
      '325000 1500',
      'a 1000 c 500 | b 600 d 900',
    ],
    [
      'serves the better limit first and shares what is left at the marginal one',
      [order('1', 'a', 'sell', 150_000), order('2', 'b', 'buy', 140_000)],
      '325000 900',
      'a 400 c 500 | b 0 d 900',
    ],
    [
      'takes an order for what it asks, and the rest at the default limits',
      [order('1', 'a', 'sell', 450_000, someWh(700))],
      // c 500 and 300 of a at 100 000, 700 of a at 450 000.
      '475000 1500',
      'a 1000 c 500 | b 600 d 900',
    ],
    [
      'has no more of an order than the meter shows',
      [order('1', 'a', 'sell', 100_000, someWh(9_000)), order('2', 'c', 'buy', 500_000)],
      '300000 1500',
      'a 1000 c 500 | b 600 d 900',
    ],
    [
      'puts an order for the timeframe in the place of standing ones, on that side alone',
      [
        order('1', 'a', 'sell', 490_000),
        order('2', 'a', 'sell', 120_000, { ...forQuarter, ...someWh(1) }),
        order('3', 'b', 'buy', 300_000),
        order('4', 'a', 'buy', 1, forQuarter),
      ],
      '210000 1500',
      'a 1000 c 500 | b 600 d 900',
    ],
    [
      'counts a limit as no worse than the power plant’s price',
      [order('1', 'a', 'sell', 0), order('2', 'b', 'buy', 900_000)],
      '300000 1500',
      'a 1000 c 500 | b 600 d 900',
    ],
  ])('%s', (_, orders, price, energies) => {
    const clearing = clearMarket(positions, orders, auctionTerms());
    expect([`${clearing.priceMsatPerKwh} ${clearing.tradedWh}`, told(clearing)]).toEqual([
      price,
      energies,
    ]);
  });

  test('shares the marginal limit by largest remainder, per account, after what is better', () => {
    const short = [position('a', 4), position('b', 4), position('c', 4), position('d', -7)];
    const orders = [
      order('1', 'a', 'sell', 200_000, someWh(1)),
      order('2', 'a', 'sell', 200_000, someWh(1)),
      order('3', 'a', 'sell', 200_000, someWh(2)),
      order('4', 'b', 'sell', 200_000),
      order('5', 'c', 'sell', 150_000, someWh(3)),
      order('6', 'c', 'sell', 200_000),
    ];
    // c has 3 inside; 4 are left for a 4, b 4 and c 1: 1.77…, 1.77… and 0.44…
    const clearing = clearMarket(short, orders, auctionTerms());
    expect(told(clearing)).toBe('a 2 b 2 c 3 | d 7');
    expect(clearing.margin).toEqual({ sellLimitMsatPerKwh: 200_000, buyLimitMsatPerKwh: 500_000 });
  });

  test('has imports before exports where some buy and some sell too dear', () => {
    const orders = [order('1', 'a', 'sell', 500_001), order('2', 'd', 'buy', 99_999)];
    const terms = auctionTerms();
    const trades = marketTrades(clearMarket(positions, orders, terms), terms.tariff);
    expect(
      trades.map((one) => `${one.kind} ${one.sellerId}>${one.buyerId} ${one.energyWh}`),
    ).toEqual([
      'peer c>b 500',
      'import power-plant>b 100',
      'import power-plant>d 900',
      'export a>power-plant 1000',
    ]);
  });

  test('has default limits of the grid, also for the mini grid', () => {
    const terms = auctionTerms({ sell: 200_000, buy: 250_000 });
    const withGrid = [position('a', 10), position('mini-grid', 10), position('n', -12)];
    const orders = [order('1', 'a', 'sell', 220_000)];
    const clearing = clearMarket(withGrid, orders, terms);
    expect([clearing.priceMsatPerKwh, told(clearing)]).toEqual([
      235_000,
      'a 2 mini-grid 10 | n 12',
    ]);
  });

  test('bids no more than the power plant takes with its fee, less the fee of the grid', () => {
    const pair = [position('a', 10), position('b', -10)];
    const terms = auctionTerms({ fee: 150_000, importFee: 50_000 });
    const clearing = clearMarket(pair, [order('1', 'b', 'buy', 999_999)], terms);
    expect([clearing.priceMsatPerKwh, clearing.tradedWh]).toEqual([250_000, 10]);
    const dear = auctionTerms({ fee: 400_001 });
    expect(clearMarket(pair, [], dear)).toMatchObject({ priceMsatPerKwh: 300_000, tradedWh: 0 });
    const dearer = auctionTerms({ fee: 600_000 });
    expect(clearMarket(pair, [], dearer)).toMatchObject({ priceMsatPerKwh: 300_000, tradedWh: 0 });
    const even = auctionTerms({ fee: 400_000 });
    expect(clearMarket(pair, [], even)).toMatchObject({ priceMsatPerKwh: 100_000, tradedWh: 10 });
  });
});

test('has the volume, the price and the shares that one finds by hand, Wh by Wh', () => {
  const seen = { volumes: 0, partial: 0 };
  fc.assert(
    fc.property(anySmallAuction, ({ positions, orders, terms }) => {
      const clearing = clearMarket(positions, orders, terms);
      const byHand = clearByHand(positions, orders, terms);
      expect({
        priceMsatPerKwh: clearing.priceMsatPerKwh,
        tradedWh: clearing.tradedWh,
        peerWh: peerEnergies(clearing),
      }).toEqual(byHand);
      if (clearing.tradedWh > 0) seen.volumes += 1;
      const { sellers, buyers, tradedWh } = clearing;
      if (tradedWh > 0 && tradedWh < Math.min(sellers.totalWh, buyers.totalWh)) seen.partial += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});

test('trades nobody’s energy beyond its limits, or beyond what is there', () => {
  fc.assert(
    fc.property(anyPositions, anyOrders, anyAuctionTerms, (positions, orders, terms) => {
      const clearing = clearMarket(positions, orders, terms);
      const { priceMsatPerKwh, tradedWh, sellers, buyers } = clearing;
      const isWithin = {
        sell: (limit: number) => limit <= priceMsatPerKwh,
        buy: (limit: number) => limit >= priceMsatPerKwh,
      };
      for (const [side, cleared] of [
        ['sell', sellers],
        ['buy', buyers],
      ] as const) {
        let sumWh = 0;
        for (const [index, accountId] of cleared.ids.entries()) {
          const peerWh = cleared.peerWh[index] ?? 0;
          const limits = limitsPerWh(
            accountId,
            cleared.energiesWh[index] ?? 0,
            side,
            orders,
            terms,
          );
          expect(peerWh >= 0 && peerWh <= limits.length).toBe(true);
          expect(limits.slice(0, peerWh).every(isWithin[side])).toBe(true);
          sumWh += peerWh;
        }
        expect(sumWh).toBe(tradedWh);
      }
    }),
  );
});

test('leaves nobody worse off than the power plant alone would, fees included', () => {
  let better = 0;
  fc.assert(
    fc.property(anyPositions, anyOrders, anyAuctionTerms, (positions, orders, terms) => {
      const { tariff } = terms;
      const trades = marketTrades(clearMarket(positions, orders, terms), tariff);
      for (const { accountId, positionWh } of positions) {
        // What it buys it pays fees for to itself, so that they are no cost of it.
        if (accountId === 'mini-grid' && positionWh < 0) continue;
        let usat = 0;
        for (const { sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } of trades) {
          if (sellerId === accountId) usat += energyWh * priceMsatPerKwh;
          if (buyerId === accountId) usat -= energyWh * (priceMsatPerKwh + gridFeeMsatPerKwh);
        }
        const importCost = tariff.importPriceMsatPerKwh + (tariff.importGridFeeMsatPerKwh ?? 0);
        const aloneUsat = positionWh * (positionWh > 0 ? tariff.exportPriceMsatPerKwh : importCost);
        expect(usat).toBeGreaterThanOrEqual(aloneUsat);
        if (usat > aloneUsat) better += 1;
      }
    }),
  );
  expect(better).toBeGreaterThan(20);
});

test('does not depend on the order in which orders come', () => {
  const anyShuffled = anyOrders.chain((orders) =>
    fc.tuple(fc.constant(orders), fc.shuffledSubarray([...orders], { minLength: orders.length })),
  );
  fc.assert(
    fc.property(anyPositions, anyShuffled, anyAuctionTerms, (positions, [orders, other], terms) => {
      expect(clearMarket(positions, other, terms)).toEqual(clearMarket(positions, orders, terms));
    }),
  );
});

test('is the pool at the mid-market rate, to the trade, without orders and fees', () => {
  const anyPrice = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(anyPositions, anyPrice, anyPrice, (positions, a, b) => {
      const prices = { imports: Math.max(a, b), exports: Math.min(a, b) };
      const [pool, auction] = [termsOf(prices), auctionTerms(prices)];
      const [inPool, inAuction] = [pool, auction].map((terms) => clearMarket(positions, [], terms));
      expect(inAuction).toMatchObject({ ...inPool });
      expect(tradesOf(positions, auction)).toEqual(tradesOf(positions, pool));
    }),
  );
});

test('a pool asks for no orders', () => {
  fc.assert(
    fc.property(anyPositions, anyOrders, (positions, orders) => {
      expect(clearMarket(positions, orders, termsOf())).toEqual(
        clearMarket(positions, [], termsOf()),
      );
    }),
  );
});

test('the prosumers of these tests stand around the mini grid', () => {
  expect(prosumers.some((id) => id < 'mini-grid') && prosumers.some((id) => id > 'mini-grid')).toBe(
    true,
  );
});

function tradesOf(positions: readonly Position[], terms: Terms) {
  return marketTrades(clearMarket(positions, [], terms), terms.tariff);
}

function peerEnergies({ sellers, buyers }: Clearing): Record<string, number> {
  return Object.fromEntries(
    [sellers, buyers].flatMap(({ ids, peerWh }) =>
      ids.map((id, index) => [id, peerWh[index] ?? 0] as const),
    ),
  );
}

function told({ sellers, buyers }: Clearing): string {
  const sides = [sellers, buyers].map(({ ids, peerWh }) =>
    ids.map((id, index) => `${id} ${peerWh[index]}`).join(' '),
  );
  return sides.join(' | ');
}
