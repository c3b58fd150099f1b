import type { TimerHandler } from '@azure/functions';
import { closeTimeframes } from '../shared/operations/closeTimeframes.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Timer: finds what is due and sends a command per grid and timeframe. */
export function closeTimeframesTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const app = invocationPorts(await ports(), context);
    const { commands } = await closeTimeframes(app);
    if (commands > 0) app.log.info('Commands sent', { commands });
  };
}
