import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { InvocationContext } from '@azure/functions';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { closeTimeframeQueue } from '../../functions/closeTimeframe.ts';
import { closeTimeframesTimer } from '../../functions/closeTimeframes.ts';
import { openOnce } from '../../functions/ports.ts';
import { recordTradesQueue } from '../../functions/recordTrades.ts';
import { openPorts } from '../../shared/adapters/openPorts.ts';
import { readSettings } from '../../shared/config.ts';
import { firstTimeframeFrom, instantOf } from '../../shared/domain/timeframe.ts';
import { gridId, join, openGrid, post } from '../operations/smallGrid.ts';
import type { AmqpServer } from './amqpServer.ts';
import { closeAll, openServer, unrefTimers } from './busUnderTest.ts';

beforeAll(unrefTimers);
afterEach(closeAll);

const silent = () => undefined;
const log = { info: silent, warn: silent, error: silent };
const traceOf = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

function contextOf(functionName: string, traceParent: string): InvocationContext {
  return new InvocationContext({
    functionName,
    invocationId: functionName,
    logHandler: silent,
    traceContext: { traceParent },
  });
}

const timer = {
  isPastDue: false,
  schedule: { adjustForDST: true },
  scheduleStatus: { last: '', next: '', lastUpdated: '' },
};

/** The only message of a queue, and the trace that it carries. */
function onlyMessageOf({ queues }: AmqpServer, queue: string) {
  const [message, ...others] = queues.get(queue) ?? [];
  if (message === undefined || others.length > 0) throw new Error(`${queue} holds one message`);
  const { traceparent, 'Diagnostic-Id': diagnosticId } = message.properties;
  expect(diagnosticId).toBe(traceparent);
  return { body: message.body, traceparent, correlationId: message.correlationId };
}

test('the functions settle a timeframe over Service Bus and embedded stores, each in the trace that it is called in', async () => {
  const directory = mkdtempSync(joinPath(tmpdir(), 'mini-smart-grid-'));
  const server = await openServer();
  const settings = readSettings({
    DATA_DIR: directory,
    SERVICE_BUS: server.connectionString,
    AUTH: 'none',
  });
  const { ports, close } = openOnce(() => openPorts(settings));
  const app = { ...(await ports()), log, by: { kind: 'system', id: 'test' } as const };
  expect(app.health.map(({ name }) => name)).toEqual([
    'smartGridInfo',
    'traderInfo',
    'prosumerInfo',
    'documents',
    'serviceBus',
    'chain',
  ]);

  const anHourAgo = instantOf(Date.now() - 3_600_000);
  const timeframe = firstTimeframeFrom(anHourAgo, 15);
  const activeUntil = instantOf(Date.parse(timeframe) + 900_000);
  await openGrid(app, { activeFrom: timeframe, activeUntil });
  for (const id of ['a', 'b']) await join(app, id);
  await post(app, timeframe, { a: 500, b: -700 });

  const [first, second, third] = [traceOf('1'), traceOf('2'), traceOf('3')];
  await closeTimeframesTimer(ports)(timer, contextOf('closeTimeframes', first));
  const command = onlyMessageOf(server, 'timeframes');
  expect(command.traceparent).toBe(first);
  await closeTimeframeQueue(ports)(command.body, contextOf('closeTimeframe', second));
  const batch = onlyMessageOf(server, 'trades');
  expect(batch.traceparent).toBe(second);
  expect(batch.correlationId).toBe(`${command.correlationId}.0`);
  await recordTradesQueue(ports)(batch.body, contextOf('recordTrades', third));

  const closing = await app.closings.latest(gridId, timeframe);
  expect(closing).toMatchObject({ status: 'settled', tradedWh: 500, importedWh: 200 });
  await close();
  rmSync(directory, { recursive: true });
});
