import type { Benchmark } from './benchmark.ts';
import { billing } from './billing.ts';
import { closing } from './closing.ts';
import { exporting } from './exporting.ts';
import { payout } from './payout.ts';
import { pool } from './pool.ts';
import { readings } from './readings.ts';
import { startup } from './startup.ts';

/** All benchmarks, in the order in which they run. */
export const benchmarks = {
  pool,
  closing,
  billing,
  payout,
  readings,
  export: exporting,
  startup,
} as const satisfies Record<string, Benchmark>;

export type BenchmarkName = keyof typeof benchmarks;

export function isBenchmarkName(name: string): name is BenchmarkName {
  return Object.hasOwn(benchmarks, name);
}

export const benchmarkNames: readonly BenchmarkName[] =
  Object.keys(benchmarks).filter(isBenchmarkName);
