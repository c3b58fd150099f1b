import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../endToEnd/client.ts';
import { createRandom } from '../endToEnd/random.ts';
import type { Latencies, RequestKind } from './latencies.ts';
import { gridPath, homeOf, type SoakTimes } from './soakGrid.ts';
import { readsOf } from './soakReads.ts';

/** What the load has done so far. */
export type LoadCounts = {
  readings: number;
  requests: number;
  /** The latest failures, each with how often it came. */
  readonly failures: Map<string, number>;
};
export type SoakLoad = {
  readonly counts: LoadCounts;
  /** Ends once every request under way is answered. */
  stop(): Promise<void>;
};
type LoadParts = {
  readonly client: Client;
  readonly times: SoakTimes;
  readonly homes: number;
  readonly seed: number;
  readonly latencies: Latencies;
};

const readingsPerPost = 100;
const postsAtOnce = 4;
const readsPerSecond = 10;
const correctedShare = 0.01;
/** How many timeframes ago what is corrected was: it is closed by then. */
const correctedAfter = 8;
/** From which timeframe on is read: what passed while homes were made has closed by then. */
const readFrom = 20;
const settingsEverySeconds = 10;
/** How far ahead is traded and ordered for, in timeframes. */
const aheadMin = 10;
const aheadSpan = 20;
const failureKindsMax = 20;
const pauseMs = 20;

/**
 * Posts the readings of each timeframe as soon as it has ended, and beside that reads, trades,
 * orders and changes settings, until it is stopped.
 */
export function startSoakLoad(parts: LoadParts): SoakLoad {
  const counts: LoadCounts = { readings: 0, requests: 0, failures: new Map() };
  const ask = askWith(parts, counts);
  let isStopped = false;
  const eachTimeframe = async (work: (timeframe: number) => Promise<void>) => {
    for (let timeframe = 0; !isStopped; timeframe += 1) {
      while (!isStopped && timeframe > parts.times.lastEnded()) await sleep(pauseMs);
      if (!isStopped) await work(timeframe);
    }
  };
  const running = [
    eachTimeframe((timeframe) => postReadings(parts, ask, counts, timeframe)),
    eachTimeframe((timeframe) => change(parts, ask, timeframe)),
    eachTimeframe((timeframe) => read(parts, ask, timeframe)),
  ];
  return {
    counts,
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

type Ask = (
  kind: RequestKind,
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly isDone: boolean; readonly body: Readonly<Record<string, unknown>> }>;

/** Asks, measures, and notes what went wrong. Each change has a key, as clients should give one. */
function askWith({ client, latencies }: LoadParts, counts: LoadCounts): Ask {
  const note = (failure: string) => {
    if (counts.failures.size >= failureKindsMax && !counts.failures.has(failure)) return;
    counts.failures.set(failure, (counts.failures.get(failure) ?? 0) + 1);
  };
  return async (kind, method, path, body) => {
    const startMs = performance.now();
    counts.requests += 1;
    try {
      const response = await fetch(`${client.url}/api${path}`, {
        method,
        headers: {
          ...(kind === 'changes' && { 'idempotency-key': randomUUID() }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      latencies.add(kind, performance.now() - startMs);
      if (!response.ok) note(`${method} ${path.split('?')[0]}: ${response.status} ${text}`);
      // What is read is looked at by other tests: here only matters that it was answered.
      return { isDone: response.ok, body: kind === 'reads' || text === '' ? {} : JSON.parse(text) };
    } catch (error) {
      note(`${method} ${path.split('?')[0]}: ${error}`);
      return { isDone: false, body: {} };
    }
  };
}

async function postReadings(
  { times, homes, seed }: LoadParts,
  ask: Ask,
  counts: LoadCounts,
  timeframe: number,
): Promise<void> {
  const random = createRandom(seed * 1_000_003 + timeframe);
  const readings = Array.from({ length: homes }, (_, at) => ({
    ...{ prosumerId: homeOf(at), timeframe: times.instantOf(timeframe) },
    ...energies(random),
  }));
  const corrected = timeframe < correctedAfter ? 0 : Math.ceil(homes * correctedShare);
  const corrections = Array.from({ length: corrected }, () => ({
    prosumerId: homeOf(Math.floor(random() * homes)),
    timeframe: times.instantOf(timeframe - correctedAfter),
    ...energies(random),
    version: 2 + Math.floor(random() * 1_000),
  }));
  const all = [...readings, ...corrections];
  const starts = Array.from({ length: Math.ceil(all.length / readingsPerPost) }, (_, at) => at);
  const waiting = starts.values();
  const sender = async () => {
    for (const at of waiting) {
      const part = all.slice(at * readingsPerPost, (at + 1) * readingsPerPost);
      const path = `${gridPath}/readings`;
      const { isDone } = await ask('readings', 'POST', path, { readings: part });
      if (isDone) counts.readings += part.length;
    }
  };
  await Promise.all(Array.from({ length: postsAtOnce }, sender));
}

function energies(random: () => number) {
  return {
    producedWh: Math.floor(random() * 1_500),
    consumedWh: Math.floor(random() * 1_200),
  };
}

/** A trade ahead, of which every third is cancelled, an order, and now and then a setting. */
async function change(
  { times, homes, seed }: LoadParts,
  ask: Ask,
  timeframe: number,
): Promise<void> {
  const random = createRandom(seed * 1_000_033 + timeframe);
  const side = random() < 0.5 ? 'sell' : 'buy';
  const asked = {
    prosumerId: homeOf(Math.floor(random() * homes)),
    // Of now, not of its turn: on a machine that is busy it may come late.
    timeframe: times.instantOf(times.lastEnded() + aheadMin + Math.floor(random() * aheadSpan)),
    ...{ side, energyWh: 1 + Math.floor(random() * 50) },
  };
  const trade = await ask('changes', 'POST', '/trades', asked);
  if (trade.isDone && timeframe % 3 === 0) {
    await ask('changes', 'DELETE', `/trades/${trade.body['id']}`);
  }
  const limitPriceMsatPerKwh = 100_000 + Math.floor(random() * 200_000);
  await ask('changes', 'POST', '/orders', { ...asked, limitPriceMsatPerKwh });
  if (timeframe % settingsEverySeconds === 0) {
    await ask('changes', 'PATCH', gridPath, { name: `Soak ${timeframe}` });
  }
}

async function read({ times, homes, seed }: LoadParts, ask: Ask, timeframe: number) {
  if (timeframe < readFrom) return;
  const random = createRandom(seed * 1_000_037 + timeframe);
  const paths = readsOf(times, homes, random);
  for (let at = 0; at < readsPerSecond; at += 1) {
    const path = paths[(timeframe * readsPerSecond + at) % paths.length];
    if (path !== undefined) await ask('reads', 'GET', path);
  }
}
