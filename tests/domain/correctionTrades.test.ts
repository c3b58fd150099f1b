import { describe, expect, test } from '@jest/globals';
import { clearMarket } from '../../shared/domain/clearMarket.ts';
import { correctionTrades } from '../../shared/domain/correctionTrades.ts';
import type { Terms } from '../../shared/domain/grid.ts';
import { compareIds } from '../../shared/domain/ids.ts';
import { position, termsOf } from './given.ts';
import { auctionTerms, order } from './marketGiven.ts';

type Given = Readonly<Record<string, number>>;

const plain = termsOf();
const withFees = termsOf({ fee: 20_000, importFee: 30_000 });

test.each<readonly [string, Given, Given, Terms, readonly string[]]>([
  ['what is the same trades nothing', { a: 5, b: -3 }, { a: 5, b: -3 }, withFees, []],
  [
    'more exported and less: with the power plant',
    { a: 5, b: 5 },
    { a: 7, b: 4 },
    withFees,
    ['a>power-plant 2 at 100000 + 0', 'power-plant>b 1 at 100000 + 0'],
  ],
  [
    'more imported and less, where imports have no fee',
    { a: -5, b: -5 },
    { a: -7, b: -4 },
    plain,
    ['power-plant>a 2 at 500000 + 0', 'b>power-plant 1 at 500000 + 0'],
  ],
  [
    'more imported and less, where they have one',
    { a: -5, b: -5 },
    { a: -7, b: -4 },
    withFees,
    [
      'power-plant>a 2 at 500000 + 30000',
      'b>mini-grid 1 at 530000 + 0',
      'mini-grid>power-plant 1 at 500000 + 0',
    ],
  ],
  [
    'more sold and bought',
    { a: 5, b: -5 },
    { a: 8, b: -8 },
    withFees,
    ['a>mini-grid 3 at 300000 + 0', 'mini-grid>b 3 at 300000 + 20000'],
  ],
  [
    'less sold and bought: the fee comes back with the price',
    { a: 8, b: -8 },
    { a: 5, b: -5 },
    withFees,
    ['mini-grid>a 3 at 300000 + 0', 'b>mini-grid 3 at 320000 + 0'],
  ],
  [
    'one who changes sides',
    { a: 4, z: -9 },
    { a: -3, z: -9 },
    withFees,
    [
      'mini-grid>a 4 at 300000 + 0',
      'power-plant>a 3 at 500000 + 30000',
      'z>mini-grid 4 at 320000 + 0',
      'power-plant>z 4 at 500000 + 30000',
    ],
  ],
  [
    'the mini grid among others: what they leave it with is its own difference',
    { a: 5, 'mini-grid': -10, z: -10 },
    { a: 9, 'mini-grid': -10, z: -10 },
    withFees,
    [
      // Of 5 Wh it had 3, for z is after it, and has 5 of 9 now.
      'a>mini-grid 4 at 300000 + 0',
      'mini-grid>power-plant 2 at 500000 + 0',
      'mini-grid>z 2 at 300000 + 20000',
      'z>mini-grid 2 at 530000 + 0',
      'mini-grid>power-plant 2 at 500000 + 0',
    ],
  ],
])('%s', (_, before, after, terms, expected) => {
  expect(corrected(before, after, terms)).toEqual(expected);
});

describe('at another price', () => {
  const ratio = termsOf({ fee: 7, price: { rule: 'supply_demand_ratio' } });

  test('all goes back at the old one and comes again at the new one', () => {
    // S/D = 1/4: 250 000; 1/2: 166 667.
    expect(corrected({ a: 25, b: -100 }, { a: 50, b: -100 }, ratio)).toEqual([
      'mini-grid>a 25 at 250000 + 0',
      'a>mini-grid 50 at 166667 + 0',
      'b>mini-grid 25 at 250007 + 0',
      'mini-grid>b 50 at 166667 + 7',
      'b>power-plant 25 at 500000 + 0',
    ]);
  });

  test('also where one’s own energy is the same', () => {
    expect(corrected({ a: 25, b: -100 }, { a: 25, b: -50 }, ratio)).toEqual([
      'mini-grid>a 25 at 250000 + 0',
      'a>mini-grid 25 at 166667 + 0',
      'b>mini-grid 25 at 250007 + 0',
      'mini-grid>b 25 at 166667 + 7',
      'b>power-plant 50 at 500000 + 0',
    ]);
  });

  test('an auction’s too', () => {
    const orders = [order('1', 'c', 'sell', 400_000)];
    const trades = corrected(
      { a: 10, b: -10, c: 5 },
      { a: 8, b: -10, c: 5 },
      auctionTerms(),
      orders,
    );
    expect(trades).toEqual([
      'mini-grid>a 10 at 300000 + 0',
      'a>mini-grid 8 at 450000 + 0',
      'b>mini-grid 10 at 300000 + 0',
      'mini-grid>b 10 at 450000 + 0',
      'c>mini-grid 2 at 450000 + 0',
      'power-plant>c 2 at 100000 + 0',
    ]);
  });
});

function corrected(
  before: Given,
  after: Given,
  terms: Terms,
  orders: Parameters<typeof clearMarket>[1] = [],
): string[] {
  const [was, is] = [before, after].map((energies) => {
    const sorted = Object.entries(energies).toSorted(([a], [b]) => compareIds(a, b));
    return clearMarket(
      sorted.map(([id, wh]) => position(id, wh)),
      orders,
      terms,
    );
  });
  if (was === undefined || is === undefined) throw new Error('two markets are cleared');
  return correctionTrades(was, is, terms.tariff).map((trade) => {
    const { kind, sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh } = trade;
    expect(kind).toBe('correction');
    return `${sellerId}>${buyerId} ${energyWh} at ${priceMsatPerKwh} + ${gridFeeMsatPerKwh}`;
  });
}
