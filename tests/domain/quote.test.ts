import { expect, test } from '@jest/globals';
import type { Market } from '../../shared/domain/grid.ts';
import { quotedPrice } from '../../shared/domain/quote.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { termsOf } from './given.ts';

const markets: readonly (readonly [string, Market, number])[] = [
  ['mid-market', { mechanism: 'pool', price: { rule: 'mid_market' } }, 300_000],
  ['supply and demand', { mechanism: 'pool', price: { rule: 'supply_demand_ratio' } }, 300_000],
  ['an auction', { mechanism: 'auction', sellLimitMsatPerKwh: msatPerKwh(1) }, 300_000],
  [
    'a fixed price',
    { mechanism: 'pool', price: { rule: 'fixed', priceMsatPerKwh: msatPerKwh(123_456) } },
    123_456,
  ],
];

test.each(markets)('under %s', (_rule, market, expected) => {
  expect(quotedPrice({ ...termsOf(), market })).toBe(expected);
});

test.each([
  [1, 0, 0],
  [3, 0, 2],
  [1_000_000_000, 999_999_999, 1_000_000_000],
])('between %i and %i halves go to the even neighbour', (imports, exports, expected) => {
  expect(quotedPrice(termsOf({ imports, exports }))).toBe(expected);
});
