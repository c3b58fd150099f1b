import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import { explainTimeframe } from '../../shared/operations/explainTimeframe.ts';
import { countedPorts } from './countedPorts.ts';
import { join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const quarter = '2026-11-22T10:00:00Z' as Timeframe;
const a = 'a' as ProsumerId;

let app: TestApp;
beforeEach(async () => {
  app = openTestApp('2026-11-22T10:00:00Z');
  await openGrid(app.ports);
  for (const id of ['a', 'b', 'c']) await join(app.ports, id);
  app.setClock('2026-11-22T10:15:00Z');
  await post(app.ports, quarter, { a: 2000, b: -1500, c: -1500 });
});
afterEach(() => app.end());

async function settle() {
  await app.tick();
  await app.drain();
}

async function explained(ports = app.ports) {
  const result = await explainTimeframe(ports, a, quarter);
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value;
}

test('reads the netto of all once per revision, of the last four', async () => {
  for (let version = 2; version <= 7; version += 1) {
    await settle();
    const { calls, ports } = countedPorts(app.ports);
    const { revisions } = await explained(ports);
    expect(revisions).toHaveLength(version - 1);
    expect(calls).toEqual({
      'closings.revisions': 1,
      'closings.nettosOf': 1,
      'closings.nettos': Math.min(version - 1, 4),
      'orders.book': 1,
      'readings.versions': 1,
    });
    await post(app.ports, quarter, { c: -1500 - version }, version);
  }
});

test('explains what is closed before its trades are recorded', async () => {
  await app.tick();
  await app.drain((messages) => messages.filter(({ queue }) => queue === 'timeframes'));
  const [first] = (await explained()).revisions;
  expect(first).toMatchObject({
    closing: { status: 'closed' },
    market: { outcome: { soldWh: 2000, exportedWh: 0 } },
    transactions: [],
  });
});

test('tells the reading that came and is not settled yet', async () => {
  await settle();
  await post(app.ports, quarter, { a: 1900 }, 2);
  const { readings, revisions } = await explained();
  expect(readings.map(({ version }) => version)).toEqual([1, 2]);
  expect(revisions.map(({ line }) => line?.version)).toEqual([1]);
});
