import type { ServiceBusQueueHandler } from '@azure/functions';
import { readMessage } from '../shared/http/readMessage.ts';
import { recordTrades } from '../shared/operations/recordTrades.ts';
import { invocationPorts, type PortsSource } from './ports.ts';

/** Queue `trades`: records a batch of trades. A throw gives the message back to the queue. */
export function recordTradesQueue(ports: PortsSource): ServiceBusQueueHandler {
  return async (message, context) => {
    const batch = readMessage('TradeBatch', message);
    const app = invocationPorts(await ports(), context);
    await recordTrades(app, batch);
    const { gridId, timeframe, revision, batch: number, batchCount } = batch;
    const place = { gridId, timeframe, revision, batch: number, batchCount };
    app.log.info('Batch recorded', { ...place, tradeCount: batch.trades.length });
  };
}
