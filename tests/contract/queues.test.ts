import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { embeddedBus } from '../../shared/adapters/embedded/bus.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedQueues, MessageLockLostError } from '../../shared/adapters/embedded/queues.ts';
import { queuesSchema } from '../../shared/adapters/embedded/queuesSchema.ts';
import { at1000, riverside } from './samples.ts';

const startMs = Date.UTC(2026, 10, 22, 12);
const lockMs = 60_000;
const duplicateWindowMs = 10 * 60_000;

let directory: string;
let databases: DatabaseSync[];
let nowMs: number;
let tokens: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  databases = [];
  nowMs = startMs;
  tokens = 0;
});

afterEach(() => {
  close();
  rmSync(directory, { recursive: true });
});

function open(maxDeliveryCount = 10): EmbeddedQueues {
  const db = openDatabase(join(directory, 'queues.db'), queuesSchema, 'process');
  databases.push(db);
  const newToken = () => {
    tokens += 1;
    return `token-${tokens}`;
  };
  return new EmbeddedQueues(db, { nowMs: () => nowMs, newToken, maxDeliveryCount });
}

function close(): void {
  for (const db of databases.splice(0)) db.close();
}

function message(messageId: string, body = `body of ${messageId}`) {
  return { messageId, body };
}

function receiveOne(queues: EmbeddedQueues, queue = 'trades') {
  const [received] = queues.receive(queue, 1);
  if (received === undefined) throw new Error(`nothing to receive from ${queue}`);
  return received;
}

describe('sending and receiving', () => {
  test('messages come in the order of sending, each to one receiver, locked', () => {
    const queues = open();
    const other = open();
    queues.send('trades', [message('b'), message('a')]);
    other.send('trades', [message('c')]);
    expect(queues.receive('trades', 1)).toEqual([
      {
        sequenceNumber: expect.any(Number),
        messageId: 'b',
        body: 'body of b',
        deliveryCount: 1,
        enqueuedAt: new Date(startMs),
        lockToken: expect.any(String),
        lockedUntil: new Date(startMs + lockMs),
      },
    ]);
    expect(other.receive('trades', 10).map(({ messageId }) => messageId)).toEqual(['a', 'c']);
    expect(queues.receive('trades', 10)).toEqual([]);
    expect(queues.counts('trades')).toEqual({ active: 0, locked: 3, deadLettered: 0 });
  });

  test('queues do not mix', () => {
    const queues = open();
    queues.send('trades', [message('a')]);
    queues.send('timeframes', [message('a')]);
    const held = receiveOne(queues, 'trades');
    expect(() => queues.complete('timeframes', held.lockToken)).toThrow(MessageLockLostError);
    expect(queues.counts('timeframes')).toEqual({ active: 1, locked: 0, deadLettered: 0 });
    expect(queues.counts('nothing')).toEqual({ active: 0, locked: 0, deadLettered: 0 });
  });

  test('a completed message is gone', () => {
    const queues = open();
    queues.send('trades', [message('a')]);
    const { lockToken } = receiveOne(queues);
    queues.complete('trades', lockToken);
    nowMs += lockMs;
    expect(queues.receive('trades', 1)).toEqual([]);
    expect(queues.counts('trades')).toEqual({ active: 0, locked: 0, deadLettered: 0 });
    expect(() => queues.complete('trades', lockToken)).toThrow(MessageLockLostError);
  });

  test('what was sent is still there after closing and opening again, locks too', () => {
    const queues = open();
    queues.send('trades', [message('a', 'ü☀'), message('b')]);
    const { lockToken } = receiveOne(queues);
    close();
    const again = open();
    expect(again.receive('trades', 9).map(({ body }) => body)).toEqual(['body of b']);
    again.complete('trades', lockToken);
    expect(again.counts('trades')).toEqual({ active: 0, locked: 1, deadLettered: 0 });
  });
});

describe('duplicates', () => {
  test('an id sent again within the window is dropped, completed or not, also in one call', () => {
    const queues = open();
    const other = open();
    queues.send('trades', [message('a'), message('a', 'other'), message('b')]);
    queues.complete('trades', receiveOne(queues).lockToken);
    nowMs += duplicateWindowMs - 1;
    other.send('trades', [message('a'), message('c')]);
    expect(queues.receive('trades', 9).map(({ messageId }) => messageId)).toEqual(['b', 'c']);
  });

  test('after the window the id is taken again', () => {
    const queues = open();
    queues.send('trades', [message('a')]);
    nowMs += duplicateWindowMs;
    queues.send('trades', [message('a', 'second')]);
    queues.send('trades', [message('a', 'third')]);
    const bodies = queues.receive('trades', 9).map(({ body }) => body);
    expect(bodies).toEqual(['body of a', 'second']);
  });
});

