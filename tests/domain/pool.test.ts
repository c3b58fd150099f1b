import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareIds } from '../../shared/domain/ids.ts';
import type { Position } from '../../shared/domain/netto.ts';
import { allotProRata, clearPool } from '../../shared/domain/pool.ts';
import { peerPrice } from '../../shared/domain/terms.ts';
import type { TradeTerms } from '../../shared/domain/trade.ts';
import { anyTerms, position, termsOf } from './given.ts';

/** Trades as short lines: `peer a>b 10`. */
function told(trades: readonly TradeTerms[]): string[] {
  return trades.map((one) => `${one.kind} ${one.sellerId}>${one.buyerId} ${one.energyWh}`);
}

/** Largest remainder as one would do it by hand, share by share and Wh by Wh, all in bigint. */
function allotByHand(shares: readonly number[], total: number): number[] {
  const sum = shares.reduce((all, share) => all + BigInt(share), 0n);
  if (sum === 0n) return shares.map(() => 0);
  const rows = shares.map((share, index) => {
    const product = BigInt(share) * BigInt(total);
    return { index, got: product / sum, remainder: product % sum, hasExtra: false };
  });
  let left = BigInt(total) - rows.reduce((all, row) => all + row.got, 0n);
  while (left > 0n) {
    let best: (typeof rows)[number] | undefined;
    for (const row of rows) {
      if (!row.hasExtra && (best === undefined || row.remainder > best.remainder)) best = row;
    }
    if (best === undefined) throw new Error('more is left over than there are shares');
    best.got += 1n;
    best.hasExtra = true;
    left -= 1n;
  }
  return rows.map((row) => Number(row.got));
}

const anyShare = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 999_999_995, max: 1_000_000_000 }),
  fc.integer({ min: 0, max: 2 ** 46 }),
);
const anySharing = fc.array(anyShare, { maxLength: 60 }).chain((shares) => {
  const sum = shares.reduce((all, share) => all + share, 0);
  return fc.tuple(fc.constant(shares), fc.integer({ min: 0, max: sum }));
});

describe('allotProRata', () => {
  test.each([
    [[], 0, []],
    [[0, 0], 0, [0, 0]],
    [[5], 3, [3]],
    [[1, 1, 1], 2, [1, 1, 0]],
    [[1, 1, 1], 1, [1, 0, 0]],
    [[2, 1, 1], 2, [1, 1, 0]],
    [[1, 2, 1], 3, [1, 1, 1]],
    [[0, 3, 0, 3], 3, [0, 2, 0, 1]],
    [[1500, 1500], 2000, [1000, 1000]],
    [[1500, 1501], 2000, [1000, 1000]],
    [[7, 11, 13], 31, [7, 11, 13]],
    [[7, 11, 13], 30, [7, 11, 12]],
    [[7, 11, 13], 0, [0, 0, 0]],
  ])('%j shares %i as %j', (shares, total, expected) => {
    expect(allotProRata(shares, total)).toEqual(expected);
  });

  test('agrees with largest remainder done by hand, also where products pass 2^53', () => {
    fc.assert(
      fc.property(anySharing, ([shares, total]) => {
        expect(allotProRata(shares, total)).toEqual(allotByHand(shares, total));
      }),
      { numRuns: 500 },
    );
  });

  test.each([-1, 0, 1])('is exact where a product is 2^53 %i', (offset) => {
    // 94906267² is the first square above 2^53; its neighbours lie to both sides of the border.
    const shares = [94_906_266 + offset, 94_906_265, 3];
    for (const total of [94_906_264, 94_906_265, 94_906_266, 94_906_267]) {
      expect(allotProRata(shares, total)).toEqual(allotByHand(shares, total));
    }
  });

  test('gives all of the total, and to nobody more than its share', () => {
    fc.assert(
      fc.property(anySharing, ([shares, total]) => {
        const allotted = allotProRata(shares, total);
        expect(allotted.reduce((all, one) => all + one, 0)).toBe(total);
        for (const [index, one] of allotted.entries()) {
          expect(one >= 0 && one <= (shares[index] ?? 0)).toBe(true);
        }
      }),
    );
  });

  test.each([
    [[1, 2], 4],
    [[1, 2], -1],
    [[1, 2], 0.5],
    [[], 1],
    [[-1, 2], 1],
    [[Number.MAX_SAFE_INTEGER, 1], 1],
  ])('refuses to share with %j %d', (shares, total) => {
    expect(() => allotProRata(shares, total)).toThrow();
  });

  test('does not change the shares it is given', () => {
    const shares = [1, 2, 3];
    const allotted = allotProRata(shares, 6);
    expect(allotted).not.toBe(shares);
    expect(shares).toEqual([1, 2, 3]);
  });
});

describe('clearPool', () => {
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
        expectPrices(trades, terms);
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
          .sort((a, b) => compareIds(a.prosumerId, b.prosumerId)),
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

/** Invariant 2: netto = sold − bought. */
function expectNettoServed(positions: readonly Position[], trades: readonly TradeTerms[]): void {
  for (const { prosumerId, positionWh } of positions) {
    const sold = trades.filter(({ sellerId }) => sellerId === prosumerId);
    const bought = trades.filter(({ buyerId }) => buyerId === prosumerId);
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

function expectPrices(trades: readonly TradeTerms[], terms: ReturnType<typeof termsOf>): void {
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = terms.tariff;
  for (const one of trades) {
    const price =
      one.kind === 'peer'
        ? peerPrice(terms)
        : one.kind === 'import'
          ? importPriceMsatPerKwh
          : exportPriceMsatPerKwh;
    expect(one.priceMsatPerKwh).toBe(price);
    expect(one.gridFeeMsatPerKwh).toBe(one.kind === 'peer' ? gridFeeMsatPerKwh : 0);
    expect(one.kind === 'import').toBe(one.sellerId === 'power-plant');
    expect(one.kind === 'export').toBe(one.buyerId === 'power-plant');
  }
}
