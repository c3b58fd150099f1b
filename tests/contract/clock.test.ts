import { expect, test } from '@jest/globals';
import { scaledClock, systemClock } from '../../shared/adapters/clock.ts';
import { msOf } from '../../shared/domain/timeframe.ts';

test('the system clock says the time of the system, cut to the second', () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const now = systemClock().now();
  expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(msOf(now)).toBeGreaterThanOrEqual(before);
  expect(msOf(now)).toBeLessThanOrEqual(Date.now());
});

test('a scaled clock runs from its origin at its speed', () => {
  const originMs = Date.UTC(2026, 10, 22);
  const clock = scaledClock({ originMs, realOriginMs: Date.now() - 10_000, speed: 900 });
  const passedMs = msOf(clock.now()) - originMs;
  // 10 s of real time are 2.5 h; a slow machine may take a few seconds to get here.
  expect(passedMs).toBeGreaterThanOrEqual(9_000_000);
  expect(passedMs).toBeLessThan(9_000_000 + 5_000 * 900);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the speed %p', (speed) => {
  expect(() => scaledClock({ originMs: 0, realOriginMs: 0, speed })).toThrow('speed');
});
