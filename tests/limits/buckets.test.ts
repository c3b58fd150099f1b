import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buckets, bucketsMax } from '../../shared/adapters/buckets.ts';

const size = { burst: 3, perMinute: 60 } as const;

function given() {
  const time = { ms: 5_000 };
  return { time, table: buckets(size, () => time.ms) };
}

describe('a bucket', () => {
  test('gives what is in it, then what comes in', () => {
    const { time, table } = given();
    expect([1, 2, 3, 4].map(() => table.take('a', 1))).toEqual([0, 0, 0, 1_000]);
    expect(table.waitMs('a', 2)).toBe(2_000);
    time.ms += 999;
    expect(table.take('a', 1)).toBe(1);
    time.ms += 1;
    expect([table.take('a', 1), table.take('a', 1)]).toEqual([0, 1_000]);
  });

  test('is one key’s own, and never fuller than full', () => {
    const { time, table } = given();
    expect(table.take('a', 3)).toBe(0);
    expect(table.take('b', 3)).toBe(0);
    time.ms += 3_600_000;
    expect([table.take('a', 3), table.take('a', 1)]).toEqual([0, 1_000]);
  });

  test('gives all of it for what costs more than it holds', () => {
    const { table } = given();
    expect(table.take('a', 100)).toBe(0);
    expect(table.take('a', 100)).toBe(3_000);
  });

  test('does what a plain count would do', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      passMs: fc.integer({ min: 0, max: 4_000 }),
      cost: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { time, table } = given();
        const plain = new Map<string, { level: number; atMs: number }>();
        for (const { key, passMs, cost } of steps) {
          time.ms += passMs;
          const { level, atMs } = plain.get(key) ?? { level: size.burst, atMs: time.ms };
          const now = Math.min(size.burst, level + (time.ms - atMs) / 1_000);
          const isGiven = now >= Math.min(cost, size.burst) - 1e-9;
          const left = isGiven ? now - Math.min(cost, size.burst) : now;
          plain.set(key, { level: left, atMs: time.ms });
          expect(table.take(key, cost) < 1e-6).toBe(isGiven);
        }
      }),
    );
  });
});

describe('with more keys than there are buckets', () => {
  function full() {
    const parts = given();
    parts.table.take('mine', 3);
    for (let at = 1; at < bucketsMax; at += 1) parts.table.take(`other-${at}`, 1);
    return parts;
  }

  test('newcomers share one, and nobody’s own is filled', () => {
    const { table } = full();
    expect(table.take('new-1', 3)).toBe(0);
    expect(table.take('new-2', 1)).toBe(1_000);
    for (let at = 0; at < 100; at += 1) table.take(`more-${at}`, 1);
    expect(table.take('mine', 1)).toBe(1_000);
  });

  test('newcomers have their own once those of others are full again', () => {
    const { time, table } = full();
    time.ms += 3_000;
    expect(table.take('new-1', 3)).toBe(0);
    expect(table.take('new-2', 3)).toBe(0);
    expect(table.take('mine', 3)).toBe(0);
  });
});
