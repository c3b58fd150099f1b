import type { Refusal } from '../domain/refusal.ts';
import { type Result, refuse } from '../domain/result.ts';

export type Change<Value> = Result<Value, Refusal>;

export const changedSinceRead: Refusal = {
  code: 'etag_mismatch',
  detail: 'It has been changed since the ETag of If-Match. Read it again.',
};

/** How often a change without a condition starts again when others change the same thing. */
const attemptsMax = 8;

/**
 * Reads, changes and writes back a stored thing under the condition that nobody else changed it.
 * With `ifMatch` the caller's condition counts and a loser is refused; without it the change is
 * applied to what is now there.
 */
export async function changeConditionally<Stored>(change: {
  readonly get: () => Promise<Stored | undefined>;
  readonly etagOf: (stored: Stored) => string;
  readonly apply: (stored: Stored) => Change<Stored>;
  readonly replace: (changed: Stored) => Promise<Stored | undefined>;
  readonly notFound: Refusal;
  readonly ifMatch: string | undefined;
  /**
   * Is it already as it was to become? Then it is answered whatever `ifMatch` asks: a request that is
   * repeated changed it itself (RFC 9110, 13.1.1).
   */
  readonly isDone?: (stored: Stored) => boolean;
}): Promise<Result<Stored, Refusal>> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const stored = await change.get();
    if (stored === undefined) return refuse(change.notFound);
    if (change.isDone?.(stored)) return { ok: true, value: stored };
    if (change.ifMatch !== undefined && change.ifMatch !== change.etagOf(stored)) {
      return refuse(changedSinceRead);
    }
    const changed = change.apply(stored);
    if (!changed.ok) return changed;
    const replaced = await change.replace(changed.value);
    if (replaced !== undefined) return { ok: true, value: replaced };
  }
  return refuse({
    code: 'concurrent_change',
    detail: 'Others keep changing it at this moment. Nothing was changed; try again.',
  });
}
