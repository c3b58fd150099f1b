import type { ServiceBusQueueHandler } from '@azure/functions';
import { secondsBetween } from '../shared/domain/timeframe.ts';
import { readMessage } from '../shared/http/readMessage.ts';
import { closeTimeframe } from '../shared/operations/closeTimeframe.ts';
import { invocationPorts, type PortsSource } from './ports.ts';
import { serialByKey } from './serialByKey.ts';

/** Queue `timeframes`: closes a timeframe. A throw gives the message back to the queue. */
export function closeTimeframeQueue(ports: PortsSource): ServiceBusQueueHandler {
  const inTurn = serialByKey();
  return async (message, context) => {
    const command = readMessage('CloseCommand', message);
    const app = invocationPorts(await ports(), context);
    const { closed } = await inTurn(command.gridId, () => closeTimeframe(app, command));
    for (const closing of closed) {
      const { gridId, timeframe, closingNumber, tradeCount, tradedWh, readings } = closing;
      const sinceStartSeconds = secondsBetween(timeframe, closing.closedAt);
      const { expected, missing } = readings;
      const sums = { tradeCount, tradedWh, expected, missing, sinceStartSeconds };
      app.log.info('Timeframe closed', { gridId, timeframe, closingNumber, ...sums });
    }
  };
}
