import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import { type InvoiceEvent, invoiceIdOf, type Payment } from '../../shared/domain/invoice.ts';
import {
  confirmationsNeeded,
  followPayment,
  type ObservedOutput,
} from '../../shared/domain/payment.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import { satoshi } from '../../shared/domain/units.ts';
import { at, gridId, prosumerId } from './given.ts';

const period = parseBillingPeriod('2026-10');
if (period === undefined) throw new Error('the test names a period');
const invoiceId = invoiceIdOf(gridId('village'), period, prosumerId('a'));
const start = at('2026-11-01T00:00:00Z');
const txid = 'ab'.repeat(32) as TransactionId;
const needed = 3;

/** What the chain said one after the other: confirmations or that it was gone; what came of it. */
const stories = {
  'from the mempool to its burial': [
    [0, 'seen', ['seen']],
    [1, 'seen', []],
    [2, 'seen', []],
    [3, 'credited', ['credited']],
    [99, 'credited', []],
    [100, 'buried', ['buried']],
    ['gone', 'buried', []],
    [0, 'buried', []],
  ],
  'first seen when it is deep': [[3, 'credited', ['seen', 'credited']]],
  'first seen when it is buried': [[100, 'buried', ['seen', 'credited', 'buried']]],
  'replaced before it was credited': [
    [0, 'seen', ['seen']],
    ['gone', 'vanished', ['vanished']],
    ['gone', 'vanished', []],
  ],
  'its block undone and mined again within a small reorganisation': [
    [3, 'credited', ['seen', 'credited']],
    [1, 'credited', []],
    [3, 'credited', []],
  ],
  'back in the mempool, then mined again: reversed, and credited once more': [
    [4, 'credited', ['seen', 'credited']],
    [0, 'seen', ['reversed']],
    [2, 'seen', []],
    [3, 'credited', ['credited']],
  ],
  'gone after it was credited, and back later': [
    [4, 'credited', ['seen', 'credited']],
    ['gone', 'vanished', ['reversed', 'vanished']],
    [0, 'seen', ['seen']],
    [5, 'credited', ['credited']],
  ],
  'vanished, then back when it is deep': [
    [0, 'seen', ['seen']],
    ['gone', 'vanished', ['vanished']],
    [3, 'credited', ['seen', 'credited']],
  ],
} as const;

test.each(Object.entries(stories))('%s', (_, story) => {
  let payment: Payment | undefined;
  for (const [observed, state, kinds] of story) {
    const followed = follow(payment, observed);
    payment = followed?.payment ?? payment;
    expect(payment?.state).toBe(state);
    expect((followed?.events ?? []).map(({ kind }) => kind)).toEqual(kinds);
  }
});

test('nothing changed: nothing to write', () => {
  const seen = follow(undefined, 1)?.payment;
  expect(follow(seen, 1)).toBeUndefined();
  expect(follow(seen, 2)?.payment.confirmations).toBe(2);
  expect(follow(undefined, 'gone')).toBeUndefined();
  const moved = followPayment(seen, output(1, 'another'), { invoiceId, needed, now: start });
  expect(moved?.payment.blockHash).toBe('another');
  expect(moved?.events).toEqual([]);
});

test('a payment says what it is, when it came and when it was credited', () => {
  const later = addMinutes(start, 10);
  const seen = follow(undefined, 0)?.payment;
  const credited = followPayment(seen, output(3), { invoiceId, needed, now: later });
  expect(credited?.payment).toEqual({
    txid,
    vout: 1,
    invoiceId,
    amountSat: 700n,
    state: 'credited',
    confirmations: 3,
    blockHash: 'block',
    firstSeenAt: start,
    creditedAt: later,
  });
  expect(credited?.events).toEqual([
    { invoiceId, at: later, kind: 'credited', amountSat: 700n, txid, vout: 1 },
  ]);
  const deeper = followPayment(credited?.payment, output(4), {
    invoiceId,
    needed,
    now: addMinutes(later, 10),
  });
  expect(deeper?.payment).toMatchObject({ firstSeenAt: start, creditedAt: later });
  const gone = followPayment(credited?.payment, 'gone', { invoiceId, needed, now: later });
  expect(gone?.payment).not.toHaveProperty('blockHash');
  expect(gone?.payment).not.toHaveProperty('creditedAt');
  expect(gone?.payment.firstSeenAt).toBe(start);
});

