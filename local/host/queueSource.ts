/** A message that is ours until `lockedUntil`, real time. */
export type LockedMessage = {
  readonly sequenceNumber: number;
  readonly messageId: string;
  readonly body: string;
  /** 1 at the first delivery. */
  readonly deliveryCount: number;
  readonly enqueuedAt: Date;
  readonly lockToken: string;
  readonly lockedUntil: Date;
};

/** Queues with the manners of Azure Service Bus in peek-lock mode. Calls are synchronous and cheap when empty. */
export type QueueSource = {
  /** Locks and answers up to `max` messages, oldest first. */
  receive(queue: string, max: number): readonly LockedMessage[];
  /** Removes a message. */
  complete(queue: string, lockToken: string): unknown;
  /** Gives a message back, to be delivered again at once, or dead-lettered after too many times. */
  abandon(queue: string, lockToken: string): unknown;
  /** Makes a lock last for its full duration again. */
  renewLock(queue: string, lockToken: string): unknown;
};
