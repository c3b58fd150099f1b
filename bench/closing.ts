import { createHash } from 'node:crypto';
import type { ProsumerId } from '../shared/domain/ids.ts';
import type { Reading } from '../shared/domain/reading.ts';
import { nextTimeframe, type Timeframe, timeframeAt } from '../shared/domain/timeframe.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { type BenchStores, populate, withDirectory, withStores } from './benchStores.ts';
import { type ClosingParts, closingParts, settleTimed } from './closingParts.ts';
import { collectGarbage, medianRun } from './measure.ts';
import {
  benchGrid,
  energies,
  firstInstant,
  gridId,
  present,
  prosumerIds,
  timeframeMinutes,
} from './population.ts';
import { type Seeded, seeded } from './seeded.ts';

const timeframesPerSize = 5;
const readingsPerAppend = 10_000;
const accountsPerPage = 10_000;
const goalMsBySize = new Map([
  [10_000, 1_000],
  [100_000, 10_000],
]);

/** A whole closing: readings in the store → closed → every batch recorded → settled, all durable. */
export const closing: Benchmark = {
  title: 'closing: readings in the store → settled, durable; embedded stores',
  async *run(sizes = [1_000, 10_000, 100_000]) {
    for (const size of sizes) yield await withDirectory((directory) => close(directory, size));
  },
};

async function close(directory: string, size: number): Promise<BenchRow> {
  const ids = prosumerIds(size);
  await populate(directory, benchGrid, ids);
  return withStores(directory, (stores) => closeSeveral(stores, ids));
}

/** Closes one timeframe after another of the same grid; each is a run. */
async function closeSeveral(stores: BenchStores, ids: readonly ProsumerId[]): Promise<BenchRow> {
  const size = ids.length;
  const random = seeded(size);
  const watched = closingParts(stores.ports);
  const runs = [];
  let timeframe = timeframeAt(firstInstant, timeframeMinutes);
  for (let run = 0; run < timeframesPerSize; run += 1) {
    const end = nextTimeframe(timeframe, timeframeMinutes);
    stores.setClock(end);
    const appendMs = await appendReadings(stores.ports, ids, timeframe, random);
    runs.push({ appendMs, ...(await closeOne(stores, watched, timeframe)) });
    timeframe = end;
  }
  const { ms, cpuMs, parts, appendMs } = medianRun(runs);
  const last = present(await stores.ports.closings.last(gridId));
  const goalMs = goalMsBySize.get(size);
  return {
    size,
    unit: 'prosumers',
    ms,
    runs: runs.length,
    ...(goalMs !== undefined && { goalMs }),
    parts,
    notes: `${last.tradeCount} trades; CPU ${round(cpuMs)} ms; readings appended before in ${round(appendMs)} ms`,
    hash: await hashOf(stores.ports, last.hash),
  };
}

async function closeOne(stores: BenchStores, watched: ClosingParts, timeframe: Timeframe) {
  collectGarbage();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await settleTimed(stores, watched, { gridId, timeframe });
  const ms = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  const closed = await stores.ports.closings.latest(gridId, timeframe);
  if (closed?.status !== 'settled') throw new Error(`${timeframe} is ${closed?.status}`);
  return { ms, cpuMs: (cpu.user + cpu.system) / 1_000, parts: watched.watch.take() };
}

/** Answers how long the appends took, in ms. */
async function appendReadings(
  { readings: store }: Pick<Ports, 'readings'>,
  ids: readonly ProsumerId[],
  timeframe: Timeframe,
  random: Seeded,
): Promise<number> {
  const readings = ids.map((prosumerId): Reading => {
    const about = { quality: 'measured', version: 1, source: 'bench' } as const;
    return { prosumerId, timeframe, ...energies(random), ...about, receivedAt: timeframe };
  });
  const start = performance.now();
  for (let at = 0; at < readings.length; at += readingsPerAppend) {
    await store.append(gridId, readings.slice(at, at + readingsPerAppend));
  }
  return performance.now() - start;
}

/** Of the last trade's hash, to which all trades lead, and of the sums of every account. */
async function hashOf({ ledger }: Pick<Ports, 'ledger'>, lastTradeHash: string): Promise<string> {
  const hash = createHash('sha256').update(lastTradeHash);
  let page = await ledger.listAccounts(gridId, { limit: accountsPerPage });
  for (;;) {
    for (const { accountId, sums } of page.items) {
      const { soldWh, boughtWh, creditsUsat, debitsUsat } = sums;
      hash.update(`\n${accountId} ${soldWh} ${boughtWh} ${creditsUsat} ${debitsUsat}`);
    }
    if (page.next === undefined) return hash.digest('hex');
    page = await ledger.listAccounts(gridId, { limit: accountsPerPage, after: page.next });
  }
}

function round(ms: number): string {
  return ms.toFixed(0);
}
