import type { TimerHandler } from '@azure/functions';
import { eraseExpired } from '../shared/operations/eraseExpired.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Timer: erases the personal data, and deletes the readings, that nobody needs any more. */
export function erasePersonalDataTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const app = invocationPorts(await ports(), context);
    const { prosumers, timeframes } = await eraseExpired(app);
    if (prosumers > 0) app.log.info('Personal data erased', { prosumers });
    if (timeframes > 0) app.log.info('Readings deleted', { timeframes });
  };
}
