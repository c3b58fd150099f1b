import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Embedded, openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { tradesPerBatch } from '../../shared/domain/trade.ts';
import { at1000, at1015, instant, riverside } from './samples.ts';

let directory: string;
let children: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function startWriter(batches: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const script = join(import.meta.dirname, 'writerProcess.ts');
  const flags = ['--disable-warning=ExperimentalWarning', script];
  const child = spawn(
    process.execPath,
    [...flags, '--directory', directory, '--batches', String(batches)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  return child;
}

function open(): Embedded {
  return openEmbedded(directory, { clock: { now: () => instant('2026-11-22T12:00:00Z') } });
}

/** What is recorded, and the two sides of every account, as plain sums over what was written. */
async function audit(stores: Embedded) {
  const { items: accounts } = await stores.ledger.listAccounts(riverside, { limit: 100 });
  const { items: trades } = await stores.trades.list(
    riverside,
    { from: at1000, to: at1015 },
    { limit: 100_000 },
  );
  let postings = 0;
  for (const { accountId } of accounts) {
    if (accountId === 'mini-grid' || accountId === 'power-plant') continue;
    const page = await stores.ledger.listPostings(accountId, {}, { limit: 100_000 });
    postings += page.items.length;
  }
  return {
    batches: await stores.ledger.recordedBatches(riverside, at1000, 0),
    creditsUsat: accounts.reduce((sum, { sums }) => sum + sums.creditsUsat, 0n),
    debitsUsat: accounts.reduce((sum, { sums }) => sum + sums.debitsUsat, 0n),
    trades: trades.length,
    postings,
  };
}

const usatPerBatch = 300_000_000n * BigInt(tradesPerBatch);

test('two processes open one new directory at once and record the same: once', async () => {
  const batches = 4;
  const writers = [startWriter(batches), startWriter(batches)];
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]));
  expect(codes).toEqual([0, 0]);
  const stores = open();
  expect(await audit(stores)).toEqual({
    batches: [1, 2, 3, 4],
    creditsUsat: usatPerBatch * 4n,
    debitsUsat: usatPerBatch * 4n,
    trades: tradesPerBatch * batches,
    postings: tradesPerBatch * batches * 2,
  });
  expect(stores.queues.counts('trades').active).toBe(batches);
  expect(stores.queues.receive('trades', 100)).toHaveLength(batches);
  stores.close();
}, 30_000);

test('what a process acknowledged before it was killed is there, and no half of anything', async () => {
  const writer = startWriter(10_000);
  let acknowledged = 0;
  for await (const chunk of writer.stdout) {
    acknowledged = Number(String(chunk).trimEnd().split('\n').at(-1));
    if (acknowledged >= 3) break;
  }
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  const stores = open();
  const found = await audit(stores);
  const count = found.batches.length;
  expect(count).toBeGreaterThanOrEqual(acknowledged);
  expect(found.batches).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  expect(found.creditsUsat).toBe(usatPerBatch * BigInt(count));
  expect(found.debitsUsat).toBe(found.creditsUsat);
  expect(found.postings).toBe(count * tradesPerBatch * 2);
  // Trades are written before postings: they may be one batch ahead, and never a part of one.
  expect([count, count + 1]).toContain(found.trades / tradesPerBatch);
  const { readings } = await stores.readings.snapshot(riverside, at1000);
  expect(readings).toHaveLength(100);
  expect(new Set(readings.map(({ version }) => version)).size).toBe(1);
  expect(stores.queues.counts('trades').active).toBeGreaterThanOrEqual(acknowledged);
  stores.close();
}, 30_000);
