import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import { explainMarket } from '../../shared/domain/explainMarket.ts';
import { explainPosition } from '../../shared/domain/explainPosition.ts';
import { type ExplainedShare, explainShare } from '../../shared/domain/explainShare.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import type { NettoLine } from '../../shared/domain/netto.ts';
import { emptyBook } from '../../shared/domain/order.ts';
import { positionsOf } from '../../shared/domain/positions.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { divHalfEven, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { linesOf, position, prosumerId, reading, settleLines, termsOf } from './given.ts';
import {
  ahead,
  anyBook,
  anyMarketTerms,
  anyOrders,
  anyPositions,
  auctionTerms,
  order,
  prosumers,
} from './marketGiven.ts';

/** Lines of what each has left over, or lacks. */
function linesWith(nettos: Readonly<Record<string, number>>): readonly NettoLine[] {
  return linesOf(
    Object.entries(nettos).map(([id, wh]) => reading(id, Math.max(wh, 0), Math.max(-wh, 0))),
  );
}

function explain(id: string, nettos: Record<string, number>, terms = termsOf(), book = emptyBook) {
  return explainMarket(prosumerId(id), linesWith(nettos), book, terms);
}

describe('in a pool', () => {
  const nettos = { a: 5, b: 5, c: 1, d: -7, e: 0 };

  test('tells the quota of the abundant side, its remainder and who got the odd Wh', () => {
    const market = explain('a', nettos);
    expect(market).toMatchObject({
      mechanism: 'pool',
      supplyWh: 11,
      demandWh: 7,
      matchedWh: 7,
      price: {
        rule: 'mid_market',
        priceMsatPerKwh: 300_000,
        quotient: { numerator: 600_000n, denominator: 2n },
      },
      outcome: { soldWh: 3, exportedWh: 2, boughtWh: 0, importedWh: 0 },
    });
    // 5·7 = 3·11 + 2, 1·7 = 0·11 + 7: floors are 3, 3 and 0, and the one Wh left over goes to c.
    const quota = { volumeWh: 7, totalWh: 11, leftOverWh: 1 };
    expect(market.share).toEqual({
      side: 'sell',
      energyWh: 5,
      inFullWh: 0,
      quota: { ...quota, energyWh: 5, floorWh: 3, remainder: 2, rank: 2, oddWh: 0 },
      tradedWh: 3,
    });
    expect(explain('b', nettos).share?.quota).toMatchObject({ remainder: 2, rank: 3, oddWh: 0 });
    expect(explain('c', nettos).share?.quota).toEqual({
      ...quota,
      energyWh: 1,
      floorWh: 0,
      remainder: 7,
      rank: 1,
      oddWh: 1,
    });
  });

  test('serves the scarce side in full, and nobody on neither side', () => {
    expect(explain('d', nettos).share).toEqual({
      side: 'buy',
      energyWh: 7,
      inFullWh: 7,
      tradedWh: 7,
    });
    expect(explain('e', nettos).share).toBeUndefined();
    expect(explain('z', nettos).outcome).toMatchObject({ soldWh: 0, importedWh: 0 });
  });

  test('breaks ties by id', () => {
    const even = { a: 1, b: 1, c: 1, d: -2 };
    const odd = ['a', 'b', 'c'].map((id) => explain(id, even).share?.quota);
    expect(odd.map((quota) => quota?.rank)).toEqual([1, 2, 3]);
    expect(odd.map((quota) => quota?.oddWh)).toEqual([1, 1, 0]);
  });

  test('tells prices by their rule', () => {
    const ratio = termsOf({ price: { rule: 'supply_demand_ratio' } });
    expect(explain('a', { a: 10, d: -20 }, ratio).price).toEqual({
      rule: 'supply_demand_ratio',
      priceMsatPerKwh: 166_667,
      // 500 000 · 100 000 · 20 ÷ (400 000 · 10 + 100 000 · 20)
      quotient: { numerator: 1_000_000_000_000n, denominator: 6_000_000n },
    });
    for (const lacks of [-10, -9, 0]) {
      const { price } = explain('a', { a: 10, d: lacks }, ratio);
      expect(price).toEqual({ rule: 'supply_demand_ratio', priceMsatPerKwh: 100_000 });
    }
    expect(explain('d', { d: -1 }, ratio).price.priceMsatPerKwh).toBe(500_000);
    const fixed = termsOf({ price: { rule: 'fixed', priceMsatPerKwh: msatPerKwh(123_456) } });
    expect(explain('a', nettos, fixed).price).toEqual({ rule: 'fixed', priceMsatPerKwh: 123_456 });
  });

  test('counts what was traded ahead, and the mini grid with the opposite', () => {
    const book = { ...emptyBook, ahead: [ahead(1, 'a', 'sell', 8, 250_000)] };
    const market = explain('a', { a: 5, d: -7 }, termsOf(), book);
    expect(market).toMatchObject({ supplyWh: 8, demandWh: 10, matchedWh: 8 });
    expect(market.share).toMatchObject({ side: 'buy', energyWh: 3, quota: { totalWh: 10 } });
  });
});

