import type { TimerHandler } from '@azure/functions';
import { closeTimeframes } from '../shared/operations/closeTimeframes.ts';
import { contextLog } from './contextLog.ts';
import type { PortsSource } from './ports.ts';

/** Timer: finds what is due and sends a command per grid and timeframe. */
export function closeTimeframesTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const log = contextLog(context);
    const { commands } = await closeTimeframes({ ...(await ports()), log });
    if (commands > 0) log.info('Commands sent', { commands });
  };
}
