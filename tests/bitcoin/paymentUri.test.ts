import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Address } from '../../shared/domain/bitcoin.ts';
import { paymentUri, readPaymentUri } from '../../shared/domain/paymentUri.ts';
import type { Satoshi } from '../../shared/domain/units.ts';
import { invalidUris, validUris } from './fixtures/paymentUris.ts';

const address = 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu' as Address;
const amountSatMax = 2_100_000_000_000_000n;

test.each(validUris)('%s is read', (uri, request) => {
  expect(readPaymentUri(uri)).toEqual({ ok: true, value: request });
});

test.each(invalidUris)('%s is refused: %s', (uri, refusal) => {
  expect(readPaymentUri(uri)).toEqual({ ok: false, refusal });
});

test.each([
  [1n, '0.00000001'],
  [10n, '0.0000001'],
  [1_234n, '0.00001234'],
  [99_999_999n, '0.99999999'],
  [100_000_000n, '1'],
  [100_000_001n, '1.00000001'],
  [150_000_000n, '1.5'],
  [1_000_000_000n, '10'],
  [amountSatMax, '21000000'],
])('%s sat are %s', (sat, amount) => {
  expect(paymentUri({ address, amountSat: sat as Satoshi })).toBe(
    `bitcoin:${address}?amount=${amount}`,
  );
});

test('label and message are encoded as RFC 3986 has it', () => {
  const request = { address, amountSat: 1_234n as Satoshi };
  expect(paymentUri({ ...request, label: 'Grid & co', message: '50 % für #7?' })).toBe(
    `bitcoin:${address}?amount=0.00001234&label=Grid%20%26%20co&message=50%20%25%20f%C3%BCr%20%237%3F`,
  );
  expect(paymentUri({ ...request, label: '\u{d800}' })).toMatch(/label=%EF%BF%BD$/);
});

test('what is written is read again', () => {
  const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }), { nil: undefined });
  const amount = fc.bigInt({ min: 1n, max: amountSatMax });
  fc.assert(
    fc.property(amount, text, text, (sat, label, message) => {
      const request = {
        address,
        amountSat: sat as Satoshi,
        ...(label !== undefined && { label }),
        ...(message !== undefined && { message }),
      };
      const uri = paymentUri(request);
      expect(uri).toMatch(/^bitcoin:[a-z0-9]+\?[A-Za-z0-9\-._~!'()*%=&]+$/);
      expect(readPaymentUri(uri)).toEqual({ ok: true, value: request });
    }),
  );
});

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      readPaymentUri(text);
      const read = readPaymentUri(`bitcoin:${address}?amount=${text}`);
      if (read.ok) expect(read.value.amountSat ?? 1n).toBeGreaterThan(0n);
    }),
    { numRuns: 500 },
  );
});
