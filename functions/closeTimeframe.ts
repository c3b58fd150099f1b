import type { ServiceBusQueueHandler } from '@azure/functions';
import type { Closing } from '../shared/domain/closing.ts';
import { secondsBetween } from '../shared/domain/timeframe.ts';
import { readMessage } from '../shared/http/readMessage.ts';
import { closeTimeframe } from '../shared/operations/closeTimeframe.ts';
import { invocationPorts, type PortsSource } from './ports.ts';
import { serialByKey } from './serialByKey.ts';

/** Queue `timeframes`: closes or corrects a timeframe. A throw gives the message back to the queue. */
export function closeTimeframeQueue(ports: PortsSource): ServiceBusQueueHandler {
  const inTurn = serialByKey();
  return async (message, context) => {
    const command = readMessage('CloseCommand', message);
    const app = invocationPorts(await ports(), context);
    const { closed } = await inTurn(command.gridId, () => closeTimeframe(app, command));
    for (const closing of closed) {
      const { gridId, timeframe, revision, closingNumber } = closing;
      const place = { gridId, timeframe, closingNumber, ...sumsOf(closing) };
      if (revision > 0) app.log.info('Timeframe corrected', { ...place, revision });
      else app.log.info('Timeframe closed', place);
    }
  };
}

function sumsOf({ timeframe, closedAt, tradeCount, tradedWh, readings }: Closing) {
  const { expected, missing, estimated } = readings;
  const sinceStartSeconds = secondsBetween(timeframe, closedAt);
  return { tradeCount, tradedWh, expected, missing, estimated, sinceStartSeconds };
}
