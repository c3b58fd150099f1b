import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MessageTooLargeError } from '../../shared/adapters/azure/serviceBus/queueErrors.ts';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import {
  closeAll,
  closeCommand,
  idsIn,
  openBus,
  openServer,
  quarter,
  tradeBatch,
  unrefTimers,
} from './busUnderTest.ts';

beforeAll(unrefTimers);
afterEach(closeAll);

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a message', () => {
  test('has its id, its body as JSON, and one correlation through its closing', async () => {
    const server = await openServer();
    const bus = (await openBus(server)).busOf(undefined);
    const command = closeCommand('command');
    const batch = tradeBatch(7);
    await bus.sendCloseCommands([command]);
    await bus.sendTradeBatches([batch]);

    const [first] = server.queues.get('timeframes') ?? [];
    const [second] = server.queues.get('trades') ?? [];
    expect(first).toMatchObject({
      messageId: 'command',
      correlationId: 'grid.20261122T1000Z',
      contentType: 'application/json',
      properties: {},
    });
    expect(second).toMatchObject({ messageId: 'batch.7', correlationId: 'grid.20261122T1000Z.0' });
    expect(JSON.parse(first?.body ?? '')).toEqual({ gridId: 'grid', timeframe: quarter });
    expect(JSON.parse(second?.body ?? '')).toEqual(batch.body);
  });

  test('carries the trace of what sent it on', async () => {
    const server = await openServer();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const bus = (await openBus(server)).busOf({ traceparent, tracestate: 'a=b' });
    await bus.sendTradeBatches([tradeBatch(1), tradeBatch(2)]);
    const properties = { traceparent, tracestate: 'a=b', 'Diagnostic-Id': traceparent };
    expect(server.queues.get('trades')).toMatchObject([{ properties }, { properties }]);
  });

  test('that is sent twice is there once', async () => {
    const server = await openServer();
    const bus = (await openBus(server)).busOf(undefined);
    await bus.sendTradeBatches([tradeBatch(1), tradeBatch(2)]);
    await bus.sendTradeBatches([tradeBatch(2), tradeBatch(3)]);
    expect(idsIn(server, 'trades')).toEqual(['batch.1', 'batch.2', 'batch.3']);
  });
});

describe('batches', () => {
  test('are as few as fit, in order, and none is larger than the queue takes', async () => {
    const server = await openServer();
    const bus = (await openBus(server)).busOf(undefined);
    await bus.sendTradeBatches(numbers(25).map((number) => tradeBatch(number, 50_000)));
    expect(idsIn(server, 'trades')).toEqual(numbers(25).map((number) => `batch.${number}`));
    expect(server.transferBytes).toHaveLength(5);
    expect(Math.max(...server.transferBytes)).toBeLessThanOrEqual(262_144);
  });

  test('keep to what the queue says where that is less, and to 256 KB where it is more', async () => {
    const batches = numbers(10).map((number) => tradeBatch(number, 50_000));
    const narrow = await openServer({ messageBytesMax: 110_000 });
    await (await openBus(narrow)).busOf(undefined).sendTradeBatches(batches);
    expect(narrow.transferBytes).toHaveLength(5);
    const wide = await openServer({ messageBytesMax: 1_048_576 });
    await (await openBus(wide)).busOf(undefined).sendTradeBatches(batches);
    expect(wide.transferBytes).toHaveLength(2);
  });

  test('without a message are not sent', async () => {
    const server = await openServer();
    await (await openBus(server)).busOf(undefined).sendTradeBatches([]);
    expect(server.transferBytes).toEqual([]);
  });

  test('do not take a message that is too large: it is named, and not tried again', async () => {
    const server = await openServer();
    const bus = (await openBus(server)).busOf(undefined);
    const tooLarge = await bus
      .sendTradeBatches([tradeBatch(1), tradeBatch(2, 262_144)])
      .catch((error: unknown) => error);
    expect(tooLarge).toBeInstanceOf(MessageTooLargeError);
    expect(String(tooLarge)).toContain('batch.2');
    expect(isTransient(tooLarge)).toBe(false);
    expect(idsIn(server, 'trades')).toEqual(['batch.1']);
  });
});
