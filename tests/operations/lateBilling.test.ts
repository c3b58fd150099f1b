import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { listRunAccounts } from '../../shared/operations/billingRuns.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

// October ends in Berlin at 23:00 UTC: one half-hour of the grid is before it, one after.
const octoberEnds = '2026-10-31T23:00:00Z';
const gridEnds = '2026-10-31T23:30:00Z';
const october = '2026-10-31T22:30:00Z' as Timeframe;
const november = '2026-10-31T23:00:00Z' as Timeframe;
const apps: TestApp[] = [];
let app: TestApp;

beforeEach(async () => {
  app = open('2026-10-31T22:00:00Z');
  await openGrid(app.ports, {
    timeframeMinutes: 30,
    activeFrom: october,
    activeUntil: gridEnds as Instant,
  });
  for (const id of ['a', 'b']) await join(app.ports, id);
});
afterEach(() => {
  for (const each of apps.splice(0).reverse()) each.end();
});

function open(now: string, directory?: string): TestApp {
  const opened = openTestApp(now, directory);
  apps.push(opened);
  return opened;
}

async function settle(at: string): Promise<void> {
  app.setClock(at);
  await app.tick();
  await app.drain();
}

async function finalize(period: string): Promise<string | undefined> {
  const result = await finalizeRun(app.ports, gridId, period);
  return result.ok ? undefined : result.refusal.code;
}

/** What each account is billed in a period, in satoshi; negative is an invoice. */
async function billed(period: string) {
  const result = await listRunAccounts(app.ports, gridId, period, { limit: 10 });
  if (!result.ok) throw new Error(result.refusal.detail);
  return Object.fromEntries(result.value.items.map((each) => [each.accountId, each.satoshi]));
}

/** In October a sells b 20 kWh at 300 sat/kWh; later the meter of b finds 10 kWh more, at 500. */
async function settleOctober(): Promise<void> {
  app.setClock('2026-10-31T22:59:00Z');
  await post(app.ports, october, { a: 20_000, b: -20_000 });
  await settle(octoberEnds);
}

test('a correction of a month that is final is billed in the one it was made in', async () => {
  await settleOctober();
  expect(await finalize('2026-10')).toBeUndefined();
  await post(app.ports, october, { b: -30_000 }, 2);
  await post(app.ports, november, { a: 2000, b: -2000 });
  await settle(gridEnds);
  expect(await finalize('2026-11')).toBeUndefined();
  expect(await billed('2026-10')).toEqual({ a: 6000n, b: -6000n });
  expect(await billed('2026-11')).toEqual({ a: 600n, b: -5600n, 'power-plant': 5000n });
});

test('a correction whose batches are not recorded holds up the run of its month', async () => {
  await settleOctober();
  expect(await finalize('2026-10')).toBeUndefined();
  await settle(gridEnds);
  await post(app.ports, october, { b: -30_000 }, 2);
  await closeTimeframe(app.ports, { gridId, timeframe: october });
  expect(await finalize('2026-11')).toBe('billing_period_not_settled');
  await app.drain();
  expect(await finalize('2026-11')).toBeUndefined();
  expect(await billed('2026-11')).toEqual({ b: -5000n, 'power-plant': 5000n });
});

test('one made at the end of a month and committed after its run is in the next', async () => {
  await settleOctober();
  await post(app.ports, october, { b: -30_000 }, 2);
  // It took its time at 22:59:59, and the run was made final before it came to its commit.
  const slow = open('2026-10-31T22:59:59Z', app.directory);
  expect(await finalize('2026-10')).toBeUndefined();
  await closeTimeframe(slow.ports, { gridId, timeframe: october });
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toMatchObject({
    revision: 1,
    closedAt: '2026-10-31T22:59:59Z',
    status: 'settled',
  });
  await settle(gridEnds);
  expect(await finalize('2026-11')).toBeUndefined();
  expect(await billed('2026-10')).toEqual({ a: 6000n, b: -6000n });
  expect(await billed('2026-11')).toEqual({ b: -5000n, 'power-plant': 5000n });
});
