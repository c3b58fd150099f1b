import { describe, expect, test } from '@jest/globals';
import {
  type RetryLimits,
  retryLimits,
  retrySql,
} from '../../shared/adapters/azure/sql/sqlRetry.ts';

const limits: RetryLimits = { attemptsMax: 4, budgetMs: 1_000, pauseMsMin: 100, pauseMsMax: 300 };
const deadlock = Object.assign(new Error('victim'), { number: 1205 });

/** An operation that fails so many times, on a clock that only its pauses move. */
function trial(failures: number, error: unknown = deadlock, chance = 1 - Number.EPSILON) {
  const pauses: number[] = [];
  const attempts: number[] = [];
  let nowMs = 0;
  const run = (given: Partial<RetryLimits> = {}) =>
    retrySql(
      async (attempt) => {
        attempts.push(attempt);
        if (attempt <= failures) throw error;
        return 'done';
      },
      { ...limits, ...given },
      {
        async pause(ms) {
          pauses.push(Math.round(ms));
          nowMs += ms;
        },
        nowMs: () => nowMs,
        random: () => chance,
      },
    );
  return { run, pauses, attempts };
}

describe('retries of SQL operations', () => {
  test('what succeeds at once runs once', async () => {
    const { run, pauses, attempts } = trial(0);
    expect(await run()).toBe('done');
    expect([pauses, attempts]).toEqual([[], [1]]);
  });

  test('pauses double up to their maximum', async () => {
    const { run, pauses, attempts } = trial(3);
    expect(await run()).toBe('done');
    expect(pauses).toEqual([100, 200, 300]);
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test('chance takes at most half of a pause away', async () => {
    const { run, pauses } = trial(3, deadlock, 0);
    await run();
    expect(pauses).toEqual([50, 100, 150]);
  });

  test('the last failure is thrown as it came', async () => {
    const { run, attempts } = trial(4);
    await expect(run()).rejects.toBe(deadlock);
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test('what does not pass by itself is not tried again', async () => {
    const check = Object.assign(new Error('a CHECK does not hold'), { number: 547 });
    const { run, attempts } = trial(1, check);
    await expect(run()).rejects.toBe(check);
    expect(attempts).toEqual([1]);
  });

  test.each([
    [299, [1, 2]],
    [300, [1, 2, 3]],
  ])('no attempt begins after the budget of %i ms', async (budgetMs, expected) => {
    const { run, attempts } = trial(9, deadlock);
    await expect(run({ budgetMs })).rejects.toBe(deadlock);
    expect(attempts).toEqual(expected);
  });

  test('the limits of the app fit into the time that a message is locked', () => {
    expect(retryLimits.budgetMs).toBeLessThanOrEqual(60_000);
    expect(retryLimits.attemptsMax).toBeGreaterThan(3);
  });
});
