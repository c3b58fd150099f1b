import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dustSat } from '../../shared/domain/bitcoin.ts';
import { isBalanced, type PayoutPlan } from '../../shared/domain/payout.ts';
import { planPayout } from '../../shared/domain/planPayout.ts';
import { feeOf, outputBytesOf, virtualSizeOf } from '../../shared/domain/transactionSize.ts';
import { anyTerms, payee, planned, termsOf } from './payoutGiven.ts';

describe('planPayout', () => {
  test('payees share the fee in proportion; the rest of the coins is change', () => {
    const payees = [payee('b', 30_000n), payee('a', 10_000n)];
    const plan = planned(termsOf(payees, [100_000n, 7n]));
    // 1 input, 2 payees, change and anchor: 10.5 + 68 + 3 × 31 + 43 vB = 214.5
    expect(plan.feeSat).toBe(215n);
    expect(plan.outputs.map(({ prosumerId, amountSat, feeSat }) => [prosumerId, amountSat, feeSat]))
      // 215 / 4 = 53.75 and 161.25: the larger remainder gets the satoshi that is left.
      .toEqual([
        ['a', 10_000n, 54n],
        ['b', 30_000n, 161n],
      ]);
    expect(plan.change).toEqual({ index: 7, amountSat: 60_000n });
    expect(plan.coins).toHaveLength(1);
    expect(plan.leftOut).toEqual([]);
  });

  test('a tie goes to the smaller id', () => {
    const plan = planned(termsOf([payee('b', 20_000n), payee('a', 20_000n)], [100_000n]));
    expect(plan.outputs.map(({ feeSat }) => feeSat)).toEqual([108n, 107n]);
  });

  test('or the operator pays it', () => {
    const payees = [payee('b', 30_000n), payee('a', 10_000n)];
    const plan = planned(termsOf(payees, [100_000n], { feePaidBy: 'operator' }));
    expect(plan.outputs.map(({ feeSat }) => feeSat)).toEqual([0n, 0n]);
    expect(plan.change?.amountSat).toBe(100_000n - 40_000n - 215n);
  });

  test('a prosumer gets one output for all of its periods', () => {
    const payees = [
      payee('a', 7_000n, { period: '2026-10' }),
      payee('a', 5_000n, { period: '2026-08' }),
    ];
    const [output, ...others] = planned(termsOf(payees, [100_000n])).outputs;
    expect(others).toEqual([]);
    expect(output).toMatchObject({ amountSat: 12_000n, periods: ['2026-08', '2026-10'] });
  });

  test('takes the largest coins, as few as suffice', () => {
    const plan = planned(termsOf([payee('a', 50_000n)], [1_000n, 30_000n, 400n, 20_000n, 5_000n]));
    expect(plan.coins.map(({ amountSat }) => amountSat)).toEqual([30_000n, 20_000n]);
    expect(plan.change).toBeUndefined();
    const paidByOperator = termsOf([payee('a', 50_000n)], [1_000n, 30_000n, 20_000n], {
      feePaidBy: 'operator',
    });
    expect(planned(paidByOperator).coins).toHaveLength(3);
  });

  test.each([
    [293n, undefined],
    [294n, 294n],
  ])('%s sat of change: %s', (leftSat, changeSat) => {
    const plan = planned(termsOf([payee('a', 50_000n)], [50_000n + leftSat]));
    expect(plan.change?.amountSat).toBe(changeSat);
    const [output] = plan.outputs;
    // What is dropped is the operator's: the payee pays what the size costs, and not more.
    expect(output?.feeSat).toBe(costOf(plan));
    expect(plan.feeSat).toBe(costOf(plan) + (changeSat === undefined ? leftSat : 0n));
  });

  test.each([
    ['p2wpkh', 293n, false],
    ['p2wpkh', 294n, true],
    ['p2wpkh', 295n, true],
    ['p2tr', 329n, false],
    ['p2tr', 330n, true],
    ['p2pkh', 545n, false],
    ['p2pkh', 546n, true],
  ] as const)('%s: with %s sat it is paid: %s', (kind, amountSat, isPaid) => {
    const terms = termsOf([payee('a', amountSat, { kind })], [9_000n], { feePaidBy: 'operator' });
    expect(planPayout(terms).ok).toBe(isPaid);
  });

  test.each([
    [999n, false],
    [1000n, true],
    [1001n, true],
  ])('with a minimum of 1000 sat after the fee, %s: %s', (restSat, isPaid) => {
    // 1 input, 1 payee, change and anchor: 183.5 vB.
    const terms = termsOf([payee('a', restSat + 184n)], [9_000n], { minimumSat: 1000n });
    expect(planPayout(terms).ok).toBe(isPaid);
  });

  test('who is left too little waits, the smallest first, and others pay less for it', () => {
    const small = Array.from({ length: 200 }, (_, index) => payee(`small${index}`, 400n));
    const large = Array.from({ length: 10 }, (_, index) => payee(`large${index}`, 5_000n));
    // All of them together would pay more for the transaction than they are due.
    const plan = planned(termsOf([...small, ...large], [1_000_000n], { feeRate: 50_000 }));
    expect(plan.outputs.map(({ prosumerId }) => prosumerId)).toEqual(
      large.map(({ prosumerId }) => prosumerId),
    );
    expect(plan.leftOut).toEqual(small);
  });

  test('the satoshi that rounding takes counts as well', () => {
    // 107 and 108 sat of the fee are one's and the other's; alone neither could pay it.
    const payees = (amountSat: bigint) => [payee('a', amountSat), payee('b', amountSat)];
    expect(planPayout(termsOf(payees(401n), [9_000n]))).toMatchObject({ ok: false });
    expect(planned(termsOf(payees(402n), [9_000n])).leftOut).toEqual([]);
  });

  test('is refused with nothing to pay, and with too few coins', () => {
    const code = (terms: Parameters<typeof planPayout>[0]) => {
      const result = planPayout(terms);
      return result.ok ? 'ok' : result.refusal;
    };
    expect(code(termsOf([], [100_000n]))).toBe('nothing_to_pay');
    expect(code(termsOf([payee('a', 293n)], [100_000n]))).toBe('nothing_to_pay');
    expect(code(termsOf([payee('a', 400n)], [100_000n], { feeRate: 9000 }))).toBe('nothing_to_pay');
    expect(code(termsOf([payee('a', 50_000n)], []))).toBe('coins_insufficient');
    expect(code(termsOf([payee('a', 50_000n)], [49_999n]))).toBe('coins_insufficient');
    expect(code(termsOf([payee('a', 50_000n)], [50_000n]))).toBe('ok');
    const operator = { feePaidBy: 'operator' } as const;
    // 1 input, 1 payee and anchor: 152.5 vB.
    expect(code(termsOf([payee('a', 50_000n)], [50_152n], operator))).toBe('coins_insufficient');
    expect(code(termsOf([payee('a', 50_000n)], [50_153n], operator))).toBe('ok');
    const dust = Array.from({ length: 501 }, () => 1000n);
    expect(code(termsOf([payee('a', 500_000n)], dust))).toBe('ok');
    expect(code(termsOf([payee('a', 500_001n)], dust))).toBe('coins_too_many');
    expect(code(termsOf([payee('a', 501_001n)], dust))).toBe('coins_insufficient');
  });

  test('a payee that a payout has, or that has two addresses, is a bug', () => {
    const twice = [payee('a', 900n), payee('a', 900n, { period: '2026-09', kind: 'p2tr' })];
    expect(() => planPayout(termsOf(twice, [9_000n]))).toThrow('at one address');
    expect(() => planPayout(termsOf([payee('a', 0n)], [9_000n]))).toThrow('for an amount');
  });

  test('whoever does not fit a transaction that nodes relay waits', () => {
    const payees = Array.from({ length: 2500 }, (_, index) =>
      payee(`p${index}`, 10_000n + BigInt(index), { kind: 'p2tr' }),
    );
    const plan = planned(termsOf(payees, [50_000_000n]));
    const weight = 4 * sizeOf(plan);
    expect(weight <= 400_000 && weight > 400_000 - 4 * 44).toBe(true);
    expect(plan.outputs.length + plan.leftOut.length).toBe(2500);
    expect(plan.leftOut.map(({ prosumerId }) => prosumerId)).toEqual(
      payees.slice(0, plan.leftOut.length).map(({ prosumerId }) => prosumerId),
    );
  });

  test('any payees and coins: exact, enough for each, and nobody paid twice or forgotten', () => {
    let plannedCount = 0;
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const result = planPayout(terms);
        expect(planPayout({ ...terms, payees: terms.payees.toReversed() }).ok).toBe(result.ok);
        if (!result.ok) return;
        plannedCount += 1;
        const { value: plan } = result;
        expect(isBalanced(plan)).toBe(true);
        const sharedSat = plan.outputs.reduce((sum, { feeSat }) => sum + feeSat, 0n);
        expect(sharedSat).toBe(terms.feePaidBy === 'payees' ? costOf(plan) : 0n);
        const droppedSat = plan.feeSat - costOf(plan);
        expect(droppedSat >= 0n).toBe(true);
        if (plan.change !== undefined) {
          expect(plan.change.amountSat >= dustSat.p2wpkh).toBe(true);
          expect(droppedSat).toBe(0n);
        }
        expectPaid(plan, terms.minimumSat);
        const paid = new Set(plan.outputs.map(({ prosumerId }) => prosumerId));
        const due = terms.payees.filter(({ prosumerId }) => paid.has(prosumerId));
        expect([...due, ...plan.leftOut].sort(byKey)).toEqual(terms.payees.toSorted(byKey));
        expect(due.reduce((sum, { amountSat }) => sum + amountSat, 0n)).toBe(
          plan.outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n),
        );
      }),
      { numRuns: 500 },
    );
    expect(plannedCount).toBeGreaterThan(100);
  });
});

