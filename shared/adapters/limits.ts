import type { LimitSettings } from '../config/limitSettings.ts';
import { assert } from '../domain/assert.ts';
import type { Guesses, Limits } from '../ports/limits.ts';
import { buckets } from './buckets.ts';
import { sha256 } from './digest.ts';

/** Wrong tokens of one address: a bucket far smaller than that of any caller. */
const guessing = { burst: 30, perMinute: 30 } as const;
/** Good tokens that are remembered, by their hashes. The oldest is forgotten first. */
const goodTokensMax = 10_000;

/** The limits of this instance, by a clock that only runs forward, whatever that of the app does. */
export function openLimits(
  { requestsInFlightMax, rate }: LimitSettings,
  nowMs: () => number = () => performance.now(),
): Limits {
  let inFlight = 0;
  const callers = rate && buckets(rate, nowMs);
  return {
    enter() {
      if (inFlight >= requestsInFlightMax) return undefined;
      inFlight += 1;
      return () => {
        inFlight -= 1;
        assert(inFlight >= 0, 'a request leaves once');
      };
    },
    spend: (callerId, cost) => secondsOf(callers?.take(callerId, cost) ?? 0),
    guesses: rate === undefined ? unheeded : guessesBy(nowMs),
  };
}

const unheeded: Guesses = {
  waitSeconds: () => undefined,
  good: () => undefined,
  wrong: () => undefined,
};

function guessesBy(nowMs: () => number): Guesses {
  const addresses = buckets(guessing, nowMs);
  const goodTokens = new Set<string>();
  return {
    waitSeconds(address, token) {
      const waitMs = addresses.waitMs(address, 1);
      return waitMs === 0 || goodTokens.has(sha256(token)) ? undefined : secondsOf(waitMs);
    },
    good(token) {
      const hash = sha256(token);
      if (goodTokens.has(hash)) return;
      for (const oldest of goodTokens) {
        if (goodTokens.size < goodTokensMax) break;
        goodTokens.delete(oldest);
      }
      goodTokens.add(hash);
    },
    wrong(address) {
      addresses.take(address, 1);
    },
  };
}

function secondsOf(waitMs: number): number | undefined {
  return waitMs === 0 ? undefined : Math.ceil(waitMs / 1000);
}
