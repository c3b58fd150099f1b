import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { cleanUp, newDirectory, type RunningApp, startApp } from '../endToEnd/app.ts';
import { openTestApp } from '../operations/testApp.ts';
import { liveThrough, before as start } from './booksOfGrid.ts';
import { manyTrades } from './manyTrades.ts';

// The app starts in a process of its own, and so does each verification.
jest.setTimeout(120_000);

const root = join(import.meta.dirname, '..', '..');
let directory: string;
let app: RunningApp;
beforeAll(async () => {
  directory = newDirectory();
  const dataDirectory = newDirectory();
  const stores = openTestApp(start, dataDirectory);
  await liveThrough(stores);
  stores.end();
  app = await startApp({ dataDirectory });
});
afterAll(async () => {
  await app.stop();
  cleanUp();
});

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a command of this project in a process of its own. */
function run(script: string, ...args: readonly string[]): Promise<Ended> {
  const options = ['--disable-warning=ExperimentalWarning', join(root, 'local', script), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, options, { cwd: directory }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const verify = (...args: readonly string[]) => run('verify.ts', '--grid', 'grid', ...args);

test('the app is in order over HTTP, and so is a prosumer', async () => {
  const whole = await verify('--url', app.url);
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toMatch(/^grid: all in order, in 3 timeframes\.\n/);
  const own = await verify('--url', app.url, '--prosumer', 'a');
  expect(own).toMatchObject({ code: 0, stderr: '' });
  expect(own.stdout).toMatch(/^a: all in order, in 3 timeframes\.\n/);
});

test('exports of the app are in order, and are not once they are changed', async () => {
  for (const dataset of ['trades', 'postings', 'nettos']) {
    const to = ['--out', `${dataset}.ndjson`, '--rows', '4'];
    const exported = await run(
      'export.ts',
      ...['--grid', 'grid', '--dataset', dataset, '--url', app.url, ...to],
    );
    expect(exported.code).toBe(0);
  }
  const files = ['trades', 'postings', 'nettos'].flatMap((name) => ['--file', `${name}.ndjson`]);
  expect(await verify(...files)).toMatchObject({ code: 0, stderr: '' });
  const kept = 'f'.repeat(64);
  expect(await verify(...files, '--known', kept)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `Wrong: the chain: expected a trade with the known hash ${kept}, found none\n`,
  });
});

test('what is no finding has other exit codes', async () => {
  expect(await verify('--file', 'none.ndjson')).toMatchObject({ code: 2 });
  expect(await verify('--prosumer', 'mini-grid')).toMatchObject({ code: 2, stdout: '' });
  const unknown = await run('verify.ts', '--grid', 'lane', '--url', app.url);
  expect(unknown).toMatchObject({ code: 3, stdout: '' });
  expect(unknown.stderr).toMatch(/^Could not be checked\. .*404 grid_not_found/);
  const help = await run('verify.ts', '--help');
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--known HASH') });
});

test('a hundred thousand trades are checked in seconds', async () => {
  const trades = manyTrades('grid', 100_000);
  writeFileSync(
    join(directory, 'many.ndjson'),
    trades.map((row) => JSON.stringify(row)).join('\n'),
  );
  const startMs = performance.now();
  const { code, stdout } = await verify('--file', 'many.ndjson');
  const tookMs = performance.now() - startMs;
  expect(code).toBe(0);
  expect(stdout).toContain('100000 trades, 0 of them corrections.');
  // Measured: under 2 s; the rest is for a busy machine.
  expect(tookMs).toBeLessThan(30_000);
});
