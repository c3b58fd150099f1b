import type {
  ServiceBusMessage,
  ServiceBusMessageBatch,
  ServiceBusSender,
} from '@azure/service-bus';
import { MessageTooLargeError, QueueUnavailableError } from './queueErrors.ts';

/** How long one operation may take, with all attempts of the SDK. */
export type SendLimits = {
  readonly sendMs: number;
  readonly checkMs: number;
  /** Size of a batch, and so of a message: 256 KB in the tier Standard, which every namespace takes. */
  readonly batchBytesMax: number;
};

/** Sends to one queue. */
export type QueueSender = {
  /** Sends in as few batches as they fit in; when it answers, all are durable. A repeat is harmless. */
  send(messages: readonly ServiceBusMessage[]): Promise<void>;
  /** Throws when the queue is not there, or does not let this app send. */
  check(): Promise<void>;
};

/**
 * A sender over a link of its own. Throws QueueUnavailableError, and MessageTooLargeError for a
 * message that does not fit in a batch alone. After a failure some of the messages may have been
 * taken: all are to be sent again, under their ids.
 */
export function queueSender(sender: ServiceBusSender, limits: SendLimits): QueueSender {
  const queue = sender.entityPath;

  async function newBatch(abortSignal: AbortSignal): Promise<ServiceBusMessageBatch> {
    const widest = await sender.createMessageBatch({ abortSignal });
    if (widest.maxSizeInBytes <= limits.batchBytesMax) return widest;
    return sender.createMessageBatch({ abortSignal, maxSizeInBytes: limits.batchBytesMax });
  }

  /** Sends as many from `start` as fit in one batch, at least one; answers where to go on. */
  async function sendBatch(messages: readonly ServiceBusMessage[], start: number): Promise<number> {
    const abortSignal = AbortSignal.timeout(limits.sendMs);
    const batch = await newBatch(abortSignal);
    let end = start;
    for (const message of messages.slice(start)) {
      if (!batch.tryAddMessage(message)) break;
      end += 1;
    }
    if (end === start) throw tooLarge(queue, messages[start], batch.maxSizeInBytes);
    await sender.sendMessages(batch, { abortSignal });
    return end;
  }

  return {
    async send(messages) {
      let sent = 0;
      while (sent < messages.length) {
        try {
          sent = await sendBatch(messages, sent);
        } catch (error) {
          if (error instanceof MessageTooLargeError) throw error;
          const left = messages.length - sent;
          throw new QueueUnavailableError(`Queue ${queue} did not take ${left} messages`, error);
        }
      }
    },
    async check() {
      try {
        // Opens the link where it is not open, which asks for the queue and the right to send.
        await sender.createMessageBatch({ abortSignal: AbortSignal.timeout(limits.checkMs) });
      } catch (error) {
        throw new QueueUnavailableError(`Queue ${queue} cannot be reached`, error);
      }
    },
  };
}

function tooLarge(
  queue: string,
  message: ServiceBusMessage | undefined,
  bytesMax: number,
): MessageTooLargeError {
  const id = String(message?.messageId);
  return new MessageTooLargeError(
    `Message ${id} does not fit in the ${bytesMax} bytes that queue ${queue} takes at most.`,
  );
}
