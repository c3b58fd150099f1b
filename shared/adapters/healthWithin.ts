import { setTimeout } from 'node:timers/promises';
import type { Health } from '../ports/health.ts';

/** A part that did not answer in time. */
export class HealthTimeoutError extends Error {
  override readonly name = 'HealthTimeoutError';
}

/** The same part, which counts as down when its check takes longer than `limitMs`. */
export function healthWithin({ name, check }: Health, limitMs: number): Health {
  return {
    name,
    async check() {
      const timer = new AbortController();
      const { signal } = timer;
      const late = setTimeout(limitMs, undefined, { signal, ref: false }).then(() => {
        throw new HealthTimeoutError(`${name} did not answer within ${limitMs} ms`);
      });
      try {
        await Promise.race([check(), late]);
      } finally {
        // Rejects the wait, of which nobody wants to hear any more.
        late.catch(() => undefined);
        timer.abort();
      }
    },
  };
}
