import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { QueueUnavailableError } from '../../shared/adapters/azure/serviceBus/queueErrors.ts';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import type { Fault } from './amqpServer.ts';
import {
  closeAll,
  closeCommand,
  idsIn,
  openBus,
  openServer,
  tradeBatch,
  unrefTimers,
} from './busUnderTest.ts';

beforeAll(unrefTimers);
afterEach(closeAll);

describe('nothing is lost and nothing is doubled', () => {
  test.each<[Fault, number]>([
    [{ kind: 'cutBefore' }, 0],
    [{ kind: 'cutAfter' }, 2],
    [{ kind: 'detach' }, 0],
    [{ kind: 'silence' }, 2],
    [{ kind: 'delay', ms: 100 }, 0],
    [{ kind: 'delay', ms: 450 }, 2],
    [{ kind: 'reject', condition: 'com.microsoft:server-busy' }, 0],
    [{ kind: 'reject', condition: 'com.microsoft:timeout' }, 0],
  ])('by %j, with %i messages that came again', async (fault, duplicates) => {
    const server = await openServer();
    const bus = (await openBus(server)).busOf(undefined);
    await bus.sendTradeBatches([tradeBatch(1)]);
    server.faults.push(fault);
    await bus.sendTradeBatches([tradeBatch(2), tradeBatch(3)]);
    await bus.sendTradeBatches([tradeBatch(4)]);
    expect(idsIn(server, 'trades')).toEqual(['batch.1', 'batch.2', 'batch.3', 'batch.4']);
    expect(server.duplicates()).toBe(duplicates);
    expect(server.faults).toEqual([]);
  });

  test('by a failure halfway, after which all is sent again', async () => {
    const server = await openServer();
    const bus = (await openBus(server, { retriesMax: 0 })).busOf(undefined);
    const messages = [1, 2, 3, 4].map((number) => tradeBatch(number, 130_000));
    server.faults.push({ kind: 'delay', ms: 0 }, { kind: 'cutAfter' });
    const failure = await bus.sendTradeBatches(messages).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QueueUnavailableError);
    expect(isTransient(failure)).toBe(true);
    await bus.sendTradeBatches(messages);
    expect(idsIn(server, 'trades')).toEqual(['batch.1', 'batch.2', 'batch.3', 'batch.4']);
  });
});

describe('a server', () => {
  test('that is restarted is found again', async () => {
    const first = await openServer();
    const bus = (await openBus(first)).busOf(undefined);
    await bus.sendCloseCommands([closeCommand('before')]);
    await first.close();
    const failure = await bus.sendCloseCommands([closeCommand('lost')]).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(QueueUnavailableError);
    expect(isTransient(failure)).toBe(true);
    const second = await openServer({ port: first.port });
    await bus.sendCloseCommands([closeCommand('after')]);
    expect(idsIn(second, 'timeframes')).toEqual(['after']);
  });

  test('that hangs is not waited for longer than the limit, and used again when it goes on', async () => {
    const server = await openServer();
    const bus = (await openBus(server, { sendMs: 600, attemptMs: 4_000 })).busOf(undefined);
    await bus.sendCloseCommands([closeCommand('before')]);
    server.freeze();
    const startedAt = performance.now();
    const failure = await bus.sendCloseCommands([closeCommand('during')]).catch((e: unknown) => e);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(isTransient(failure)).toBe(true);
    server.thaw();
    await bus.sendCloseCommands([closeCommand('during'), closeCommand('after')]);
    expect(idsIn(server, 'timeframes')).toEqual(['before', 'during', 'after']);
  });

  test.each([
    ['amqp:unauthorized-access', 'UnauthorizedAccess', false],
    ['amqp:resource-limit-exceeded', 'QuotaExceeded', true],
  ])('that refuses with %s is named: %s', async (condition, code, isPassing) => {
    const server = await openServer();
    const bus = (await openBus(server, { retriesMax: 1 })).busOf(undefined);
    server.faults.push({ kind: 'reject', condition }, { kind: 'reject', condition });
    const failure = await bus.sendTradeBatches([tradeBatch(1)]).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).toContain('Queue trades');
    expect(isTransient(failure)).toBe(isPassing);
  });
});

test('a bus whose connection broke is closed within the limit', async () => {
  const server = await openServer();
  const bus = await openBus(server);
  await bus.health.check();
  server.freeze();
  const startedAt = performance.now();
  await bus.close();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

describe('health', () => {
  test('is good where both queues are there', async () => {
    const { health } = await openBus(await openServer());
    await expect(health.check()).resolves.toBeUndefined();
  });

  test('is not where one is missing, and says which', async () => {
    const { health } = await openBus(await openServer({ queueNames: ['timeframes'] }));
    await expect(health.check()).rejects.toThrow('Queue trades cannot be reached');
  });

  test('is not where nobody answers, and says so within its limit', async () => {
    const server = await openServer();
    const { health } = await openBus(server);
    await health.check();
    await server.close();
    // The end of the connection reaches the client a moment later.
    await setTimeout(50);
    const startedAt = performance.now();
    await expect(health.check()).rejects.toThrow(QueueUnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });
});
