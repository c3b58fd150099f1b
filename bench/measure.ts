/** The run whose time is the median; of an even number the slower of the two in the middle. */
export function medianRun<Run extends { readonly ms: number }>(runs: readonly Run[]): Run {
  const middle = runs.toSorted((a, b) => a.ms - b.ms)[runs.length >> 1];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** Collects garbage where node was started with --expose-gc: what comes pays for its own only. */
export function collectGarbage(): void {
  globalThis.gc?.();
}

const warmUpMs = 200;
const measuredMs = 1_000;
const runsMin = 5;
const runsMax = 1_000;

/**
 * Runs short work until it is compiled, then 5 to 1000 times for about a second. Answers the median
 * time in ms and the last run's value; the others' go at once, as they would make the heap grow.
 */
export function measure<Value>(work: () => Value): {
  readonly ms: number;
  readonly runs: number;
  readonly value: Value;
} {
  const warmUntil = performance.now() + warmUpMs;
  let value = work();
  while (performance.now() < warmUntil) value = work();
  collectGarbage();
  const runs: { readonly ms: number }[] = [];
  const measuredUntil = performance.now() + measuredMs;
  while (runs.length < runsMin || (runs.length < runsMax && performance.now() < measuredUntil)) {
    const start = performance.now();
    value = work();
    runs.push({ ms: performance.now() - start });
  }
  return { ms: medianRun(runs).ms, runs: runs.length, value };
}
