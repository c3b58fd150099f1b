import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import { compareIds } from '../../shared/domain/ids.ts';
import { marketTrades } from '../../shared/domain/marketTrades.ts';
import type { Position } from '../../shared/domain/netto.ts';
import type { TradeTerms } from '../../shared/domain/trade.ts';
import { anyTerms, position, termsOf } from './given.ts';

/** The trades of a pool. */
function clearPool(positions: readonly Position[], terms: Terms): readonly TradeTerms[] {
  return marketTrades(clearMarket(positions, [], terms), terms.tariff);
}

/** Trades as short lines: `peer a>b 10`. */
function told(trades: readonly TradeTerms[]): string[] {
  return trades.map((one) => `${one.kind} ${one.sellerId}>${one.buyerId} ${one.energyWh}`);
}

describe('the pool', () => {
  test('shares what is scarce among those who lack it', () => {
    const positions = [position('a', 2000), position('b', -1500), position('c', -1500)];
    expect(clearPool(positions, termsOf({ fee: 7 }))).toEqual([
      trade('peer', 'a', 'b', 1000, 300_000, 7),
      trade('peer', 'a', 'c', 1000, 300_000, 7),
      trade('import', 'power-plant', 'b', 500, 500_000, 0),
      trade('import', 'power-plant', 'c', 500, 500_000, 0),
    ]);
  });

  test('shares what is wanted among those who have it, and exports the rest', () => {
    const positions = [position('a', 2000), position('b', -1500), position('c', 1000)];
    expect(clearPool(positions, termsOf({ fee: 7 }))).toEqual([
      trade('peer', 'a', 'b', 1000, 300_000, 7),
      trade('peer', 'c', 'b', 500, 300_000, 7),
      trade('export', 'a', 'power-plant', 1000, 100_000, 0),
      trade('export', 'c', 'power-plant', 500, 100_000, 0),
    ]);
  });

  test.each([
    ['nobody', {}, []],
    ['all at 0', { a: 0, b: 0 }, []],
    ['sellers alone', { a: 5, b: 0, c: 1 }, ['export a>power-plant 5', 'export c>power-plant 1']],
    ['buyers alone', { a: -5, c: -1 }, ['import power-plant>a 5', 'import power-plant>c 1']],
    ['as much as is wanted', { a: 5, b: -5 }, ['peer a>b 5']],
    ['one Wh less', { a: 4, b: -5 }, ['peer a>b 4', 'import power-plant>b 1']],
    ['one Wh more', { a: 6, b: -5 }, ['peer a>b 5', 'export a>power-plant 1']],
    [
      'one Wh for three: the smaller id',
      { a: -1, b: -1, c: -1, z: 1 },
      ['peer z>a 1', 'import power-plant>b 1', 'import power-plant>c 1'],
    ],
    [
      'a walk over both sides',
      { a: 5, b: -3, c: -4, d: 4, e: -2 },
      ['peer a>b 3', 'peer a>c 2', 'peer d>c 2', 'peer d>e 2'],
    ],
    [
      'byte order of ids',
      { a: 1, 'a-1': 1, a1: 1, b: -2 },
      ['peer a>b 1', 'peer a-1>b 1', 'export a1>power-plant 1'],
    ],
  ] as const)('%s', (_, given, expected) => {
    const positions = Object.entries(given).map(([id, wh]) => position(id, wh));
    expect(told(clearPool(positions, termsOf()))).toEqual(expected);
  });

  test('refuses positions out of order', () => {
    expect(() => clearPool([position('b', 1), position('a', 1)], termsOf())).toThrow('ascend');
    expect(() => clearPool([position('a', 1), position('a', 1)], termsOf())).toThrow('ascend');
  });

  test('keeps its promises for any positions and tariff', () => {
    fc.assert(
      fc.property(anyPositions, anyTerms, (positions, terms) => {
        const trades = clearPool(positions, terms);
        expectNettoServed(positions, trades);
        expectNoImportAndExport(trades);
        expectOrder(trades);
        expectPrices(trades, terms, clearMarket(positions, [], terms).priceMsatPerKwh);
        const sellers = positions.filter(({ positionWh }) => positionWh > 0);
        const buyers = positions.filter(({ positionWh }) => positionWh < 0);
        const supplyWh = sumOf(sellers.map(({ positionWh }) => positionWh));
        const demandWh = sumOf(buyers.map(({ positionWh }) => -positionWh));
        const peers = trades.filter(({ kind }) => kind === 'peer');
        expect(sumOf(peers.map(({ energyWh }) => energyWh))).toBe(Math.min(supplyWh, demandWh));
        expect(peers.length).toBeLessThanOrEqual(Math.max(0, sellers.length + buyers.length - 1));
      }),
    );
  });
});