test('in an auction tells own tranches, the margin and what is shared at it', () => {
  const orders = [
    order('o1', 'a', 'sell', 200_000, { energyWh: wattHours(3) }),
    order('o2', 'a', 'sell', 300_000, { energyWh: wattHours(4) }),
    order('o3', 'b', 'sell', 300_000),
    order('o4', 'd', 'buy', 400_000),
  ];
  const market = explain('a', { a: 10, b: 5, d: -6 }, auctionTerms(), { ...emptyBook, orders });
  expect(market).toMatchObject({
    mechanism: 'auction',
    supplyWh: 15,
    demandWh: 6,
    matchedWh: 6,
    price: {
      rule: 'uniform',
      priceMsatPerKwh: 300_000,
      margin: { sellLimitMsatPerKwh: expect.any(Number), buyLimitMsatPerKwh: 400_000 },
    },
  });
  expect(market.share?.tranches).toEqual([
    { orderId: 'o1', limitMsatPerKwh: 200_000, energyWh: 3 },
    { orderId: 'o2', limitMsatPerKwh: 300_000, energyWh: 4 },
    { limitMsatPerKwh: 100_000, energyWh: 3 },
  ]);
  expect(market.price.margin?.sellLimitMsatPerKwh).toBe(200_000);
  // 3 Wh at the default limit, 100 000, go first; the rest of 6 are the 3 of o1, all of them needed.
  expect(market.share).toMatchObject({ inFullWh: 6, tradedWh: 6 });
  expect(market.share).not.toHaveProperty('quota');
});

describe('whatever the market', () => {
  test('the shares of a side add up, and its odd Wh go by rank', () => {
    fc.assert(
      fc.property(anyPositions, anyOrders, anyMarketTerms, (positions, orders, terms) => {
        const clearing = clearMarket(positions, orders, terms);
        for (const side of ['sell', 'buy'] as const) {
          const { ids } = side === 'sell' ? clearing.sellers : clearing.buyers;
          const shares = ids.map((id) => explainShare(id, clearing, orders, terms));
          const traded = shares.map((share) => share?.tradedWh ?? 0);
          expect(sum(traded)).toBe(ids.length === 0 ? 0 : clearing.tradedWh);
          for (const share of shares) checkShare(share, terms);
          const quotas = shares.flatMap((share) => share?.quota ?? []);
          expect(sum(quotas.map(({ oddWh }) => oddWh))).toBe(quotas[0]?.leftOverWh ?? 0);
          expect(new Set(quotas.map(({ rank }) => rank)).size).toBe(quotas.length);
          for (const { rank, oddWh, leftOverWh } of quotas) {
            expect(oddWh).toBe(rank <= leftOverWh ? 1 : 0);
          }
        }
      }),
    );
  });

  test('what is explained is what is traded, at the price that is explained', () => {
    fc.assert(
      fc.property(anyPositions, anyBook, anyMarketTerms, (positions, book, terms) => {
        const nettos = positions.filter(({ accountId }) => accountId !== 'mini-grid');
        const lines = linesWith(
          Object.fromEntries(nettos.map(({ accountId, positionWh }) => [accountId, positionWh])),
        );
        const { trades, closing } = settleLines(lines, { book, terms });
        for (const id of prosumers) {
          const { outcome, price, ...market } = explainMarket(prosumerId(id), lines, book, terms);
          expect(market.supplyWh).toBe(closing.tradedWh + closing.exportedWh);
          expect(market.demandWh).toBe(closing.tradedWh + closing.importedWh);
          expect(market.matchedWh).toBe(closing.tradedWh);
          expect(outcome).toEqual({
            priceMsatPerKwh: closing.priceMsatPerKwh,
            soldWh: energyOf(trades, 'peer', 'sellerId', id),
            boughtWh: energyOf(trades, 'peer', 'buyerId', id),
            exportedWh: energyOf(trades, 'export', 'sellerId', id),
            importedWh: energyOf(trades, 'import', 'buyerId', id),
          });
          if (price.quotient !== undefined) {
            const { numerator, denominator } = price.quotient;
            expect(divHalfEven(numerator, denominator)).toBe(BigInt(closing.priceMsatPerKwh));
          }
          const line = lines.find((one) => one.prosumerId === id);
          const own = book.ahead.filter((one) => one.prosumerId === id);
          const all = positionsOf(lines, book.ahead);
          expect(explainPosition(line, own).positionWh).toBe(
            all.find(({ accountId }) => accountId === id)?.positionWh ?? 0,
          );
        }
      }),
    );
  });
});

test('an explanation of another market is noticed', () => {
  const positions = [position('a', 5), position('b', 5), position('c', -7)];
  const { sellers, ...clearing } = clearMarket(positions, [], termsOf());
  const wrong = { ...clearing, sellers: { ...sellers, peerWh: [3, 4] } };
  expect(() => explainShare(prosumerId('a'), wrong, [], termsOf())).toThrow(
    'is explained to trade',
  );
});

function checkShare(share: ExplainedShare | undefined, { market }: Terms): void {
  expect(share).toBeDefined();
  if (share === undefined) return;
  const { energyWh, inFullWh, quota, tradedWh, tranches } = share;
  expect(tradedWh).toBe(inFullWh + (quota?.floorWh ?? 0) + (quota?.oddWh ?? 0));
  expect(tradedWh).toBeLessThanOrEqual(energyWh);
  expect(tranches === undefined).toBe(market.mechanism === 'pool');
  if (tranches !== undefined) expect(sum(tranches.map((one) => one.energyWh))).toBe(energyWh);
  if (quota === undefined) return;
  expect(BigInt(quota.energyWh) * BigInt(quota.volumeWh)).toBe(
    BigInt(quota.floorWh) * BigInt(quota.totalWh) + BigInt(quota.remainder),
  );
  expect(quota.remainder).toBeLessThan(quota.totalWh);
}

function energyOf(
  trades: readonly Trade[],
  kind: Trade['kind'],
  role: 'sellerId' | 'buyerId',
  id: string,
): number {
  return sum(
    trades.filter((trade) => trade.kind === kind && trade[role] === id).map((one) => one.energyWh),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
