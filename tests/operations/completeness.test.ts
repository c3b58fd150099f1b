import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import { listCompleteness } from '../../shared/operations/listCompleteness.ts';
import { countedPorts } from './countedPorts.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

const from = '2026-11-21T23:00:00Z' as Instant;
const to = '2026-11-22T23:00:00Z' as Instant;
const prosumers = Array.from({ length: 40 }, (_, index) => `p${index + 10}`);

let app: TestApp;
beforeEach(() => {
  app = openTestApp(from);
});
afterEach(() => app.end());

/** A day of quarter-hours is over; all are closed but the last two. */
async function fillDay() {
  await openGrid(app.ports, { activeFrom: from, graceMinutes: 30 });
  for (const id of prosumers) await join(app.ports, id);
  app.setClock(to);
  for (let at = from; at < to; at = addMinutes(at, 15)) await post(app.ports, at, { p10: 5 });
  await app.tick();
  await app.drain();
}

test('a page reads each timeframe a bounded number of times, whoever is on it', async () => {
  await fillDay();
  for (const limit of [1, 10, 40]) {
    const { calls, ports } = countedPorts(app.ports);
    const result = await listCompleteness(ports, gridId, { from, to }, false, { limit });
    expect(result.ok && result.value.items).toHaveLength(limit);
    expect(calls).toEqual({
      'rosters.list': 1,
      'closings.list': 1,
      'closings.listNettos': 94,
      'readings.latestOf': 2,
    });
  }
});

test('readings are looked up only where a timeframe is marked as late', async () => {
  await fillDay();
  await post(app.ports, '2026-11-22T10:00:00Z', { p11: 7, p12: -3 });
  const { calls, ports } = countedPorts(app.ports);
  const result = await listCompleteness(ports, gridId, { from, to }, true, { limit: 40 });
  expect(calls['readings.latestOf']).toBe(3);
  const rows = result.ok ? result.value.items : [];
  expect(rows).toHaveLength(39);
  expect(rows.filter(({ unsettledLate }) => unsettledLate === 1)).toMatchObject([
    { prosumerId: 'p11', missing: 96 },
    { prosumerId: 'p12', missing: 96 },
  ]);
});

test('with nothing to show, a page ends at its bound and names where to go on', async () => {
  await openGrid(app.ports, { activeFrom: from, paused: true });
  app.setClock(addMinutes(from, 30 * 1440));
  await join(app.ports, 'late', { activeFrom: addMinutes(from, 29 * 1440) });
  const range = { from, to: addMinutes(from, 30 * 1440) };
  const pages: number[] = [];
  let after: Parameters<typeof listCompleteness>[4]['after'];
  do {
    const page = { limit: 100, ...(after && { after }) };
    const result = await listCompleteness(app.ports, gridId, range, false, page);
    if (!result.ok) throw new Error(result.refusal.detail);
    pages.push(result.value.items.length);
    after = result.value.next;
  } while (after !== undefined);
  expect(pages).toEqual([0, 0, 0, 0, 1]);
});
