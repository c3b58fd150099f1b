import { expect, test } from '@jest/globals';
import { openLimits } from '../../shared/adapters/limits.ts';

const rate = { perMinute: 60, burst: 2 } as const;

function given(settings: Partial<Parameters<typeof openLimits>[0]> = {}) {
  const time = { ms: 0 };
  return { time, limits: openLimits({ requestsInFlightMax: 2, rate, ...settings }, () => time.ms) };
}

test('as many requests are let in as may be under way, and others once they have left', () => {
  const { limits } = given();
  const leave = limits.enter();
  expect(limits.enter()).toBeDefined();
  expect(limits.enter()).toBeUndefined();
  leave?.();
  expect(limits.enter()).toBeDefined();
  expect(limits.enter()).toBeUndefined();
});

test('a caller waits whole seconds', () => {
  const { time, limits } = given();
  expect([limits.spend('a', 2), limits.spend('a', 2)]).toEqual([undefined, 2]);
  time.ms = 1_001;
  expect([limits.spend('a', 2), limits.spend('a', 1)]).toEqual([1, undefined]);
});

test('without a rate nobody waits, and guesses are not counted', () => {
  const { limits } = given({ rate: undefined });
  for (let at = 0; at < 1_000; at += 1) {
    expect(limits.spend('a', 100)).toBeUndefined();
    limits.guesses.wrong('1.2.3.4');
  }
  expect(limits.guesses.waitSeconds('1.2.3.4', 'x')).toBeUndefined();
});

test('an address that guessed too often waits, but for tokens that were good before', () => {
  const { time, limits } = given();
  const { guesses } = limits;
  guesses.good('good');
  let wrong = 0;
  while (guesses.waitSeconds('1.2.3.4', `wrong-${wrong}`) === undefined) {
    guesses.wrong('1.2.3.4');
    wrong += 1;
  }
  expect(wrong).toBe(30);
  expect(guesses.waitSeconds('1.2.3.4', 'another')).toBe(2);
  expect(guesses.waitSeconds('1.2.3.4', 'good')).toBeUndefined();
  expect(guesses.waitSeconds('1.2.3.5', 'another')).toBeUndefined();
  time.ms += 2_000;
  expect(guesses.waitSeconds('1.2.3.4', 'another')).toBeUndefined();
});

test('only so many good tokens are remembered, the last ones', () => {
  const { guesses } = given().limits;
  for (let at = 0; at <= 10_000; at += 1) guesses.good(`good-${at}`);
  for (let at = 0; at < 30; at += 1) guesses.wrong('1.2.3.4');
  expect(guesses.waitSeconds('1.2.3.4', 'good-0')).toBe(2);
  expect(guesses.waitSeconds('1.2.3.4', 'good-1')).toBeUndefined();
  expect(guesses.waitSeconds('1.2.3.4', 'good-10000')).toBeUndefined();
});
