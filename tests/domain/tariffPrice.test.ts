import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDecimal } from '../../shared/domain/decimal.ts';
import { isStale, priceOfRecord } from '../../shared/domain/tariffPrice.ts';
import { at } from './given.ts';

describe('priceOfRecord', () => {
  test.each([
    // 0.30 / 60 000 BTC = 0.000005 BTC = 500 sat
    ['0.30', '60000', 500_000],
    ['0.30', '60000.00000000', 500_000],
    // 0.3245e11 / 90 000.5 = 360 553.552…
    ['0.3245', '90000.50', 360_554],
    // 0.1e11 / 30 000 = 333 333.33…
    ['0.1', '30000', 333_333],
    ['0.2', '30000', 666_667],
    // Ties: 0.00000001e11 / 400 = 2.5, 0.00000003e11 / 2000 = 1.5, 0.00000001e11 / 2000 = 0.5
    ['0.00000001', '400', 2],
    ['0.00000003', '2000', 2],
    ['0.00000001', '2000', 0],
    ['0.00000001', '1999.99999999', 1],
    ['0.00000007', '2000', 4],
    ['0.00000005', '2000', 2],
    ['0', '90000', 0],
    ['1', '100', 1_000_000_000],
  ])('%s a kWh at %s a bitcoin: %i msat/kWh', (amount, rate, expected) => {
    expect(priceOfRecord(amount, rate)).toEqual({ ok: true, value: expected });
  });

  test('a price is refused from the first above the largest', () => {
    // 20.00000001e11 / 2000 = 1e9 + 0.5, which goes to the even 1e9.
    expect(priceOfRecord('20.00000001', '2000')).toEqual({ ok: true, value: 1_000_000_000 });
    const tooHigh = { ok: false, refusal: 'price_too_high' };
    expect(priceOfRecord('20.00000002', '2000')).toEqual(tooHigh);
    expect(priceOfRecord('999999999999.99999999', '0.00000001')).toEqual(tooHigh);
  });

  test('says which of the two is malformed', () => {
    expect(priceOfRecord('-0.3', '90000')).toEqual({ ok: false, refusal: 'amount_malformed' });
    expect(priceOfRecord('0.3', '9e4')).toEqual({ ok: false, refusal: 'rate_malformed' });
    expect(priceOfRecord('0.3', '0')).toEqual({ ok: false, refusal: 'rate_malformed' });
    expect(priceOfRecord('0.3', '0.00')).toEqual({ ok: false, refusal: 'rate_malformed' });
  });

  test('is never further than half a msat from the exact quotient', () => {
    const digits = fc.bigInt({ min: 1n, max: 10n ** 12n });
    fc.assert(
      fc.property(digits, digits, (amount, rate) => {
        const price = priceOfRecord(decimal(amount), decimal(rate));
        if (!price.ok) {
          expect(price.refusal).toBe('price_too_high');
          expect(2n * amount * 10n ** 11n > (2n * 10n ** 9n + 1n) * rate).toBe(true);
          return;
        }
        const twiceAway = 2n * (amount * 10n ** 11n - BigInt(price.value) * rate);
        expect(twiceAway <= rate && -twiceAway <= rate).toBe(true);
      }),
    );
  });
});

describe('parseDecimal', () => {
  test.each([
    ['0', 0n, 0],
    ['0.0', 0n, 1],
    ['90000.50', 9_000_050n, 2],
    ['999999999999.99999999', 99_999_999_999_999_999_999n, 8],
  ])('%s is read exactly', (text, digits, places) => {
    expect(parseDecimal(text)).toEqual({ digits, places });
  });

  test.each([
    '',
    '.',
    '.5',
    '5.',
    '-1',
    '+1',
    '1e5',
    '1E5',
    ' 1',
    '1 ',
    '1\n',
    '01',
    '00.5',
    '1,5',
    '1.2.3',
    '0x10',
    '1_000',
    'NaN',
    'Infinity',
    '١',
    '1234567890123',
    '0.123456789',
  ])('“%s” is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

test.each([
  ['2026-11-22T10:15:00Z', 0, false],
  ['2026-11-22T10:15:01Z', 0, true],
  ['2026-11-22T10:30:00Z', 15, false],
  ['2026-11-22T10:30:01Z', 15, true],
  ['2026-11-22T10:14:00Z', 0, false],
])('a rate of 10:15, at %s, may be %i minutes old: stale %s', (now, maxMinutes, expected) => {
  expect(isStale({ fetchedAt: at('2026-11-22T10:15:00Z') }, at(now), maxMinutes)).toBe(expected);
});

/** The digits with four of them after the point. */
function decimal(digits: bigint): string {
  const text = String(digits).padStart(5, '0');
  return `${text.slice(0, -4)}.${text.slice(-4)}`;
}
