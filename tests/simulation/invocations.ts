import type { InvocationContext } from '@azure/functions';
import { closeTimeframeQueue } from '../../functions/closeTimeframe.ts';
import { closeTimeframesTimer } from '../../functions/closeTimeframes.ts';
import { completeBillingTimer } from '../../functions/completeBilling.ts';
import { erasePersonalDataTimer } from '../../functions/erasePersonalData.ts';
import { followChainTimer } from '../../functions/followChain.ts';
import type { PortsSource } from '../../functions/ports.ts';
import { recordTradesQueue } from '../../functions/recordTrades.ts';
import { unlimited } from '../../shared/http/unlimited.ts';
import type { Ports } from '../../shared/ports/ports.ts';

const timers = {
  closeTimeframes: closeTimeframesTimer,
  completeBilling: completeBillingTimer,
  followChain: followChainTimer,
  erasePersonalData: erasePersonalDataTimer,
} as const;
const queues = { timeframes: closeTimeframeQueue, trades: recordTradesQueue } as const;
const queueFunctions = { timeframes: 'closeTimeframe', trades: 'recordTrades' } as const;

export type TimerName = keyof typeof timers;
export const timerNames = Object.keys(timers) as readonly TimerName[];

/** A timer comes to an instance of the app, as the host lets it. */
export async function fireTimer(ports: Ports, name: TimerName): Promise<void> {
  const scheduleStatus = { last: '', lastUpdated: '', next: '' };
  const timer = { isPastDue: false, schedule: { adjustForDST: false }, scheduleStatus };
  await timers[name](sourceOf(ports))(timer, contextOf(name));
}

/** A message of a queue comes to an instance of the app. What it throws gives the message back. */
export async function handleMessage(
  ports: Ports,
  queue: keyof typeof queues,
  body: string,
): Promise<void> {
  await queues[queue](sourceOf(ports))(JSON.parse(body), contextOf(queueFunctions[queue]));
}

function sourceOf(ports: Ports): PortsSource {
  const app = { ...ports, tokens: { kind: 'open' }, limits: unlimited } as const;
  return async () => ({ ...app, busOf: () => ports.bus, close: async () => undefined });
}

/** As much of an invocation as functions look at. */
function contextOf(functionName: string): InvocationContext {
  const silent = () => undefined;
  const context = { functionName, info: silent, warn: silent, error: silent };
  return context as unknown as InvocationContext;
}
