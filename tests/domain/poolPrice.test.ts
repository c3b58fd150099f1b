import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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

describe('by the ratio of supply and demand', () => {
  const ratio = { rule: 'supply_demand_ratio' } as const;

  test.each([
    // import · export · D / ((import − export) · S + export · D)
    [0, 0, 500_000],
    [0, 1000, 500_000],
    [1, 1000, 498_008],
    [250, 1000, 250_000],
    [500, 1000, 166_667],
    [999, 1000, 100_080],
    [1000, 1000, 100_000],
    [1001, 1000, 100_000],
    [1, 0, 100_000],
  ])('with %i Wh to spare and %i Wh wanted it is %i', (supplyWh, demandWh, expected) => {
    expect(poolPrice(ratio, termsOf().tariff, { supplyWh, demandWh })).toBe(expected);
  });

  test.each([
    // 3·1·2 / (2·1 + 1·2) = 1.5 and 5·1·6 / (4·1 + 1·6) = 3; 15·5·2 / (10·1 + 5·2) = 7.5
    [3, 1, 1, 2, 2],
    [5, 1, 1, 6, 3],
    [15, 5, 1, 2, 8],
    [9, 0, 1, 2, 0],
    [0, 0, 1, 2, 0],
    [7, 7, 1, 2, 7],
  ])('import %i, export %i, S %i, D %i: %i', (imports, exports, supplyWh, demandWh, expected) => {
    const { tariff } = termsOf({ imports, exports });
    expect(poolPrice(ratio, tariff, { supplyWh, demandWh })).toBe(expected);
  });

  test('lies between export and import, falls with supply and rises with demand', () => {
    const anyPrice = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1e9 }));
    const anyWh = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1e14 }));
    fc.assert(
      fc.property(anyPrice, anyPrice, anyWh, anyWh, anyWh, (a, b, supplyWh, demandWh, moreWh) => {
        const [exports, imports] = [Math.min(a, b), Math.max(a, b)];
        const { tariff } = termsOf({ imports, exports });
        const priceAt = (s: number, d: number) =>
          poolPrice(ratio, tariff, { supplyWh: s, demandWh: d });
        const price = priceAt(supplyWh, demandWh);
        expect(exports <= price && price <= imports).toBe(true);
        expect(priceAt(supplyWh + moreWh, demandWh)).toBeLessThanOrEqual(price);
        if (supplyWh > 0) {
          expect(priceAt(supplyWh, demandWh + moreWh)).toBeGreaterThanOrEqual(price);
          expect(priceAt(supplyWh, supplyWh)).toBe(exports);
        }
        expect(priceAt(0, demandWh)).toBe(imports);
      }),
    );
  });

  test('refuses a tariff that pays more than it takes', () => {
    const { tariff } = termsOf({ imports: 1, exports: 2 });
    expect(() => poolPrice(ratio, tariff, { supplyWh: 1, demandWh: 2 })).toThrow('costs more');
  });
});
