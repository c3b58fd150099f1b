import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dustSat, type FeeRate } from '../../shared/domain/bitcoin.ts';
import { isBalanced, type PayoutPlan } from '../../shared/domain/payout.ts';
import { planPayout } from '../../shared/domain/planPayout.ts';
import { planReplacement } from '../../shared/domain/planReplacement.ts';
import { feeOf, outputBytesOf, virtualSizeOf } from '../../shared/domain/transactionSize.ts';
import { anyTerms, coin, payee, planned, termsOf } from './payoutGiven.ts';

/** 1 input, 1 payee, change and anchor: 183.5 vB. */
const withChange = planned(termsOf([payee('a', 50_000n)], [60_000n]));
/** The same without change: 152.5 vB. */
const withoutChange = planned(termsOf([payee('a', 50_000n)], [50_000n]));

describe('planReplacement', () => {
  test('takes the higher fee out of the change; payees and coins stay', () => {
    const plan = replaced(withChange, 5000);
    expect(plan.feeSat).toBe(920n);
    expect(plan.change).toEqual({ index: 7, amountSat: 10_000n - (920n - 184n) });
    expect(plan.outputs).toEqual(withChange.outputs);
    expect(plan.coins).toEqual(withChange.coins);
    expect(plan.feeRate).toBe(5000);
  });

  test('gives up change that becomes dust', () => {
    // 10 184 sat are left of the coin: 183.5 vB at 53 sat/vB leave 432 of them, at 54 only 248.
    expect(replaced(withChange, 53_000).change?.amountSat).toBe(432n);
    expect(replaced(withChange, 53_750).change?.amountSat).toBe(294n);
    expect(replaced(withChange, 53_751).change).toBeUndefined();
    const plan = replaced(withChange, 54_000);
    expect(plan.change).toBeUndefined();
    expect(plan.feeSat).toBe(10_184n);
  });

  test('takes further coins, the largest first, only where its own do not suffice', () => {
    const more = [coin(1, 2_000n), coin(2, 30_000n), ...withoutChange.coins];
    const plan = replaced(withoutChange, 5000, more);
    expect(plan.coins).toEqual([...withoutChange.coins, coin(2, 30_000n)]);
    // 2 inputs, 1 payee, change and anchor: 251.5 vB.
    expect(plan.feeSat).toBe(1260n);
    expect(plan.change).toEqual({ index: 9, amountSat: 30_000n - (1260n - withoutChange.feeSat) });
    expect(replaced(withChange, 5000, more).coins).toEqual(withChange.coins);
  });

  test.each([
    [999, 'fee_rate_too_low'],
    [1000, 'fee_rate_too_low'],
    // 184 sat before and 184 for its own size: 368 sat are 1 995 sat/kvB and more of 184 vB.
    [1994, 'fee_rate_too_low'],
    [1995, 'ok'],
    [2000, 'ok'],
  ])('from 1000 to %i sat/kvB: %s', (feeRate, expected) => {
    expect(codeOf(withChange, feeRate)).toBe(expected);
  });

  test('is refused where coins do not suffice, or too many would be needed', () => {
    expect(codeOf(withChange, 67_000)).toBe('coins_insufficient');
    expect(codeOf(withoutChange, 2000)).toBe('coins_insufficient');
    expect(codeOf(withoutChange, 2000, [coin(1, 200n)])).toBe('coins_insufficient');
    // Each brings 5 sat more than the 1 360 that spending it costs: 2 907 are needed.
    const small = Array.from({ length: 600 }, (_, index) => coin(index + 1, 1365n));
    expect(codeOf(withoutChange, 20_000, small)).toBe('coins_too_many');
    expect(codeOf(withoutChange, 20_000, small.slice(0, 400))).toBe('coins_insufficient');
  });

  test('of any payout: payees untouched, all coins spent again, the fee as BIP125 asks', () => {
    const anyRate = fc.integer({ min: 1, max: 20_000 });
    const anyCoins = fc.array(fc.bigInt({ min: 100n, max: 100_000n }), { maxLength: 8 });
    let count = 0;
    fc.assert(
      fc.property(anyTerms, anyRate, anyCoins, (terms, increase, amounts) => {
        const first = planPayout(terms);
        if (!first.ok) return;
        const coins = amounts.map((amountSat, index) => coin(100 + index, amountSat));
        let before: PayoutPlan = first.value;
        for (const round of [1, 2]) {
          const feeRate = (before.feeRate + increase * round) as FeeRate;
          const result = planReplacement({ before, feeRate, coins, changeIndex: 9 });
          if (!result.ok) return;
          expectReplaced(before, result.value);
          before = result.value;
          count += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(count).toBeGreaterThan(100);
  });
});

function expectReplaced(before: PayoutPlan, after: PayoutPlan): void {
  expect(isBalanced(after)).toBe(true);
  expect(after.outputs).toEqual(before.outputs);
  expect(after.anchor).toBe(before.anchor);
  expect(after.coins.slice(0, before.coins.length)).toEqual(before.coins);
  expect(new Set(after.coins.map(({ txid }) => txid)).size).toBe(after.coins.length);
  const size = sizeOf(after);
  expect(after.feeSat >= before.feeSat + BigInt(size)).toBe(true);
  expect(after.feeSat >= feeOf(size, after.feeRate)).toBe(true);
  if (after.change === undefined) return;
  expect(after.change.amountSat >= dustSat.p2wpkh).toBe(true);
  expect(after.change.index).toBe(before.change?.index ?? 9);
  expect(after.feeSat).toBe(feeOf(size, after.feeRate));
}

function codeOf(before: PayoutPlan, feeRate: number, coins = [coin(0, 1n)]) {
  const given = { before, feeRate: feeRate as FeeRate, coins, changeIndex: 9 };
  const result = planReplacement(given);
  return result.ok ? 'ok' : result.refusal;
}

function replaced(before: PayoutPlan, feeRate: number, coins = before.coins): PayoutPlan {
  const given = { before, feeRate: feeRate as FeeRate, coins, changeIndex: 9 };
  const result = planReplacement(given);
  if (!result.ok) throw new Error(`there is no replacement: ${result.refusal}`);
  return result.value;
}

function sizeOf({ outputs, coins, change }: PayoutPlan): number {
  const scripts = outputs.map(({ to }) => to.script.length / 2);
  const all = [...scripts, ...(change === undefined ? [] : [22]), 34];
  return virtualSizeOf({
    inputCount: coins.length,
    outputCount: all.length,
    outputBytes: all.reduce((sum, bytes) => sum + outputBytesOf(bytes), 0),
  });
}
