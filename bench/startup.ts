import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sha256 } from '../shared/adapters/digest.ts';
import { root, startApp } from './appProcess.ts';
import type { Benchmark, BenchRow } from './benchmark.ts';
import { withDirectory } from './benchStores.ts';
import type { ColdImport } from './coldImport.ts';
import { medianRun } from './measure.ts';

const runsPerFile = 7;
const bundleCpuMs = 100;
export const sourceFile = join(root, 'functions/main.ts');
export const bundleFile = join(root, 'dist/main.js');

/** Cold starts, each in a process of its own; the bundle is the one that `npm run build` made. */
export const startup: Benchmark = {
  title: 'startup: fresh process → all functions registered (CPU), → first answer (elapsed)',
  async *run() {
    if (!existsSync(bundleFile)) {
      throw new Error('There is no dist/main.js: run `npm run build` first.');
    }
    yield await importCold('bundle', bundleFile, bundleCpuMs);
    yield await answerFirst('bundle', bundleFile);
    yield await importCold('source', sourceFile);
    yield await answerFirst('source', sourceFile);
  },
};

/** The CPU time of importing the app's entry file; the hash is of the functions it registered. */
async function importCold(name: string, file: string, goalMs?: number): Promise<BenchRow> {
  const runs = [];
  for (let run = 0; run < runsPerFile; run += 1) runs.push(await importOnce(file));
  const { ms, elapsedMs, processCpuMs, functions } = medianRun(runs);
  return {
    size: 1,
    unit: `import, ${name}`,
    ms,
    runs: runs.length,
    ...(goalMs !== undefined && { goalMs }),
    notes: `${elapsedMs.toFixed(0)} ms elapsed; CPU of the whole process ${processCpuMs.toFixed(0)} ms`,
    hash: sha256(functions.join('\n')),
  };
}

/** Imports an entry file in a fresh process. */
export async function importOnce(file: string): Promise<ColdImport> {
  const script = join(import.meta.dirname, 'coldImport.ts');
  const options = ['--disable-warning=ExperimentalWarning', script, file];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (exitCode !== 0) throw new Error(`importing ${file} ended with ${exitCode}`);
  return JSON.parse(output);
}

/** From starting the local host to the first answer that needs the stores. */
async function answerFirst(name: string, file: string): Promise<BenchRow> {
  const runs = [];
  for (let run = 0; run < runsPerFile; run += 1) {
    runs.push(await withDirectory((directory) => answerOnce(file, directory)));
  }
  const { ms, listeningMs, answer } = medianRun(runs);
  return {
    size: 1,
    unit: `first answer, ${name}`,
    ms,
    runs: runs.length,
    notes: `listening after ${listeningMs.toFixed(0)} ms; GET /api/grids of an empty data directory`,
    hash: sha256(answer),
  };
}

async function answerOnce(file: string, directory: string) {
  const start = performance.now();
  const app = await startApp(file, directory);
  const listeningMs = performance.now() - start;
  try {
    const response = await fetch(`${app.url}/api/grids`);
    const answer = `${response.status} ${await response.text()}`;
    return { ms: performance.now() - start, listeningMs, answer };
  } finally {
    await app.stop();
  }
}
