import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  amountOf,
  divHalfEven,
  divTruncate,
  energyWhMax,
  microSatoshi,
  msatPerKwh,
  priceMsatPerKwhMax,
  toSatoshi,
  wattHours,
} from '../../shared/domain/units.ts';

test.each([
  [1, 1, 1n],
  [1000, 300_000, 300_000_000n],
  [0, 300_000, 0n],
  [999_999_999, 999_999_999, 999_999_998_000_000_001n],
  [energyWhMax, priceMsatPerKwhMax, 1_000_000_000_000_000_000n],
])('%i Wh at %i msat/kWh is exactly %s µsat', (energyWh, price, expected) => {
  expect(amountOf(wattHours(energyWh), msatPerKwh(price))).toBe(expected);
});

test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  '%d is no unit’s number',
  (value) => {
    expect(() => wattHours(value)).toThrow('safe integer');
    expect(() => msatPerKwh(value)).toThrow('safe integer');
  },
);

test.each([
  [0n, 0n, 0n],
  [999_999n, 0n, 999_999n],
  [1_000_000n, 1n, 0n],
  [1_000_001n, 1n, 1n],
  [-999_999n, 0n, -999_999n],
  [-1_000_000n, -1n, 0n],
  [-1_500_000n, -1n, -500_000n],
])('%s µsat are %s whole sat and carry %s', (amount, satoshi, rest) => {
  expect(toSatoshi(microSatoshi(amount))).toEqual({ satoshi, rest });
});

describe('divHalfEven', () => {
  test.each([
    [0n, 2n, 0n],
    [1n, 2n, 0n],
    [2n, 2n, 1n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-1n, 2n, 0n],
    [-3n, 2n, -2n],
    [-5n, 2n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
    [25n, 10n, 2n],
    [26n, 10n, 3n],
  ])('%s / %s is %s', (dividend, divisor, expected) => {
    expect(divHalfEven(dividend, divisor)).toBe(expected);
  });

  test('is never further than half away, and even where it is just that', () => {
    const any = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    fc.assert(
      fc.property(any, fc.bigInt({ min: 1n, max: 1000n }), (dividend, divisor) => {
        const quotient = divHalfEven(dividend, divisor);
        const twiceAway = 2n * (dividend - quotient * divisor);
        expect(twiceAway <= divisor && -twiceAway <= divisor).toBe(true);
        const isHalf = twiceAway === divisor || -twiceAway === divisor;
        if (isHalf) expect(quotient % 2n).toBe(0n);
      }),
    );
  });
});

test('divisions refuse a divisor that is not positive', () => {
  for (const divisor of [0n, -1n]) {
    expect(() => divHalfEven(1n, divisor)).toThrow('must be positive');
    expect(() => divTruncate(1n, divisor)).toThrow('must be positive');
  }
});
