import { setTimeout as pause } from 'node:timers/promises';
import { isSqlRetriable } from './isSqlTransient.ts';

/** How often, how long and with which pauses an operation is tried. */
export type RetryLimits = {
  readonly attemptsMax: number;
  /** No attempt begins later than this after the first one. */
  readonly budgetMs: number;
  /** The first pause; each further one is twice as long, up to `pauseMsMax`. */
  readonly pauseMsMin: number;
  readonly pauseMsMax: number;
};

/** Time and chance, which a test decides for itself. */
export type RetrySurroundings = {
  pause(ms: number): Promise<unknown>;
  nowMs(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
};

export const retryLimits: RetryLimits = {
  attemptsMax: 6,
  budgetMs: 45_000,
  pauseMsMin: 100,
  pauseMsMax: 5_000,
};

const surroundings: RetrySurroundings = {
  pause,
  nowMs: () => performance.now(),
  random: () => Math.random(),
};

/**
 * Runs an operation, and again while it fails with what passes by itself. `operation` must be safe
 * to repeat: a failed attempt may have taken effect and only its answer got lost. It is told the
 * number of the attempt, from 1. Throws the last failure, as it came.
 */
export async function retrySql<Value>(
  operation: (attempt: number) => Promise<Value>,
  limits: RetryLimits = retryLimits,
  { pause, nowMs, random }: RetrySurroundings = surroundings,
): Promise<Value> {
  const startMs = nowMs();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation(attempt);
    } catch (error) {
      if (attempt >= limits.attemptsMax || !isSqlRetriable(error)) throw error;
      const pauseMs = pauseBefore(attempt, limits, random());
      if (nowMs() - startMs + pauseMs > limits.budgetMs) throw error;
      await pause(pauseMs);
    }
  }
}

/** Between half of the pause and all of it, so that those who failed together do not meet again. */
function pauseBefore(attempt: number, { pauseMsMin, pauseMsMax }: RetryLimits, chance: number) {
  const full = Math.min(pauseMsMax, pauseMsMin * 2 ** (attempt - 1));
  return (full / 2) * (1 + chance);
}
