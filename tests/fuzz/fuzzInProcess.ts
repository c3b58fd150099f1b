import type { FuzzArguments } from './fuzzArguments.ts';
import { fuzzLife } from './fuzzLife.ts';
import { startHangWatch } from './hangWatch.ts';

export type FuzzReport = {
  readonly requests: number;
  /** How many answers of each class, by method and path. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly findings: readonly string[];
  readonly slowestMs: number;
  /** Figures that should not grow, in the order in which they were taken. */
  readonly growth: readonly string[];
};

/** An app is used for so many requests, then another is opened, under the next seed. */
const requestsPerLife = 6_000;
/** Before that, what is compiled and kept once is still coming in. */
const livesToWarmUp = 4;
const heapGrowthMbMax = 24;
const findingsMax = 30;
const bytesPerMb = 2 ** 20;

/** Fuzzes one app after the other in this process. Needs `--expose-gc` to see whether memory grows. */
export async function fuzzInProcess(
  { requests, seed, endpoints }: FuzzArguments,
  say: (line: string) => void,
): Promise<FuzzReport> {
  const counts = new Map<string, Map<string, number>>();
  const findings: string[] = [];
  const heapsMb: number[] = [];
  let slowestMs = 0;
  let done = 0;
  const watch = startHangWatch();
  const handles: number[] = [];
  for (let life = 0; done < requests && findings.length < findingsMax; life += 1) {
    const lifeSeed = seed + life;
    const share = Math.min(requestsPerLife, requests - done);
    const onRequest = (at: number) => watch.beat(lifeSeed, at);
    const report = await fuzzLife({ seed: lifeSeed, requests: share, endpoints, onRequest });
    addCounts(counts, report.counts);
    findings.push(...report.findings);
    slowestMs = Math.max(slowestMs, report.slowestMs);
    done += share;
    globalThis.gc?.();
    heapsMb.push(process.memoryUsage().heapUsed / bytesPerMb);
    handles.push(openHandles());
    say(`seed ${lifeSeed}: ${done} requests, heap ${heapsMb.at(-1)?.toFixed(1)} MB`);
  }
  // From the end of the first life on: what is opened once is open then.
  const left = (handles.at(-1) ?? 0) - (handles[0] ?? 0);
  if (left > 0) findings.push(`${left} handles more than at first`);
  findings.push(...heapFindings(heapsMb));
  await watch.end();
  const growth = heapsMb.map((mb) => `${mb.toFixed(1)} MB`);
  return { requests: done, counts, findings, slowestMs, growth };
}

/** What keeps the process alive, but for requests that end by themselves. */
function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => !name.endsWith('Req')).length;
}

function heapFindings(heapsMb: readonly number[]): readonly string[] {
  const [first, ...later] = heapsMb.slice(livesToWarmUp);
  const last = later.at(-1);
  if (first === undefined || last === undefined || globalThis.gc === undefined) return [];
  const grownMb = last - first;
  return grownMb > heapGrowthMbMax ? [`the heap grew by ${grownMb.toFixed(1)} MB`] : [];
}

/** Adds counts to others, by both names. */
export function addCounts(
  sums: Map<string, Map<string, number>>,
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
): void {
  for (const [name, own] of counts) {
    const sum = sums.get(name) ?? new Map<string, number>();
    sums.set(name, sum);
    for (const [kind, count] of own) sum.set(kind, (sum.get(kind) ?? 0) + count);
  }
}
