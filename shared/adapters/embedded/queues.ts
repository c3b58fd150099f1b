import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';
import { prepareQueues, type QueueStatements } from './queueStatements.ts';

export type OutgoingMessage = { readonly messageId: string; readonly body: string };

/** A message that its receiver holds until `lockedUntil`: to complete, abandon, renew or dead-letter. */
export type LockedMessage = OutgoingMessage & {
  readonly sequenceNumber: number;
  /** Which delivery this is, from 1. */
  readonly deliveryCount: number;
  readonly enqueuedAt: Date;
  readonly lockToken: string;
  readonly lockedUntil: Date;
};

export type DeadLetter = OutgoingMessage & {
  readonly sequenceNumber: number;
  readonly deliveryCount: number;
  readonly enqueuedAt: Date;
  readonly reason: string;
  readonly description: string;
};

export type QueueCounts = {
  readonly active: number;
  readonly locked: number;
  readonly deadLettered: number;
};

export type QueueSettings = {
  /** Real time in ms since 1970. */
  readonly nowMs: () => number;
  readonly newToken: () => string;
  readonly lockMs?: number;
  readonly maxDeliveryCount?: number;
  /** How long the id of a sent message is remembered, to drop a second one. */
  readonly duplicateWindowMs?: number;
};

/** The lock is over or was never given: the message may be with somebody else by now. */
export class MessageLockLostError extends Error {
  override readonly name = 'MessageLockLostError';
}

const lockMsDefault = 60_000;
const maxDeliveryCountDefault = 10;
const duplicateWindowMsDefault = 10 * 60_000;
const maxDeliveryReason = 'MaxDeliveryCountExceeded';

/**
 * Durable queues with the peek-lock semantics of Service Bus: at least once, in the order of sending
 * among those available. A lock that runs out, or is abandoned, makes its message available again;
 * after `maxDeliveryCount` deliveries it is dead-lettered. Several processes may share the file.
 */
export class EmbeddedQueues {
  readonly #db: DatabaseSync;
  readonly #statements: QueueStatements;
  readonly #settings: Required<QueueSettings>;

