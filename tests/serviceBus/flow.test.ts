import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { nextTimeframe } from '../../shared/domain/timeframe.ts';
import { readMessage } from '../../shared/http/readMessage.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { publishClosing } from '../../shared/operations/publishClosing.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import { gridId, join, openGrid, post } from '../operations/smallGrid.ts';
import { openTestApp } from '../operations/testApp.ts';
import type { AmqpServer } from './amqpServer.ts';
import { closeAll, openBus, openServer, quarter, unrefTimers } from './busUnderTest.ts';

beforeAll(unrefTimers);
afterEach(closeAll);

const householdsMax = 600;
const households = Array.from({ length: householdsMax }, (_, index) => `home-${index}`);

/** Bodies of what a queue holds, as the host hands them over. */
const bodiesIn = ({ queues }: AmqpServer, queue: string) =>
  (queues.get(queue) ?? []).map(({ body }) => body);

test('a timeframe settles over Service Bus, though connections break and all is sent twice', async () => {
  const app = openTestApp('2026-11-22T10:14:00Z');
  const server = await openServer();
  const ports = { ...app.ports, bus: (await openBus(server)).busOf(undefined) };
  await openGrid(ports);
  for (const id of households) await join(ports, id);
  const nettos = households.map((id, index) => [id, index % 2 === 0 ? 100 + index : -350]);
  await post(ports, quarter, Object.fromEntries(nettos));
  app.setClock('2026-11-22T10:15:00Z');

  server.faults.push({ kind: 'cutAfter' });
  await closeTimeframes(ports);
  await closeTimeframes(ports);
  const commands = bodiesIn(server, 'timeframes');
  expect(commands).toHaveLength(1);

  server.faults.push({ kind: 'cutBefore' }, { kind: 'detach' }, { kind: 'cutAfter' });
  for (const body of commands) await closeTimeframe(ports, readMessage('CloseCommand', body));
  const closing = await ports.closings.latest(gridId, quarter);
  if (closing === undefined) throw new Error('the timeframe is closed');
  expect(closing.status).toBe('closed');
  await publishClosing(ports, closing, 'Europe/Vienna');

  const batches = bodiesIn(server, 'trades');
  expect(batches.length).toBeGreaterThan(1);
  for (const body of [...batches, ...batches].reverse()) {
    await recordTrades(ports, readMessage('TradeBatch', body));
  }
  expect((await ports.closings.latest(gridId, quarter))?.status).toBe('settled');
  const { items } = await ports.ledger.listAccounts(gridId, { limit: householdsMax + 2 });
  const netUsat = items.reduce((sum, { sums }) => sum + sums.creditsUsat - sums.debitsUsat, 0n);
  expect(netUsat).toBe(0n);
  const trades = await ports.trades.list(
    gridId,
    { from: quarter, to: nextTimeframe(quarter, 15) },
    { limit: 10_000 },
  );
  expect(trades.items).toHaveLength(closing.tradeCount);
  app.end();
});
