/** A bucket holds so much, and is filled by so much a minute. */
export type BucketSize = { readonly burst: number; readonly perMinute: number };

export type Buckets = {
  /** Takes so much from a bucket. Where there is less in it: takes nothing, and gives the milliseconds to wait. */
  take(key: string, cost: number): number;
  /** The milliseconds to wait until so much can be taken. */
  waitMs(key: string, cost: number): number;
};

/** Keys with a bucket of their own. More than that, at the same time, share one. */
export const bucketsMax = 10_000;
/** The bucket of all who have none of their own; no key is empty. */
const shared = '';

/**
 * Token buckets by key, in memory. Of each only the time is kept at which it will be full; one that is
 * full is the same as none, and let go of. None is ever let go of before: whoever brings many keys fills
 * nobody's bucket by it, least of all its own.
 */
export function buckets({ burst, perMinute }: BucketSize, nowMs: () => number): Buckets {
  const msEach = 60_000 / perMinute;
  const roomMs = burst * msEach;
  /** In the order of their last use. */
  const fullAtMs = new Map<string, number>();

  function keyOf(key: string, atMs: number): string {
    if (fullAtMs.has(key)) return key;
    // Each call adds one at most, so taking two away keeps up.
    for (const [oldest, full] of [...first(fullAtMs, 2)]) {
      if (full <= atMs) fullAtMs.delete(oldest);
    }
    return fullAtMs.size < bucketsMax ? key : shared;
  }

  /** When a bucket would be full again after this. */
  function after(key: string, cost: number, atMs: number): number {
    // What costs more than there is room for takes all of it.
    return Math.max(fullAtMs.get(key) ?? atMs, atMs) + Math.min(cost, burst) * msEach;
  }

  return {
    take(key, cost) {
      const atMs = nowMs();
      const own = keyOf(key, atMs);
      const full = after(own, cost, atMs);
      const waitMs = full - atMs - roomMs;
      if (waitMs > 0) return waitMs;
      fullAtMs.delete(own);
      fullAtMs.set(own, full);
      return 0;
    },
    waitMs(key, cost) {
      const atMs = nowMs();
      return Math.max(after(keyOf(key, atMs), cost, atMs) - atMs - roomMs, 0);
    },
  };
}

function* first<Entry>(entries: Iterable<Entry>, count: number): Iterable<Entry> {
  let left = count;
  for (const entry of entries) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}
