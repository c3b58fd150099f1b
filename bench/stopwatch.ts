/** Adds up time by the name of a part of the work. */
export type Stopwatch = {
  /** Runs the work as that part. */
  time<Value>(part: string, work: () => Value): Value;
  /** Runs the work; what no part within it takes is the time of `part`. */
  timeRest<Value>(part: string, work: () => Promise<Value>): Promise<Value>;
  /** The times so far in ms, by part in the order given; it starts again from 0. */
  take(): Readonly<Record<string, number>>;
};

export function stopwatch(parts: readonly string[]): Stopwatch {
  const spent = new Map<string, number>(parts.map((part) => [part, 0]));
  const add = (part: string, ms: number) => {
    spent.set(part, (spent.get(part) ?? 0) + ms);
  };
  const total = () => spent.values().reduce((sum, ms) => sum + ms, 0);
  return {
    time(part, work) {
      const start = performance.now();
      try {
        return work();
      } finally {
        add(part, performance.now() - start);
      }
    },
    async timeRest(part, work) {
      const start = performance.now() - total();
      try {
        return await work();
      } finally {
        add(part, performance.now() - total() - start);
      }
    },
    take() {
      const times = Object.fromEntries(spent);
      for (const part of spent.keys()) spent.set(part, 0);
      return times;
    },
  };
}

/**
 * The store with its methods timed as parts. What counts is the time until a method hands back its
 * promise: the embedded stores do all of their work before, so that nothing is counted twice.
 */
export function timedStore<Store extends object>(
  store: Store,
  watch: Stopwatch,
  partOf: (method: string) => string,
): Store {
  return new Proxy(store, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      return (...values: unknown[]) =>
        watch.time(partOf(key), () => Reflect.apply(member, target, values));
    },
  });
}