const anyPositions = fc
  .uniqueArray(fc.integer({ min: 0, max: 99_999 }), { maxLength: 50 })
  .chain((ids) =>
    fc
      .array(
        fc.oneof(
          fc.integer({ min: -5, max: 5 }),
          fc.integer({ min: -30_000, max: 30_000 }),
          fc.constantFrom(-1_000_000_000, 1_000_000_000),
        ),
        { minLength: ids.length, maxLength: ids.length },
      )
      .map((energies) =>
        ids
          .map((id, index) => position(`p${id}`, energies[index] ?? 0))
          .sort((a, b) => compareIds(a.accountId, b.accountId)),
      ),
  );

function trade(
  kind: string,
  sellerId: string,
  buyerId: string,
  energyWh: number,
  priceMsatPerKwh: number,
  gridFeeMsatPerKwh: number,
) {
  return { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

const noFees = { peer: 0, import: 0, export: 0, grid: 0, correction: 0 };

/** Invariant 2: netto = sold − bought. */
function expectNettoServed(positions: readonly Position[], trades: readonly TradeTerms[]): void {
  for (const { accountId, positionWh } of positions) {
    const sold = trades.filter(({ sellerId }) => sellerId === accountId);
    const bought = trades.filter(({ buyerId }) => buyerId === accountId);
    // Who has a surplus only sells, who has a deficit only buys.
    expect(sold.length === 0 || bought.length === 0).toBe(true);
    const energies = [sold, bought].map((list) => sumOf(list.map(({ energyWh }) => energyWh)));
    expect((energies[0] ?? 0) - (energies[1] ?? 0)).toBe(positionWh);
  }
}

/** Invariant 3: nobody trades with itself; there is no import beside an export. */
function expectNoImportAndExport(trades: readonly TradeTerms[]): void {
  const kinds = new Set(trades.map(({ kind }) => kind));
  expect(kinds.has('import') && kinds.has('export')).toBe(false);
  for (const { sellerId, buyerId, energyWh } of trades) {
    expect(sellerId).not.toBe(buyerId);
    expect(energyWh).toBeGreaterThan(0);
  }
}

/** Peer trades by seller and buyer, then imports by buyer, then exports by seller. */
function expectOrder(trades: readonly TradeTerms[]): void {
  const rank = { peer: '1', import: '2', export: '3', grid: '4', correction: '5' };
  const keys = trades.map((one) => `${rank[one.kind]} ${one.sellerId} ${one.buyerId}`);
  expect(keys).toEqual([...new Set(keys)].sort(compareIds));
}

function expectPrices(trades: readonly TradeTerms[], { tariff }: Terms, peerPrice: number): void {
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = tariff;
  const fees = { peer: gridFeeMsatPerKwh, import: tariff.importGridFeeMsatPerKwh ?? 0 };
  for (const one of trades) {
    const price =
      one.kind === 'peer'
        ? peerPrice
        : one.kind === 'import'
          ? importPriceMsatPerKwh
          : exportPriceMsatPerKwh;
    expect(one.priceMsatPerKwh).toBe(price);
    expect(one.gridFeeMsatPerKwh).toBe({ ...noFees, ...fees }[one.kind]);
    expect(one.kind === 'import').toBe(one.sellerId === 'power-plant');
    expect(one.kind === 'export').toBe(one.buyerId === 'power-plant');
  }
}
