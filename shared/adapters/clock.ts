import { assert } from '../domain/assert.ts';
import { instantOf } from '../domain/timeframe.ts';
import type { Clock } from '../ports/clock.ts';

/** The clock of the system, cut to the second. */
export function systemClock(): Clock {
  return { now: () => instantOf(Date.now()) };
}

/** Where a scaled clock starts, in virtual and in real time, and how many times faster it runs. */
export type ClockScale = {
  readonly originMs: number;
  readonly realOriginMs: number;
  readonly speed: number;
};

/**
 * A clock that runs `speed` times as fast as the system's: virtual = origin + (real − real origin) · speed.
 * Two processes with the same scale agree on the time.
 */
export function scaledClock({ originMs, realOriginMs, speed }: ClockScale): Clock {
  assert(Number.isFinite(speed) && speed > 0, `a clock must run forward, not at speed ${speed}`);
  return { now: () => instantOf(originMs + (Date.now() - realOriginMs) * speed) };
}
