import type { ServiceBusQueueHandler } from '@azure/functions';
import { readMessage } from '../shared/http/readMessage.ts';
import { recordTrades } from '../shared/operations/recordTrades.ts';
import { contextLog } from './contextLog.ts';
import type { PortsSource } from './ports.ts';

/** Queue `trades`: records a batch of trades. A throw gives the message back to the queue. */
export function recordTradesQueue(ports: PortsSource): ServiceBusQueueHandler {
  return async (message, context) => {
    const batch = readMessage('TradeBatch', message);
    const log = contextLog(context);
    await recordTrades({ ...(await ports()), log }, batch);
    const { gridId, timeframe, revision, batch: number, batchCount } = batch;
    log.info('Batch recorded', { gridId, timeframe, revision, batch: number, batchCount });
  };
}