  constructor(db: DatabaseSync, settings: QueueSettings) {
    this.#db = db;
    this.#statements = prepareQueues(db);
    this.#settings = {
      lockMs: lockMsDefault,
      maxDeliveryCount: maxDeliveryCountDefault,
      duplicateWindowMs: duplicateWindowMsDefault,
      ...settings,
    };
  }

  /** Enqueues all or, when it throws, none. A message whose id was sent within the window is dropped. */
  send(queue: string, messages: readonly OutgoingMessage[]): void {
    const { insertSent, insertMessage, insertBody, forgetSent } = this.#statements;
    const now = this.#settings.nowMs();
    const windowStart = now - this.#settings.duplicateWindowMs;
    transaction(this.#db, () => {
      forgetSent.run(windowStart);
      for (const { messageId, body } of messages) {
        if (insertSent.run(queue, messageId, now, windowStart).changes === 0) continue;
        insertMessage.run(queue, messageId, now);
        insertBody.run(body);
      }
    });
  }

  /** Locks up to `max` available messages for this receiver; [] at once when there are none. */
  receive(queue: string, max: number): LockedMessage[] {
    const { selectAvailable } = this.#statements;
    const { nowMs, lockMs } = this.#settings;
    const now = nowMs();
    if (selectAvailable.get(queue, now, 1) === undefined) return [];
    return transaction(this.#db, () => {
      this.#buryExhausted(queue, now);
      return selectAvailable
        .all(queue, now, max)
        .map(({ sequenceNumber }) => this.#lock(sequenceNumber, now + lockMs));
    });
  }

  /** The work is done: the message is gone for good. */
  complete(queue: string, lockToken: string): void {
    const { changes } = this.#statements.remove.run(queue, lockToken, this.#settings.nowMs());
    requireLock(changes, queue);
  }

  /** The work failed: the message is available again at once, or dead after its last delivery. */
  abandon(queue: string, lockToken: string): void {
    const { release, bury } = this.#statements;
    const { nowMs, maxDeliveryCount } = this.#settings;
    transaction(this.#db, () => {
      const held = this.#held(queue, lockToken, nowMs());
      if (held.deliveryCount < maxDeliveryCount) release.run(held.sequenceNumber);
      else bury.run(maxDeliveryReason, exhausted(maxDeliveryCount), held.sequenceNumber);
    });
  }

  /** Holds the message for another lock duration from now; answers until when. */
  renewLock(queue: string, lockToken: string): Date {
    const now = this.#settings.nowMs();
    const until = now + this.#settings.lockMs;
    requireLock(this.#statements.renew.run(until, queue, lockToken, now).changes, queue);
    return new Date(until);
  }

  /**
   * Gives up every lock. For a host that knows itself to be the only receiver when it starts: those
   * who held them have died, and nobody need wait until their locks run out.
   */
  releaseAll(): void {
    this.#statements.releaseAll.run(this.#settings.maxDeliveryCount);
  }

  /** Puts the message aside, with the reason, until somebody looks at it. */
  deadLetter(queue: string, lockToken: string, reason: string, description: string): void {
    transaction(this.#db, () => {
      const held = this.#held(queue, lockToken, this.#settings.nowMs());
      this.#statements.bury.run(reason, description, held.sequenceNumber);
    });
  }

  /** Dead letters in the order of sending. */
  listDeadLetters(queue: string, limit: number): DeadLetter[] {
    const rows = this.#statements.selectDead.all(queue, limit);
    return rows.map(({ enqueuedAtMs, ...row }) => ({ ...row, enqueuedAt: new Date(enqueuedAtMs) }));
  }

  /** Makes a dead letter available as if it had never been delivered. False when there is none. */
  resubmit(queue: string, sequenceNumber: number): boolean {
    return this.#statements.revive.run(queue, sequenceNumber).changes === 1;
  }

  counts(queue: string): QueueCounts {
    const row = this.#statements.count.get(this.#settings.nowMs(), queue);
    return {
      active: row?.active ?? 0,
      locked: row?.locked ?? 0,
      deadLettered: row?.deadLettered ?? 0,
    };
  }

  /** A message whose last lock ran out is dead, though nobody was there to say so. */
  #buryExhausted(queue: string, now: number): void {
    const { selectExhausted, bury } = this.#statements;
    const { maxDeliveryCount } = this.#settings;
    for (const { sequenceNumber } of selectExhausted.all(queue, now, maxDeliveryCount)) {
      bury.run(maxDeliveryReason, exhausted(maxDeliveryCount), sequenceNumber);
    }
  }

  #lock(sequenceNumber: number, untilMs: number): LockedMessage {
    const lockToken = this.#settings.newToken();
    const row = this.#statements.lock.get(lockToken, untilMs, sequenceNumber);
    const body = this.#statements.selectBody.get(sequenceNumber)?.body;
    if (row === undefined || body === undefined) {
      throw new Error(`the message ${sequenceNumber} went while it was being locked`);
    }
    const { messageId, deliveryCount, enqueuedAtMs } = row;
    const lockedUntil = new Date(untilMs);
    const enqueuedAt = new Date(enqueuedAtMs);
    return { sequenceNumber, messageId, body, deliveryCount, enqueuedAt, lockToken, lockedUntil };
  }

  #held(queue: string, lockToken: string, now: number) {
    const held = this.#statements.selectHeld.get(queue, lockToken, now);
    if (held === undefined) throw lockLost(queue);
    return held;
  }
}

function requireLock(changes: number, queue: string): void {
  if (changes !== 1) throw lockLost(queue);
}

function lockLost(queue: string): MessageLockLostError {
  return new MessageLockLostError(`the lock of a message of ${queue} has run out or never was`);
}

function exhausted(maxDeliveryCount: number): string {
  return `delivered ${maxDeliveryCount} times and never completed`;
}
