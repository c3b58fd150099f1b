import { setTimeout } from 'node:timers/promises';
import { RetryMode, type RetryOptions, ServiceBusClient } from '@azure/service-bus';
import type { ServiceBusSettings } from '../../../config/busSettings.ts';
import type { CloseCommand, TradeBatch } from '../../../domain/messages.ts';
import type { Bus, Message } from '../../../ports/bus.ts';
import type { Health } from '../../../ports/health.ts';
import type { Trace } from '../../../ports/trace.ts';
import { outgoingMessage } from './outgoingMessage.ts';
import { type QueueSender, queueSender, type SendLimits } from './queueSender.ts';

export type ServiceBusLimits = SendLimits & {
  /** Of one attempt. One that a dropped connection has caught waits it out. */
  readonly attemptMs: number;
  readonly retriesMax: number;
  /** Before the first repeat; it doubles with each. */
  readonly retryDelayMs: number;
  /** For the farewell to a broken connection, for which the SDK waits a minute. */
  readonly closeMs: number;
};

const serviceBusLimits: ServiceBusLimits = {
  attemptMs: 10_000,
  retriesMax: 3,
  retryDelayMs: 500,
  sendMs: 45_000,
  checkMs: 5_000,
  closeMs: 3_000,
  batchBytesMax: 262_144,
};

/** The two queues in Service Bus. */
export type ServiceBus = {
  /** A bus whose messages carry a trace on; without one, none. */
  busOf(trace: Trace | undefined): Bus;
  readonly health: Health;
  /** Closes the connection; a repeat changes nothing. */
  close(): Promise<void>;
};

/**
 * Opens the namespace, with one connection and a sender per queue. Connects at the first use, so
 * that an app can start while its namespace does not answer.
 */
export async function openServiceBus(
  { access }: ServiceBusSettings,
  queues: { readonly timeframes: string; readonly trades: string },
  changes: Partial<ServiceBusLimits> = {},
): Promise<ServiceBus> {
  const limits = { ...serviceBusLimits, ...changes };
  const client = await clientOf(access, retryOptions(limits));
  const timeframes = queueSender(client.createSender(queues.timeframes), limits);
  const trades = queueSender(client.createSender(queues.trades), limits);
  return {
    busOf: (trace) => ({
      sendCloseCommands: (messages) => send(timeframes, messages, trace),
      sendTradeBatches: (messages) => send(trades, messages, trace),
    }),
    health: {
      name: 'serviceBus',
      async check() {
        await Promise.all([timeframes.check(), trades.check()]);
      },
    },
    close: () =>
      Promise.race([client.close(), setTimeout(limits.closeMs, undefined, { ref: false })]),
  };
}

function retryOptions(limits: ServiceBusLimits): RetryOptions {
  return {
    timeoutInMs: limits.attemptMs,
    maxRetries: limits.retriesMax,
    retryDelayInMs: limits.retryDelayMs,
    maxRetryDelayInMs: limits.attemptMs,
    mode: RetryMode.Exponential,
  };
}

async function clientOf(
  access: ServiceBusSettings['access'],
  retry: RetryOptions,
): Promise<ServiceBusClient> {
  const options = { retryOptions: retry };
  if (access.kind === 'emulator') return new ServiceBusClient(access.connectionString, options);
  const { azureCredential } = await import('../credential.ts');
  return new ServiceBusClient(access.fullyQualifiedNamespace, azureCredential(access), options);
}

async function send(
  sender: QueueSender,
  messages: readonly Message<CloseCommand | TradeBatch>[],
  trace: Trace | undefined,
): Promise<void> {
  await sender.send(messages.map((message) => outgoingMessage(message, trace)));
}
