import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { invoiceStatuses } from '../../shared/domain/invoice.ts';
import {
  contributionSat,
  outstandingSat,
  statusOfInvoice,
} from '../../shared/domain/invoiceStatus.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { at } from './given.ts';

const dueAt = at('2026-12-01T00:00:00Z');
const inTime = at('2026-11-30T23:59:59Z');

/** Seen, credited and buried of 1000 sat; its status before it is due, and from then on. */
const cases = [
  [0n, 0n, 0n, 'open', 'overdue'],
  [1n, 0n, 0n, 'seen', 'overdue'],
  [999n, 0n, 0n, 'seen', 'overdue'],
  [1000n, 0n, 0n, 'seen', 'seen'],
  [1n, 999n, 0n, 'seen', 'seen'],
  [1n, 998n, 0n, 'partially_paid', 'overdue'],
  [0n, 1n, 0n, 'partially_paid', 'overdue'],
  [0n, 999n, 999n, 'partially_paid', 'overdue'],
  [0n, 1000n, 0n, 'paid', 'paid'],
  [500n, 1000n, 999n, 'paid', 'paid'],
  [0n, 1500n, 999n, 'paid', 'paid'],
  [0n, 1000n, 1000n, 'settled', 'settled'],
  [7n, 2500n, 1001n, 'settled', 'settled'],
] as const;

test.each(cases)('seen %s, credited %s, buried %s: %s in time, %s late', (...given) => {
  const [seenSat, creditedSat, buriedSat, early, late] = given;
  const invoice = invoiceOf(1000n, seenSat, creditedSat, buriedSat);
  expect(statusOfInvoice(invoice, inTime)).toBe(early);
  expect(statusOfInvoice(invoice, dueAt)).toBe(late);
  expect(statusOfInvoice({ ...invoice, voidedAt: inTime }, dueAt)).toBe('void');
});

test('each status is one that some amounts have', () => {
  const reached = new Set<string>(cases.flatMap(([, , , early, late]) => [early, late]));
  expect(new Set([...reached, 'void'])).toEqual(new Set(invoiceStatuses));
});

test.each([
  [0n, 1000n, 1000n, 0n],
  [999n, 1n, 1000n, 999n],
  [1000n, 0n, 1000n, 1000n],
  [1001n, 0n, 1001n, 1001n],
])('%s sat of 1000 credited: %s to pay; it stands for %s, once void for %s', (...given) => {
  const [creditedSat, outstanding, contribution, whenVoid] = given;
  const invoice = invoiceOf(1000n, 0n, creditedSat, 0n);
  expect(outstandingSat(invoice)).toBe(outstanding);
  expect(contributionSat(invoice)).toBe(contribution);
  expect(outstandingSat({ ...invoice, voidedAt: inTime })).toBe(0n);
  expect(contributionSat({ ...invoice, voidedAt: inTime })).toBe(whenVoid);
});

test('whatever is credited, what it stands for is that and what is to be paid', () => {
  const amount = fc.bigInt({ min: 0n, max: 5n });
  fc.assert(
    fc.property(amount, amount, (amountSat, creditedSat) => {
      const invoice = invoiceOf(amountSat, 0n, creditedSat, 0n);
      expect(contributionSat(invoice)).toBe(creditedSat + outstandingSat(invoice));
    }),
  );
});

function invoiceOf(amountSat: bigint, seenSat: bigint, creditedSat: bigint, buriedSat: bigint) {
  return {
    amountSat: satoshi(amountSat),
    seenSat: satoshi(seenSat),
    creditedSat: satoshi(creditedSat),
    buriedSat: satoshi(buriedSat),
    dueAt,
  };
}