test('what is buried was credited, however many confirmations are needed', () => {
  const rules = { invoiceId, needed: 120, now: start };
  expect(followPayment(undefined, output(119), rules)?.payment.state).toBe('seen');
  expect(followPayment(undefined, output(120), rules)?.payment.state).toBe('buried');
  const early = { ...rules, needed: 2, buriedAt: 6 };
  expect(followPayment(undefined, output(5), early)?.payment.state).toBe('credited');
  expect(followPayment(undefined, output(6), early)?.payment.state).toBe('buried');
});

test('an unconfirmed payment is never credited, and an output is no other', () => {
  const rules = { invoiceId, needed: 0, now: start };
  expect(() => followPayment(undefined, output(0), rules)).toThrow('unconfirmed');
  const seen = follow(undefined, 0)?.payment;
  const other = { ...output(1), amountSat: satoshi(701n) };
  expect(() => followPayment(seen, other, { ...rules, needed })).toThrow('the output that it is');
});

test('Σ credited − Σ reversed is its amount while it is credited, whatever is observed', () => {
  const anyObserved = fc.oneof(
    fc.constant('gone' as const),
    fc.integer({ min: 0, max: 6 }),
    fc.constantFrom(99, 100, 101),
  );
  const anyNeeded = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(anyObserved, anyNeeded)), (observations) => {
      let payment: Payment | undefined;
      const events: InvoiceEvent[] = [];
      for (const [observed, neededNow] of observations) {
        const before = payment;
        const followed = follow(before, observed, neededNow);
        payment = followed?.payment ?? before;
        events.push(...(followed?.events ?? []));
        const counted = payment?.state === 'credited' || payment?.state === 'buried';
        expect(sumOf(events, 'credited') - sumOf(events, 'reversed')).toBe(counted ? 700n : 0n);
        expect(payment?.creditedAt !== undefined).toBe(counted);
        if (before?.state === 'buried') expect(followed).toBeUndefined();
        else if (observed === 0 || observed === 'gone') expect(counted).toBe(false);
        expect(follow(payment, observed, neededNow)).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
});

describe('confirmationsNeeded', () => {
  const steps = [
    { fromSat: 0, confirmations: 1 },
    { fromSat: 1_000_000, confirmations: 6 },
    { fromSat: 10_000, confirmations: 3 },
    { fromSat: 500_000, confirmations: 2 },
  ];
  test.each([
    [0n, 1],
    [9_999n, 1],
    [10_000n, 3],
    [500_000n, 3],
    [999_999n, 3],
    [1_000_000n, 6],
    [2_100_000_000_000_000n, 6],
  ])('%s sat: %i', (amountSat, expected) => {
    expect(confirmationsNeeded({ confirmations: steps }, satoshi(amountSat))).toBe(expected);
  });

  test('an amount under all steps needs what the lowest does, and nothing needs none', () => {
    const high = steps.filter(({ fromSat }) => fromSat >= 10_000);
    expect(confirmationsNeeded({ confirmations: high }, satoshi(1n))).toBe(3);
    const none = [{ fromSat: 0, confirmations: 0 }];
    expect(confirmationsNeeded({ confirmations: none }, satoshi(1n))).toBe(1);
    expect(confirmationsNeeded({ confirmations: [] }, satoshi(1n))).toBe(1);
  });
});

function follow(before: Payment | undefined, observed: number | 'gone', neededNow = needed) {
  const rules = { invoiceId, needed: neededNow, now: start };
  return followPayment(before, observed === 'gone' ? 'gone' : output(observed), rules);
}

function output(confirmations: number, hash = 'block'): ObservedOutput {
  const place = { txid, vout: 1, amountSat: satoshi(700n), confirmations };
  return confirmations === 0 ? place : { ...place, block: { hash } };
}

function sumOf(events: readonly InvoiceEvent[], kind: InvoiceEvent['kind']): bigint {
  return events.reduce((sum, one) => sum + (one.kind === kind ? (one.amountSat ?? 0n) : 0n), 0n);
}
