import type { TimerHandler } from '@azure/functions';
import { followPayments } from '../shared/operations/followPayments.ts';
import { followPayouts } from '../shared/operations/followPayouts.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Timer: takes payments and payouts to what the chain says of them now. */
export function followChainTimer(ports: PortsSource): TimerHandler {
  return async (_timer, context) => {
    const app = invocationPorts(await ports(), context);
    const changes = { payments: 0, payouts: 0 };
    try {
      changes.payments = (await followPayments(app)).changes;
    } finally {
      // Whatever the matter is with a wallet, what is paid out goes on.
      changes.payouts = (await followPayouts(app)).changes;
      if (changes.payments + changes.payouts > 0) app.log.info('Chain followed', changes);
    }
  };
}
