import { expect, test } from '@jest/globals';
import { poolPrice } from '../../shared/domain/poolPrice.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { termsOf } from './given.ts';

const nothing = { supplyWh: 0, demandWh: 0 };

test.each([
  [500_000, 100_000, 300_000],
  [1, 0, 0],
  [2, 1, 2],
  [3, 0, 2],
  [4, 1, 2],
  [5, 0, 2],
  [7, 0, 4],
  [0, 0, 0],
  [1_000_000_000, 999_999_999, 1_000_000_000],
])('between import %i and export %i the mid-market rate is %i', (imports, exports, expected) => {
  const { tariff } = termsOf({ imports, exports });
  expect(poolPrice({ rule: 'mid_market' }, tariff, nothing)).toBe(expected);
});

test('a fixed price is the price', () => {
  const price = { rule: 'fixed', priceMsatPerKwh: msatPerKwh(123_456) } as const;
  expect(poolPrice(price, termsOf().tariff, nothing)).toBe(123_456);
});
