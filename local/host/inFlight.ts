/** Counts work that has begun and not ended. */
export type InFlight = {
  readonly count: number;
  track<Value>(work: Promise<Value>): Promise<Value>;
  /** True once nothing runs; false if that takes longer than `timeoutMs` (real time). */
  idle(timeoutMs: number): Promise<boolean>;
};

export function createInFlight(): InFlight {
  let count = 0;
  let waiting: (() => void)[] = [];
  function end(): void {
    count -= 1;
    if (count > 0) return;
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  }
  return {
    get count() {
      return count;
    },
    async track(work) {
      count += 1;
      try {
        return await work;
      } finally {
        end();
      }
    },
    async idle(timeoutMs) {
      if (count === 0) return true;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), timeoutMs);
      waiting.push(() => resolve(true));
      const isIdle = await promise;
      clearTimeout(timer);
      return isIdle;
    },
  };
}
