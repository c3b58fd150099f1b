import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tradesOfClosing } from '../../shared/domain/closeFrame.ts';
import { verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import type { AccountId } from '../../shared/domain/ids.ts';
import { balanceOf, postingsOf, sumsByAccount } from '../../shared/domain/ledger.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { linesOf, reading, settleLines, sha256, termsOf } from './given.ts';
import { ahead, anyBook, anyLines, anyMarketTerms } from './marketGiven.ts';

const example = linesOf([reading('a', 2500, 500), reading('b', 0, 1500), reading('c', 100, 1600)]);

describe('the worked example, in which A sold and B bought ahead', () => {
  const book = {
    ahead: [ahead(1, 'a', 'sell', 500, 250_000, 7), ahead(4, 'b', 'buy', 300, 350_000, 7)],
    orders: [],
  };
  const { closing, trades } = settleLines(example, { book, terms: termsOf({ fee: 20_000 }) });

  test('posts what was agreed on first, then clears what that leaves, the mini grid as one more', () => {
    // Positions: A 2000 − 500, B −1500 + 300, C −1500, mini-grid 500 − 300. Of M = 1700 B is due
    // 755.55… and C 944.44…: the odd Wh is B's.
    expect(trades.map(told)).toEqual([
      'grid a>mini-grid 500 at 250000 + 7',
      'grid mini-grid>b 300 at 350000 + 7',
      'peer a>b 756 at 300000 + 20000',
      'peer a>c 744 at 300000 + 20000',
      'peer mini-grid>c 200 at 300000 + 20000',
      'import power-plant>b 444 at 500000 + 0',
      'import power-plant>c 556 at 500000 + 0',
    ]);
  });

  test('leaves these balances, zero in sum', () => {
    expect(balancesOf(trades)).toEqual({
      a: 500n * 250_000n + 1500n * 300_000n,
      b: -300n * 350_007n - 756n * 320_000n - 444n * 500_000n,
      c: -944n * 320_000n - 556n * 500_000n,
      // It pays the fee on what it bought to itself.
      'mini-grid': -500n * 250_000n + 300n * 350_007n + 200n * 300_000n + (756n + 944n) * 20_000n,
      'power-plant': 1000n * 500_000n,
    });
  });

  test('counts peer trades as traded, and those ahead as what they are', () => {
    const { tradedWh, importedWh, exportedWh, nettoWh, tradeCount } = closing;
    expect([tradedWh, importedWh, exportedWh, nettoWh]).toEqual([1700, 1000, 0, -1000]);
    expect(tradeCount).toBe(7);
  });
});

test('whoever sold more ahead than it has must buy the rest', () => {
  const book = { ahead: [ahead(1, 'a', 'sell', 2500, 250_000)], orders: [] };
  const { trades } = settleLines(linesOf([reading('a', 2000, 0)]), { book });
  expect(trades.map(told)).toEqual([
    'grid a>mini-grid 2500 at 250000 + 0',
    'peer mini-grid>a 500 at 300000 + 0',
    'export mini-grid>power-plant 2000 at 100000 + 0',
  ]);
});

test('whoever takes no part but traded ahead has that to make good', () => {
  const book = { ahead: [ahead(1, 'stranger', 'sell', 10, 250_000)], orders: [] };
  const { trades } = settleLines([], { book, terms: termsOf({ importFee: 5 }) });
  expect(trades.map(told)).toEqual([
    'grid stranger>mini-grid 10 at 250000 + 0',
    'peer mini-grid>stranger 10 at 300000 + 0',
  ]);
});

test('an import has its own fee, which goes to the mini grid', () => {
  const { trades } = settleLines(linesOf([reading('a', 0, 10)]), {
    terms: termsOf({ fee: 7, importFee: 30_000 }),
  });
  expect(trades.map(told)).toEqual(['import power-plant>a 10 at 500000 + 30000']);
  expect(balancesOf(trades)).toEqual({
    a: -5_300_000n,
    'mini-grid': 300_000n,
    'power-plant': 5_000_000n,
  });
});

test('any nettos, books and terms settle by the invariants', () => {
  const seen = { grid: 0, peer: 0, import: 0, export: 0, correction: 0, ownPurchases: 0 };
  fc.assert(
    fc.property(anyLines, anyBook, anyMarketTerms, (lines, book, terms) => {
      const { closing, trades } = settleLines(lines, { book, terms });
      expectConserved(trades);
      const sums = sumsByAccount(trades.flatMap(postingsOf));
      const nettos = new Map<AccountId, number>(
        lines.map((line) => [line.prosumerId, line.producedWh - line.consumedWh]),
      );
      for (const [accountId, { soldWh, boughtWh }] of sums) {
        if (accountId === 'power-plant') continue;
        expect([accountId, soldWh - boughtWh]).toEqual([accountId, nettos.get(accountId) ?? 0]);
        nettos.delete(accountId);
      }
      expect([...nettos.values()].every((nettoWh) => nettoWh === 0)).toBe(true);
      const kinds = trades.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'grid')).toHaveLength(book.ahead.length);
      expect(kinds.lastIndexOf('grid')).toBe(book.ahead.length - 1);
      expectOneSideEach(trades);
      expect(verifyChain(trades, zeroHash, sha256)).toEqual({ ok: true, hash: closing.hash });
      expect(tradesOfClosing(closing, { lines, book }, sha256)).toEqual(trades);
      for (const { kind, buyerId } of trades) {
        seen[kind] += 1;
        if (buyerId === 'mini-grid' && kind !== 'grid') seen.ownPurchases += 1;
      }
    }),
    { numRuns: 500 },
  );
  const { correction, ...made } = seen;
  expect(correction).toBe(0);
  expect(Math.min(...Object.values(made))).toBeGreaterThan(50);
});

/** Invariant 1: what one pays another gets, in µsat and in Wh, in each trade. */
function expectConserved(trades: readonly Trade[]): void {
  for (const trade of trades) {
    let [energyWh, moneyUsat] = [0, 0n];
    for (const { soldWh, boughtWh, creditUsat, debitUsat } of postingsOf(trade)) {
      energyWh += soldWh - boughtWh;
      moneyUsat += creditUsat - debitUsat;
    }
    expect([energyWh, moneyUsat]).toEqual([0, 0n]);
  }
}

/** Invariant 3: in the market nobody both sells and buys, and nobody trades with itself. */
function expectOneSideEach(trades: readonly Trade[]): void {
  const market = trades.filter(({ kind }) => kind !== 'grid');
  const sellers = new Set(market.map(({ sellerId }) => sellerId));
  sellers.delete('power-plant');
  for (const { sellerId, buyerId } of trades) expect(sellerId).not.toBe(buyerId);
  for (const { buyerId } of market) expect(sellers.has(buyerId)).toBe(false);
}

function told(trade: Trade): string {
  const { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = trade;
  return `${kind} ${sellerId}>${buyerId} ${energyWh} at ${priceMsatPerKwh} + ${gridFeeMsatPerKwh}`;
}

function balancesOf(trades: readonly Trade[]): Record<string, bigint> {
  const sums = sumsByAccount(trades.flatMap(postingsOf));
  return Object.fromEntries([...sums].map(([id, one]) => [id, balanceOf(one)]));
}
