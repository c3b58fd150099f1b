import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  openServiceBus,
  type ServiceBus,
} from '../../shared/adapters/azure/serviceBus/openServiceBus.ts';
import { serviceBusSettings } from '../../shared/config/busSettings.ts';
import type { CloseCommand } from '../../shared/domain/messages.ts';
import { firstTimeframeFrom, parseInstant } from '../../shared/domain/timeframe.ts';
import type { Message } from '../../shared/ports/bus.ts';
import { gridId } from '../operations/smallGrid.ts';

const connectionString = process.env['SERVICE_BUS'];
const describeEmulator = connectionString === undefined ? describe.skip : describe;
const queues = { timeframes: 'timeframes', trades: 'trades' };
const waitMs = 10_000;

describeEmulator('the Service Bus emulator (where SERVICE_BUS is set)', () => {
  let bus: ServiceBus;
  let client: ServiceBusClient;
  let receiver: ServiceBusReceiver;

  beforeAll(async () => {
    const settings = serviceBusSettings({ SERVICE_BUS: connectionString });
    if (settings === undefined) throw new Error('SERVICE_BUS names no emulator');
    bus = await openServiceBus(settings, queues);
    client = new ServiceBusClient(connectionString ?? '');
    receiver = client.createReceiver(queues.timeframes);
  });
  afterAll(async () => {
    await receiver.close();
    await client.close();
    await bus.close();
  });

  test('has both queues', () => bus.health.check(), 60_000);

  test('hands on what is sent, once, again when it is abandoned, and not when it is done', async () => {
    const [first, second] = [command(), command()];
    await bus.busOf(undefined).sendCloseCommands([first, second]);
    await bus.busOf(undefined).sendCloseCommands([first]);

    const received = await receive(2);
    expect(received.map(({ body }) => body)).toEqual([first.body, second.body]);
    const [one, other] = received;
    if (one === undefined || other === undefined) throw new Error('two were received');
    const lockedForMs = (one.lockedUntilUtc?.getTime() ?? 0) - Date.now();
    expect(lockedForMs).toBeGreaterThan(30_000);
    expect(lockedForMs).toBeLessThanOrEqual(61_000);

    await receiver.completeMessage(one);
    await receiver.abandonMessage(other);
    const again = await receive(1);
    expect(again.map(({ messageId }) => messageId)).toEqual([second.messageId]);
    expect(again[0]?.deliveryCount).toBeGreaterThan(other.deliveryCount ?? 0);
    for (const message of again) await receiver.completeMessage(message);
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 2_000 })).toEqual([]);
  }, 60_000);

  async function receive(count: number) {
    const received = [];
    while (received.length < count) {
      const more = await receiver.receiveMessages(count - received.length, {
        maxWaitTimeInMs: waitMs,
      });
      if (more.length === 0) break;
      received.push(...more);
    }
    return received;
  }
});

function command(): Message<CloseCommand> {
  const start = parseInstant('2026-11-22T10:00:00Z');
  if (start === undefined) throw new Error('an instant is malformed');
  return { messageId: randomUUID(), body: { gridId, timeframe: firstTimeframeFrom(start, 15) } };
}