/** Each output is above its least, and its part of the fee is its part of the amounts. */
function expectPaid({ outputs }: PayoutPlan, minimumSat: bigint): void {
  const totalSat = outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
  const sharedSat = outputs.reduce((sum, { feeSat }) => sum + feeSat, 0n);
  for (const [index, { prosumerId, amountSat, feeSat, to }] of outputs.entries()) {
    const sentSat = amountSat - feeSat;
    expect(sentSat >= dustSat[to.kind] && sentSat >= minimumSat).toBe(true);
    const floor = (amountSat * sharedSat) / totalSat;
    expect(feeSat === floor || feeSat === floor + 1n).toBe(true);
    expect(prosumerId > (outputs[index - 1]?.prosumerId ?? '')).toBe(true);
  }
}

function byKey(a: { period: string; prosumerId: string }, b: typeof a): number {
  return `${a.prosumerId} ${a.period}` < `${b.prosumerId} ${b.period}` ? -1 : 1;
}

function costOf(plan: PayoutPlan): bigint {
  return feeOf(sizeOf(plan), plan.feeRate);
}

/** The size of the whole transaction: payees, change, anchor. */
function sizeOf({ outputs, coins, change }: PayoutPlan): number {
  const scripts = outputs.map(({ to }) => to.script.length / 2);
  const all = [...scripts, ...(change === undefined ? [] : [22]), 34];
  return virtualSizeOf({
    inputCount: coins.length,
    outputCount: all.length,
    outputBytes: all.reduce((sum, bytes) => sum + outputBytesOf(bytes), 0),
  });
}
