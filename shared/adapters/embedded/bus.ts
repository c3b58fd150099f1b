import type { Bus, Message } from '../../ports/bus.ts';
import type { EmbeddedQueues, OutgoingMessage } from './queues.ts';

/** The names of the two queues. */
export type QueueNames = { readonly timeframes: string; readonly trades: string };

/** Sends to embedded queues, with JSON bodies. */
export function embeddedBus(queues: EmbeddedQueues, names: QueueNames): Bus {
  return {
    async sendCloseCommands(messages) {
      queues.send(names.timeframes, messages.map(toJson));
    },
    async sendTradeBatches(messages) {
      queues.send(names.trades, messages.map(toJson));
    },
  };
}

function toJson({ messageId, body }: Message<unknown>): OutgoingMessage {
  return { messageId, body: JSON.stringify(body) };
}
