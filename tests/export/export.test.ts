import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type AppProcess, root, startApp } from '../../bench/appProcess.ts';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  at1000,
  at1015,
  batchKeyOf,
  billedIn,
  gridOf,
  instant,
  prosumerOf,
  riverside,
  tradeOf,
} from '../contract/samples.ts';

// The app starts in a process of its own, and so does each export.
jest.setTimeout(60_000);

const trades = [
  ...Array.from({ length: 12 }, (_, n) => tradeOf(n + 1)),
  tradeOf(1, { revision: 1, kind: 'correction', correctsTimeframeRevision: 0 }),
  tradeOf(1, { timeframe: at1015 }),
];

let directory: string;
let app: AppProcess | undefined;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'export-'));
  await fillStores();
  app = await startApp(join(root, 'functions/main.ts'), directory);
});
afterAll(async () => {
  await app?.stop();
  rmSync(directory, { recursive: true });
});

/** A paused grid, so that no timeframe closes beside those that are given. */
async function fillStores(): Promise<void> {
  const clock = { now: () => instant('2026-11-22T12:00:00Z') };
  const stores = openEmbedded(directory, { clock });
  await stores.grids.create(gridOf(riverside, { paused: true }), entryOf());
  for (const id of ['anna', 'ben']) await stores.prosumers.create(prosumerOf(id), entryOf());
  for (const batch of Map.groupBy(
    trades,
    (trade) => `${trade.timeframe} ${trade.revision}`,
  ).values()) {
    const [first] = batch;
    if (first === undefined) throw new Error('a batch has trades');
    await stores.trades.createBatch(batchKeyOf(first), batch);
    await stores.ledger.record(batchKeyOf(first), batch.flatMap(postingsOf), billedIn(batch));
  }
  stores.close();
}

/** Runs the command in a process of its own. */
function run(...args: readonly string[]) {
  const script = join(root, 'local/export.ts');
  const options = ['--disable-warning=ExperimentalWarning', script, ...args];
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, options, { cwd: directory }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function exportOf(dataset: string, ...more: readonly string[]) {
  const url = app?.url ?? '';
  return run('--grid', 'riverside', '--dataset', dataset, '--url', url, ...more);
}

test('a file of trades is what the API lists, however many pages it took', async () => {
  const { code, stdout, stderr } = await exportOf('trades', '--out', 'all.ndjson', '--rows', '5');
  expect([code, stdout, stderr]).toEqual([0, '', '14 rows of trades in all.ndjson\n']);
  const lines = (await readFile(join(directory, 'all.ndjson'), 'utf8')).split('\n').slice(0, -1);
  const response = await fetch(`${app?.url}/api/trades?gridId=riverside`);
  const { value }: { value?: unknown } = Object(await response.json());
  expect(lines.map((line) => JSON.parse(line))).toEqual(value);
  expect(lines).toHaveLength(trades.length);
});

test('without a file it goes to stdout, and nothing else does', async () => {
  const range = ['--from', at1000, '--to', at1015];
  const { code, stdout, stderr } = await exportOf('postings', ...range, '--rows', '7');
  expect([code, stderr]).toEqual([0, '26 rows of postings\n']);
  const [header, ...lines] = stdout.split('\r\n').slice(0, -1);
  expect(header).toMatch(/^trade_id,timeframe,/);
  expect(lines).toHaveLength(26);
  const none = await exportOf('nettos', '--format', 'ndjson');
  expect(none).toEqual({ code: 0, stdout: '', stderr: '0 rows of nettos\n' });
});

test('a refusal of the app, and a slip in the command line, are said in words', async () => {
  const elsewhere = await exportOf('trades', '--grid', 'elsewhere');
  expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
  expect(elsewhere.stderr).toMatch(/: 404 grid_not_found \(There is no grid elsewhere\..*\)\n$/);
  expect(await exportOf('orders')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--dataset is one of trades, nettos, postings, not orders.\nSee --help.\n',
  });
  const nowhere = await exportOf('trades', '--out', 'no/such/folder.csv');
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--out') });
});
