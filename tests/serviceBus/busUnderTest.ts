import {
  openServiceBus,
  type ServiceBus,
  type ServiceBusLimits,
} from '../../shared/adapters/azure/serviceBus/openServiceBus.ts';
import type { CloseCommand, TradeBatch } from '../../shared/domain/messages.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import type { Message } from '../../shared/ports/bus.ts';
import { gridId } from '../operations/smallGrid.ts';
import { type AmqpServer, startAmqpServer } from './amqpServer.ts';

export const quarter = '2026-11-22T10:00:00Z' as Timeframe;
const queues = { timeframes: 'timeframes', trades: 'trades' };

/** As in production, but for a test that does not want to wait. */
const quick: Partial<ServiceBusLimits> = {
  attemptMs: 300,
  retriesMax: 3,
  retryDelayMs: 20,
  sendMs: 4_000,
  checkMs: 500,
  closeMs: 500,
};

const opened: { close(): Promise<void> }[] = [];

export async function openServer(
  options?: Parameters<typeof startAmqpServer>[0],
): Promise<AmqpServer> {
  const server = await startAmqpServer(options);
  opened.push(server);
  return server;
}

export async function openBus(
  { connectionString }: AmqpServer,
  limits: Partial<ServiceBusLimits> = {},
): Promise<ServiceBus> {
  const settings = { kind: 'serviceBus', access: { kind: 'emulator', connectionString } } as const;
  const bus = await openServiceBus(settings, queues, { ...quick, ...limits });
  opened.push(bus);
  return bus;
}

/** Closes what a test has opened, the last first. */
export async function closeAll(): Promise<void> {
  for (const each of opened.splice(0).reverse()) await each.close();
}

/**
 * Lets the timers that the SDK leaves behind when a connection breaks, of a minute each, not hold up
 * the end of the test run. While a test runs, its sockets keep the process.
 */
export function unrefTimers(): void {
  const { setTimeout: real } = globalThis;
  const unreffed = (call: () => void, ms?: number) => real(call, ms).unref();
  globalThis.setTimeout = Object.assign(unreffed, real) as typeof real;
}

export function closeCommand(id: string): Message<CloseCommand> {
  return { messageId: id, body: { gridId, timeframe: quarter } };
}

/** A batch of trades whose message is about so many bytes. Only its size and its place matter here. */
export function tradeBatch(batch: number, bytes = 1_000): Message<TradeBatch> {
  const body: TradeBatch = {
    gridId,
    timeframe: quarter,
    revision: 0,
    closingNumber: 1,
    period: '2026-11' as TradeBatch['period'],
    batch,
    batchCount: 1,
    previousHash: 'a'.repeat(bytes) as TradeBatch['previousHash'],
    hash: '' as TradeBatch['hash'],
    trades: [],
  };
  return { messageId: `batch.${batch}`, body };
}

/** The ids in a queue, in the order of arrival. */
export function idsIn({ queues: stored }: AmqpServer, queue: keyof typeof queues): string[] {
  return (stored.get(queue) ?? []).map(({ messageId }) => messageId);
}
