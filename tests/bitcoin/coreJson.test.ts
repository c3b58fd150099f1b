import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCoreJson, satoshiOf } from '../../shared/adapters/bitcoin/core/coreJson.ts';

const amountSat = fc.bigInt({ min: -2_100_000_000_000_000n, max: 2_100_000_000_000_000n });

test('every amount that there can be is read to the satoshi', () => {
  fc.assert(
    fc.property(amountSat, (sat) => {
      const read = parseCoreJson(`{"amount": ${written(sat)}, "vout": 3}`);
      expect(read).toEqual({ amount: written(sat), vout: 3 });
      expect(satoshiOf((read as { amount: unknown }).amount)).toBe(sat);
    }),
    { examples: [[1n], [-1n], [2_099_999_997_690_000n], [99_999_999n], [100_000_000n]] },
  );
});

test('an integer that no double holds stays text', () => {
  expect(parseCoreJson('[9007199254740993, 9007199254740991, -7, 1e3]')).toEqual([
    '9007199254740993',
    9007199254740991,
    -7,
    '1e3',
  ]);
});

test.each([1, 0.5, '1', '1e-8', '0.123456789', '', '-', undefined])('%j is no amount', (amount) => {
  expect(() => satoshiOf(amount)).toThrow('the node wrote an amount as');
});

/** As the node writes it: always with all of its decimals. */
function written(sat: bigint): string {
  const digits = String(sat < 0n ? -sat : sat).padStart(9, '0');
  return `${sat < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}