describe('locks', () => {
  test('a lock that runs out makes its message available, first in order, counted up', () => {
    const queues = open();
    queues.send('trades', [message('a'), message('b')]);
    const first = receiveOne(queues);
    nowMs += lockMs - 1;
    expect(receiveOne(queues).messageId).toBe('b');
    nowMs += 1;
    for (const settle of [
      () => queues.complete('trades', first.lockToken),
      () => queues.abandon('trades', first.lockToken),
      () => queues.renewLock('trades', first.lockToken),
      () => queues.deadLetter('trades', first.lockToken, 'r', 'd'),
    ]) {
      expect(settle).toThrow(MessageLockLostError);
    }
    const second = receiveOne(queues);
    expect(second).toMatchObject({ messageId: 'a', deliveryCount: 2 });
    expect(second.lockToken).not.toBe(first.lockToken);
    expect(() => queues.complete('trades', first.lockToken)).toThrow(MessageLockLostError);
    queues.complete('trades', second.lockToken);
  });

  test('a renewed lock holds for its whole duration from then', () => {
    const queues = open();
    queues.send('trades', [message('a')]);
    const { lockToken } = receiveOne(queues);
    nowMs += lockMs - 1;
    expect(queues.renewLock('trades', lockToken)).toEqual(new Date(nowMs + lockMs));
    nowMs += lockMs - 1;
    expect(queues.receive('trades', 1)).toEqual([]);
    queues.complete('trades', lockToken);
  });

  test('an abandoned message is available at once', () => {
    const queues = open();
    queues.send('trades', [message('a'), message('b')]);
    const { lockToken } = receiveOne(queues);
    queues.abandon('trades', lockToken);
    expect(() => queues.abandon('trades', lockToken)).toThrow(MessageLockLostError);
    expect(receiveOne(queues)).toMatchObject({ messageId: 'a', deliveryCount: 2 });
  });
});

describe('dead letters', () => {
  test.each([
    ['abandoned', (queues: EmbeddedQueues, token: string) => queues.abandon('trades', token)],
    [
      'whose lock runs out',
      () => {
        nowMs += lockMs;
      },
    ],
  ])('a message %s after its last delivery is dead', (_case, fail) => {
    const queues = open(2);
    queues.send('trades', [message('a'), message('b')]);
    for (const deliveryCount of [1, 2]) {
      const received = receiveOne(queues);
      expect(received).toMatchObject({ messageId: 'a', deliveryCount });
      fail(queues, received.lockToken);
    }
    expect(receiveOne(queues).messageId).toBe('b');
    expect(queues.listDeadLetters('trades', 9)).toEqual([
      {
        sequenceNumber: expect.any(Number),
        messageId: 'a',
        body: 'body of a',
        deliveryCount: 2,
        enqueuedAt: new Date(startMs),
        reason: 'MaxDeliveryCountExceeded',
        description: 'delivered 2 times and never completed',
      },
    ]);
    expect(queues.counts('trades')).toEqual({ active: 0, locked: 1, deadLettered: 1 });
  });

  test('are set aside with their reason, listed in order, and never received', () => {
    const queues = open();
    queues.send('trades', [message('a'), message('b'), message('c')]);
    for (const { lockToken } of queues.receive('trades', 2).toReversed()) {
      queues.deadLetter('trades', lockToken, 'Malformed', 'no gridId');
    }
    expect(receiveOne(queues).messageId).toBe('c');
    nowMs += lockMs - 1;
    expect(queues.receive('trades', 9)).toEqual([]);
    const dead = queues.listDeadLetters('trades', 9);
    expect(
      dead.map(({ messageId, reason, description }) => [messageId, reason, description]),
    ).toEqual([
      ['a', 'Malformed', 'no gridId'],
      ['b', 'Malformed', 'no gridId'],
    ]);
    expect(queues.listDeadLetters('trades', 1)).toHaveLength(1);
    expect(queues.listDeadLetters('timeframes', 9)).toEqual([]);
  });

  test('are resubmitted as new, also within the window of duplicates', () => {
    const queues = open(1);
    queues.send('trades', [message('a')]);
    queues.abandon('trades', receiveOne(queues).lockToken);
    const sequenceNumber = queues.listDeadLetters('trades', 1)[0]?.sequenceNumber ?? -1;
    expect(queues.resubmit('timeframes', sequenceNumber)).toBe(false);
    expect(queues.resubmit('trades', sequenceNumber)).toBe(true);
    expect(queues.resubmit('trades', sequenceNumber)).toBe(false);
    expect(queues.listDeadLetters('trades', 9)).toEqual([]);
    const again = receiveOne(queues);
    expect(again).toMatchObject({ messageId: 'a', deliveryCount: 1 });
    queues.complete('trades', again.lockToken);
  });
});

test('the bus sends JSON to the queue of the kind', async () => {
  const queues = open();
  const bus = embeddedBus(queues, { timeframes: 'frames', trades: 'deals' });
  const command = { gridId: riverside, timeframe: at1000 };
  await bus.sendCloseCommands([{ messageId: 'one', body: command }]);
  await bus.sendTradeBatches([]);
  const received = receiveOne(queues, 'frames');
  expect([received.messageId, JSON.parse(received.body)]).toEqual(['one', command]);
  expect(queues.counts('deals').active).toBe(0);
});
