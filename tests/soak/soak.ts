import { setTimeout as sleep } from 'node:timers/promises';
import { buildBundle, newDirectory, type RunningApp, startApp } from '../endToEnd/app.ts';
import { createLatencies, type Latencies, requestKinds } from './latencies.ts';
import { sampleHost } from './sampleHost.ts';
import { createSoakGrid, gridPath, type SoakTimes, soakSpeed, soakTimes } from './soakGrid.ts';
import { type SoakLoad, startSoakLoad } from './soakLoad.ts';
import type { SoakOptions } from './soakOptions.ts';
import { type SoakFinding, type SoakRow, soakVerdict } from './soakVerdict.ts';

const sampleMs = 10_000;
const samplesMin = 10;
const msPerMinute = 60_000;

/** Lets a host live under load and judges what became of it; says every line as it comes. */
export async function runSoak(
  options: SoakOptions,
  say: (line: string) => void,
): Promise<readonly SoakFinding[]> {
  const appFile = options.appFile ?? buildBundle();
  const times = soakTimes(Date.now());
  const args = ['--live', '--speed', String(soakSpeed)];
  const app = await startApp({ appFile, dataDirectory: newDirectory(), args });
  await createSoakGrid(app, times, options.rate);
  const latencies = createLatencies();
  const load = startSoakLoad({
    ...{ client: app, times, latencies },
    ...{ homes: options.rate, seed: options.seed },
  });
  const rows = await watch({ app, times, latencies, load }, options, say);
  await load.stop();
  const exitCode = await app.stop();
  say(`\n${load.counts.requests} requests, ${load.counts.readings} readings acknowledged`);
  for (const [failure, count] of load.counts.failures) say(`failed ${count} times: ${failure}`);
  const { failures } = load.counts;
  const findings = soakVerdict(rows, { ...options, failures });
  return [...findings, { isOk: exitCode === 0, text: `ended with exit code ${exitCode}` }];
}

type Watched = {
  readonly app: RunningApp;
  readonly times: SoakTimes;
  readonly latencies: Latencies;
  readonly load: SoakLoad;
};

const columns = [
  ...['seconds', 'readings/s', 'RSS MiB', 'anon MiB', 'files', 'WAL MiB', 'data MiB'],
  ...['queued', 'dead', 'behind'],
  ...requestKinds.flatMap((kind) => [`${kind} p50`, 'p99 ms']),
];

async function watch(
  { app, times, latencies, load }: Watched,
  { minutes }: SoakOptions,
  say: (line: string) => void,
): Promise<readonly SoakRow[]> {
  say(columns.join(' | '));
  const rows: SoakRow[] = [];
  const lengthMs = minutes * msPerMinute;
  const intervalMs = Math.min(sampleMs, lengthMs / samplesMin);
  const startMs = performance.now();
  let [beforeMs, readings] = [startMs, load.counts.readings];
  for (let sample = 1; sample * intervalMs <= lengthMs; sample += 1) {
    await sleep(Math.max(0, startMs + sample * intervalMs - performance.now()));
    const nowMs = performance.now();
    const row = {
      ...sampleHost(app.pid, app.dataDirectory),
      seconds: Math.round((nowMs - startMs) / 1000),
      readingsPerSecond: ((load.counts.readings - readings) * 1000) / (nowMs - beforeMs),
      behind: await behindOf(app, times),
    };
    [beforeMs, readings] = [nowMs, load.counts.readings];
    rows.push(row);
    say(lineOf(row, latencies));
  }
  return rows;
}

async function behindOf(app: RunningApp, times: SoakTimes): Promise<number> {
  const { lastClosedTimeframe: last } = await app.get(gridPath);
  const due = times.lastEnded();
  if (typeof last !== 'string') return due;
  let behind = 0;
  const lastMs = Date.parse(last);
  while (behind <= due && Date.parse(times.instantOf(due - behind)) > lastMs) behind += 1;
  return behind;
}

function lineOf(row: SoakRow, latencies: Latencies): string {
  const { seconds, rssMib, anonymousMib, openFiles, logMib, dataMib } = row;
  const waits = requestKinds.flatMap((kind) => {
    const { p50Ms, p99Ms } = latencies.take(kind);
    return [p50Ms, p99Ms];
  });
  return [
    ...[
      seconds,
      row.readingsPerSecond.toFixed(0),
      rssMib,
      anonymousMib,
      openFiles,
      logMib,
      dataMib,
    ],
    ...[row.messages, row.deadMessages, row.behind],
    ...waits,
  ].join(' | ');
}
