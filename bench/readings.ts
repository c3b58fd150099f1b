import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { root, startApp } from './appProcess.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { populate, withDirectory, withStores } from './benchStores.ts';
import { benchGrid, gridId } from './population.ts';
import { metered, type Requests, requestsOf } from './postedReadings.ts';
import { postDirectly } from './readingsParts.ts';

const requestsInFlight = 2;
const goalReadingsPerMs = 50;
const appFile = join(root, 'functions/main.ts');
/** Paused, so that no timeframe closes meanwhile. */
const grid = { ...benchGrid, paused: true };

/** Readings over HTTP: bodies of 10 000, two at a time, to the app under the local host. */
export const readings: Benchmark = {
  title: 'readings: 10 000 to a POST, 2 in flight → answered, durable; local host',
  async *run(sizes = [100_000, 400_000]) {
    for (const size of sizes) yield await post(size);
  },
};

async function post(size: number): Promise<BenchRow> {
  const requests = requestsOf(size);
  const { ms, hash } = await withPopulated(size, (directory) => postOverHttp(directory, requests));
  const direct = await withPopulated(size, (directory) => postDirectly(directory, requests));
  const directMs = Object.values(direct).reduce((sum, part) => sum + part, 0);
  return {
    size,
    unit: 'readings',
    ms,
    runs: 1,
    goalMs: size / goalReadingsPerMs,
    parts: { ...direct, 'HTTP, JSON, validation': ms - directMs },
    notes: 'parts but the last were measured by posting the same to the operation, in-process',
    hash,
  };
}

function withPopulated<Value>(
  size: number,
  work: (directory: string) => Promise<Value>,
): Promise<Value> {
  return withDirectory(async (directory) => {
    await populate(directory, grid, metered(size));
    return work(directory);
  });
}

async function postOverHttp(directory: string, requests: Requests) {
  const bodies = requests.map((request) => JSON.stringify({ readings: request }));
  const app = await startApp(appFile, directory);
  try {
    const start = performance.now();
    const answers = await postAll(`${app.url}/api/grids/${gridId}/readings`, bodies);
    const ms = performance.now() - start;
    return { ms, hash: await hashOf(directory, answers, requests) };
  } finally {
    await app.stop();
  }
}

/** The texts of the answers, in the order of the bodies. Throws for an answer other than 200. */
async function postAll(url: string, bodies: readonly string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  const waiting = bodies.entries();
  const headers = { 'content-type': 'application/json' };
  const sender = async () => {
    for (const [index, body] of waiting) {
      const response = await fetch(url, { method: 'POST', headers, body });
      const answer = await response.text();
      if (response.status !== 200) throw new Error(`${response.status}: ${answer}`);
      answers[index] = answer;
    }
  };
  await Promise.all(Array.from({ length: requestsInFlight }, sender));
  return answers;
}

/** Of the answers, and of what a second look into the files finds there. */
function hashOf(
  directory: string,
  answers: readonly string[],
  requests: Requests,
): Promise<string> {
  const timeframes = new Set(requests.flat().map(({ timeframe }) => timeframe));
  return withStores(directory, async ({ ports }) => {
    const hash = createHash('sha256');
    for (const answer of answers) hash.update(`${answer}\n`);
    for (const timeframe of timeframes) {
      const { readings: stored } = await ports.readings.snapshot(gridId, timeframe);
      for (const { prosumerId, producedWh, consumedWh } of stored) {
        hash.update(`${prosumerId} ${timeframe} ${producedWh} ${consumedWh}\n`);
      }
    }
    return hash.digest('hex');
  });
}
