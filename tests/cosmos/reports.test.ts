import { afterEach, expect, test } from '@jest/globals';
import type { DayCompleteness } from '../../shared/domain/completeness.ts';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import { explainBody } from '../../shared/http/explainBody.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { explainTimeframe } from '../../shared/operations/explainTimeframe.ts';
import {
  type CompletenessKey,
  listCompleteness,
} from '../../shared/operations/listCompleteness.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { gridId, join, openGrid, post } from '../operations/smallGrid.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { freshCosmos } from './cosmosUnderTest.ts';

const cosmos = freshCosmos();
const apps: TestApp[] = [];
afterEach(() => {
  for (const app of apps.splice(0)) app.end();
});

const first = '2026-11-22T10:00:00Z' as Timeframe;
const second = '2026-11-22T10:15:00Z' as Timeframe;
const third = '2026-11-22T10:30:00Z' as Timeframe;
const ids = Array.from({ length: 63 }, (_, n) => `p${10 + n}`);
const roundsMax = 100;

async function settle({ embedded: { queues } }: TestApp, ports: Ports): Promise<void> {
  await closeTimeframes(ports);
  for (let round = 0; round < roundsMax; round += 1) {
    const commands = queues.receive('timeframes', 16);
    const batches = queues.receive('trades', 16);
    if (commands.length + batches.length === 0) return;
    for (const { body } of commands) await closeTimeframe(ports, JSON.parse(body));
    for (const { body } of batches) await recordTrades(ports, JSON.parse(body));
    for (const { lockToken } of commands) queues.complete('timeframes', lockToken);
    for (const { lockToken } of batches) queues.complete('trades', lockToken);
  }
  throw new Error('the queues never ran empty');
}

/** Two timeframes closed, the first of them corrected and late again; a third one open. */
async function live(app: TestApp, ports: Ports): Promise<void> {
  await openGrid(ports);
  for (const id of ids) await join(ports, id);
  await closeTimeframes(ports);
  app.setClock(second);
  const present = ids.filter((_, n) => n % 20 !== 7);
  const nettos = Object.fromEntries(present.map((id, n) => [id, ((n * 97) % 601) - 300]));
  await post(ports, first, nettos);
  await settle(app, ports);
  await post(ports, first, { p17: 250, p72: -40 }, 2);
  app.setClock(third);
  await post(ports, second, { p13: 5, p71: -7 });
  await settle(app, ports);
  await post(ports, first, { p37: 99 });
  app.setClock('2026-11-22T10:50:00Z');
  await post(ports, third, { p10: 1 });
}

async function reportsOf(ports: Ports) {
  const rows: DayCompleteness[] = [];
  let after: CompletenessKey | undefined;
  do {
    const page = { limit: 25, ...(after && { after }) };
    const result = await listCompleteness(ports, gridId, {}, false, page);
    if (!result.ok) throw new Error(result.refusal.detail);
    rows.push(...result.value.items);
    after = result.value.next;
  } while (after !== undefined);
  const explained = [];
  for (const id of ['p10', 'p17', 'p72']) {
    const result = await explainTimeframe(ports, id as ProsumerId, first);
    if (!result.ok) throw new Error(result.refusal.detail);
    explained.push(explainBody(result.value));
  }
  return { rows, explained };
}

test('completeness and explanations are those of the embedded stores', async () => {
  const calm = openTestApp(first);
  apps.push(calm);
  await live(calm, calm.ports);
  const expected = await reportsOf(calm.ports);

  const app = openTestApp(first);
  apps.push(app);
  const { health: _, close, ...documents } = await cosmos().open();
  const ports = { ...app.ports, ...documents };
  await live(app, ports);
  const found = await reportsOf(ports);
  expect(found.rows).toEqual(expected.rows);
  expect(found.explained).toEqual(expected.explained);

  expect(found.rows.map(({ prosumerId }) => prosumerId)).toEqual(ids);
  const rowOf = (id: string) => found.rows.find(({ prosumerId }) => prosumerId === id);
  expect(rowOf('p10')).toMatchObject({ expected: 3, received: 2, late: 0 });
  expect(rowOf('p17')).toMatchObject({ expected: 3, received: 1, late: 1, unsettledLate: 0 });
  expect(rowOf('p37')).toMatchObject({ expected: 3, received: 0, late: 0, unsettledLate: 1 });
  expect(found.explained[1]?.revisions).toHaveLength(2);
}, 60_000);
