import type { ServiceBusQueueHandler } from '@azure/functions';
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
    for (const { gridId, timeframe, closingNumber, tradeCount, readings } of closed) {
      const { missing } = readings;
      app.log.info('Timeframe closed', { gridId, timeframe, closingNumber, tradeCount, missing });
    }
  };
}
