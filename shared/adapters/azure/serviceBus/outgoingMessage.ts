import type { ServiceBusMessage } from '@azure/service-bus';
import type { CloseCommand, TradeBatch } from '../../../domain/messages.ts';
import { compactTimeframe } from '../../../domain/timeframe.ts';
import type { Message } from '../../../ports/bus.ts';
import type { Trace } from '../../../ports/trace.ts';

/**
 * A message as Service Bus takes it. What belongs to one closing has one correlation id: a command,
 * which does not know the revision yet, `{gridId}.{timeframe}`, and its batches that and the revision.
 */
export function outgoingMessage(
  { messageId, body }: Message<CloseCommand | TradeBatch>,
  trace: Trace | undefined,
): ServiceBusMessage {
  const frame = `${body.gridId}.${compactTimeframe(body.timeframe)}`;
  return {
    messageId,
    body,
    contentType: 'application/json',
    correlationId: 'revision' in body ? `${frame}.${body.revision}` : frame,
    ...(trace && { applicationProperties: traceProperties(trace) }),
  };
}

/** The host of the receiver reads the trace from `Diagnostic-Id`, others from `traceparent`. */
function traceProperties({ traceparent, tracestate }: Trace): Record<string, string> {
  return {
    'Diagnostic-Id': traceparent,
    traceparent,
    ...(tracestate !== undefined && { tracestate }),
  };
}
