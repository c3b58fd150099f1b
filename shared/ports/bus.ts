import type { CloseCommand, TradeBatch } from '../domain/messages.ts';

/** A message under an id from which a repeat is known. Ids are derived, never random. */
export type Message<Body> = { readonly messageId: string; readonly body: Body };

/** Sends to the two queues. When it answers, the messages are durable; any of them may come twice. */
export type Bus = {
  /** Queue `timeframes`: what is to be closed. */
  sendCloseCommands(messages: readonly Message<CloseCommand>[]): Promise<void>;
  /** Queue `trades`: what is to be recorded. */
  sendTradeBatches(messages: readonly Message<TradeBatch>[]): Promise<void>;
};
