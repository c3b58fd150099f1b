import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { LogEntry } from '../../local/host/hostLog.ts';
import { queueMessageInput } from '../../local/host/queueMessageData.ts';
import { createQueuePump, type QueuePump } from '../../local/host/queuePump.ts';
import type { LockedMessage, QueueSource } from '../../local/host/queueSource.ts';
import { createMemoryQueues } from './fixture/memoryQueues.ts';

const pumps: QueuePump[] = [];
afterEach(() => {
  for (const pump of pumps.splice(0)) pump.stop();
});

function create(
  run: (message: LockedMessage) => Promise<void>,
  options: {
    readonly renewalMsMax?: number;
    readonly receive?: (
      real: QueueSource['receive'],
      ...args: Parameters<QueueSource['receive']>
    ) => readonly LockedMessage[];
  } = {},
) {
  const queues = createMemoryQueues();
  const { receive } = options;
  const logged: LogEntry[] = [];
  const pump = createQueuePump({
    functionName: 'record',
    queue: 'trades',
    source: receive
      ? { ...queues, receive: (...args) => receive(queues.receive, ...args) }
      : queues,
    concurrencyMax: 2,
    renewalMsMax: options.renewalMsMax ?? 60_000,
    renewalIntervalMs: 3,
    pollIntervalMs: 2,
    run,
    log: (entry) => void logged.push(entry),
  });
  pumps.push(pump);
  return { queues, pump, logged };
}

/** Waits until something holds, but not for ever. */
async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !holds(); round += 1) await sleep(2);
  expect(holds()).toBe(true);
}

test('a message is completed when its function ends, and abandoned when it throws', async () => {
  const deliveries: string[] = [];
  const { queues, pump } = create(async ({ body, deliveryCount }) => {
    deliveries.push(`${body} ${deliveryCount}`);
    if (body === 'bad' && deliveryCount < 3) throw new Error('not yet');
  });
  queues.send('trades', 'bad');
  queues.send('trades', 'good');
  queues.send('others', 'not ours');
  pump.start();
  await until(() => queues.events.length === 4);
  expect(deliveries.toSorted()).toEqual(['bad 1', 'bad 2', 'bad 3', 'good 1']);
  expect(queues.events.toSorted()).toEqual([
    'abandon 1/1',
    'abandon 1/2',
    'complete 1/3',
    'complete 2/1',
  ]);
});

test('no more messages are held than may be worked on at once', async () => {
  const gate = Promise.withResolvers<void>();
  let active = 0;
  let most = 0;
  const { queues, pump } = create(async () => {
    active += 1;
    most = Math.max(most, active);
    await gate.promise;
    active -= 1;
  });
  for (let count = 0; count < 5; count += 1) queues.send('trades', `${count}`);
  pump.start();
  await sleep(10);
  expect(active).toBe(2);
  expect(queues.receive('trades', 10)).toHaveLength(3);
  gate.resolve();
  await until(() => queues.events.filter((each) => each.startsWith('complete')).length === 2);
  expect(most).toBe(2);
});

test('a lock is renewed while its function runs, and no longer than may be', async () => {
  const gate = Promise.withResolvers<void>();
  const { queues, pump } = create(() => gate.promise, { renewalMsMax: 9 });
  queues.send('trades', 'long');
  pump.start();
  await until(() => queues.events.length === 3);
  await sleep(15);
  expect(queues.events).toEqual(['renew 1/1', 'renew 1/1', 'renew 1/1']);
  gate.resolve();
  await until(() => queues.events.at(-1) === 'complete 1/1');
});

test('a stopped pump receives nothing, and gives back what is not done', async () => {
  const gate = Promise.withResolvers<void>();
  const { queues, pump } = create(() => gate.promise);
  queues.send('trades', 'one');
  pump.start();
  pump.stop();
  queues.send('trades', 'two');
  pump.wake();
  await sleep(6);
  pump.releaseUnfinished();
  gate.resolve();
  await sleep(6);
  expect(queues.events.filter((each) => !each.startsWith('renew'))).toEqual(['abandon 1/1']);
  expect(queues.receive('trades', 10).map(({ body }) => body)).toEqual(['one', 'two']);
});

test('a queue that cannot be used is logged, and tried again', async () => {
  const { queues, pump, logged } = create(async () => {});
  const receive = queues.receive;
  queues.receive = () => {
    queues.receive = receive;
    throw new Error('disk gone');
  };
  queues.send('trades', 'one');
  pump.start();
  await until(() => queues.events.includes('complete 1/1'));
  expect(logged).toMatchObject([{ level: 'error', source: 'record' }]);
  expect(logged[0]?.message).toContain('disk gone');
});

test('a message reaches the library as the host would hand it over', () => {
  const input = queueMessageInput({
    sequenceNumber: 7,
    messageId: 'm',
    body: '{"a":1}',
    deliveryCount: 2,
    enqueuedAt: new Date('2026-11-22T10:15:00Z'),
    lockToken: 'token',
    lockedUntil: new Date('2026-11-22T10:16:00Z'),
  });
  expect(input.data).toEqual({ string: '{"a":1}' });
  expect(input.metadata).toMatchObject({
    MessageId: { string: 'm' },
    SequenceNumber: { json: '7' },
    DeliveryCount: { json: '2' },
    EnqueuedTimeUtc: { json: '"2026-11-22T10:15:00.000Z"' },
  });
});

test('after a queue that could not be read it rests, and goes on', async () => {
  const { queues, pump, logged } = create(async () => {}, {
    receive: (real, ...args) => {
      if (logged.length < 2) throw new Error('disk is full');
      return real(...args);
    },
  });
  queues.send('trades', 'patient');
  const startMs = performance.now();
  pump.start();
  await until(() => queues.events.at(-1) === 'complete 1/1');
  // Twenty polls of 2 ms after each of the two failures.
  expect(performance.now() - startMs).toBeGreaterThan(75);
  expect(logged.map(({ message }) => message)).toEqual([
    expect.stringContaining('disk is full'),
    expect.stringContaining('disk is full'),
  ]);
});
