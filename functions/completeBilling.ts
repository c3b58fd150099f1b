import type { TimerHandler } from '@azure/functions';
import { completeRuns } from '../shared/operations/completeRuns.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Timer: gives invoices their addresses and writes the documents of final runs. */
export function completeBillingTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const app = invocationPorts(await ports(), context);
    const { runs } = await completeRuns(app);
    if (runs > 0) app.log.info('Billing runs completed', { runs });
  };
}
