import type { InvocationInput } from './invoke.ts';
import type { LockedMessage } from './queueSource.ts';
import type { RpcTypedData } from './rpcTypes.ts';

/**
 * A message as the host's Service Bus extension hands it to a worker: the body as text, which the
 * library parses where it is JSON, and the binding data, everything but text as JSON.
 */
export function queueMessageInput(message: LockedMessage): InvocationInput {
  const enqueued = message.enqueuedAt.toISOString();
  const lockedUntil = message.lockedUntil.toISOString();
  return {
    data: { string: message.body },
    metadata: {
      MessageId: { string: message.messageId },
      SequenceNumber: json(message.sequenceNumber),
      DeliveryCount: json(message.deliveryCount),
      EnqueuedTimeUtc: json(enqueued),
      EnqueuedTime: json(enqueued),
      LockToken: { string: message.lockToken },
      LockedUntil: json(lockedUntil),
      ContentType: { string: 'application/json' },
      ApplicationProperties: json({}),
    },
  };
}

function json(value: unknown): RpcTypedData {
  return { json: JSON.stringify(value) };
}
