import type { HostSample } from './sampleHost.ts';

/** A line of the table: how the host stood, and what happened since the line before. */
export type SoakRow = HostSample & {
  readonly seconds: number;
  readonly readingsPerSecond: number;
  /** Timeframes that have ended and are not closed yet. */
  readonly behind: number;
};
export type SoakFinding = { readonly isOk: boolean; readonly text: string };
type Judged = {
  readonly rate: number;
  readonly growthPercentMax: number;
  readonly failures: ReadonlyMap<string, number>;
};

/** The first part of a run, in which caches fill, says nothing about growth. */
const warmUpShare = 0.2;
const rateShareMin = 0.95;
const logMibMax = 256;
const openFilesGrowthMax = 10;
const behindMax = 20;
const messagesMax = 2_000;
const secondsPerHour = 3_600;

/** Judges a run, thing by thing. All of it is about what came after the warm-up but the failures. */
export function soakVerdict(rows: readonly SoakRow[], judged: Judged): readonly SoakFinding[] {
  const warm = rows.slice(Math.floor(rows.length * warmUpShare));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined || warm.length < 3) {
    return [{ isOk: false, text: 'too short a run to judge' }];
  }
  const failed = [...judged.failures.values()].reduce((sum, count) => sum + count, 0);
  const rate = mean(warm.map((row) => row.readingsPerSecond));
  return [
    { isOk: failed === 0, text: `${failed} requests failed` },
    {
      isOk: rate >= judged.rate * rateShareMin,
      text: `${rate.toFixed(0)} readings/s acknowledged, of ${judged.rate}`,
    },
    growthOf('memory (RSS)', warm, (row) => row.rssMib, judged.growthPercentMax),
    growthOf('memory (anonymous)', warm, (row) => row.anonymousMib, judged.growthPercentMax),
    atMost('open files gained', last.openFiles - first.openFiles, openFilesGrowthMax),
    atMost(
      'MiB of write-ahead logs',
      largest(warm, (row) => row.logMib),
      logMibMax,
    ),
    atMost(
      'messages in queues',
      largest(warm, (row) => row.messages),
      messagesMax,
    ),
    atMost('messages given up', last.deadMessages, 0),
    atMost('timeframes behind, at the end', last.behind, behindMax),
  ];
}

/** The line through all values, so that one sample before or after a collection decides nothing. */
function growthOf(
  what: string,
  rows: readonly SoakRow[],
  amountOf: (row: SoakRow) => number,
  percentMax: number,
): SoakFinding {
  const times = rows.map(({ seconds }) => seconds);
  const values = rows.map(amountOf);
  const [meanTime, meanValue] = [mean(times), mean(values)];
  const square = times.reduce((sum, time) => sum + (time - meanTime) ** 2, 0);
  const product = times.reduce(
    (sum, time, at) => sum + (time - meanTime) * ((values[at] ?? 0) - meanValue),
    0,
  );
  const slope = square === 0 ? 0 : product / square;
  const grown = slope * ((times.at(-1) ?? 0) - (times[0] ?? 0));
  const percent = (100 * grown) / meanValue;
  const perHour = (slope * secondsPerHour).toFixed(1);
  const text = `${what}: ${meanValue.toFixed(0)} MiB in the mean, largest ${Math.max(...values)}, grew by ${percent.toFixed(1)} % (${perHour} MiB/h), at most ${percentMax} %`;
  return { isOk: percent <= percentMax, text };
}

function atMost(what: string, value: number, max: number): SoakFinding {
  return { isOk: value <= max, text: `${value} ${what}, at most ${max}` };
}

function largest(rows: readonly SoakRow[], amountOf: (row: SoakRow) => number): number {
  return Math.max(...rows.map(amountOf));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
