import type { TimerHandler } from '@azure/functions';
import { followPayments } from '../shared/operations/followPayments.ts';
import { followPayouts } from '../shared/operations/followPayouts.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Timer: takes payments and payouts to what the chain says of them now. */
export function followChainTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const app = invocationPorts(await ports(), context);
    const payments = await followPayments(app);
    const payouts = await followPayouts(app);
    const changes = { payments: payments.changes, payouts: payouts.changes };
    if (changes.payments + changes.payouts > 0) app.log.info('Chain followed', changes);
  };
}
