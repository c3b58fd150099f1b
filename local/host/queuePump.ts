import { describeError, type HostLog } from './hostLog.ts';
import type { LockedMessage, QueueSource } from './queueSource.ts';

/** Brings the messages of a queue to its function. */
export type QueuePump = {
  /** Begins to receive. */
  start(): void;
  /** Looks for messages at once. Call it whenever something may have been sent. */
  wake(): void;
  /** Receives no more. Messages being worked on go on. */
  stop(): void;
  /** Gives back what is still being worked on, so that it need not wait for its lock to end. */
  releaseUnfinished(): void;
};

export type QueuePumpParts = {
  readonly functionName: string;
  readonly queue: string;
  readonly source: QueueSource;
  /** How many messages may be worked on at once. */
  readonly concurrencyMax: number;
  /** How long the lock of one message is renewed at most. */
  readonly renewalMsMax: number;
  readonly renewalIntervalMs: number;
  readonly pollIntervalMs: number;
  /** Runs the function; logs its failure and throws it. */
  readonly run: (message: LockedMessage) => Promise<void>;
  readonly log: HostLog;
};

/** For how many polls none is made after one that failed. */
const POLLS_RESTED = 20;

/**
 * Works as the host's Service Bus trigger does with cardinality one: completes on success, abandons
 * on throw, renews locks meanwhile.
 */
export function createQueuePump(parts: QueuePumpParts): QueuePump {
  const { queue, source, concurrencyMax } = parts;
  const working = new Map<string, LockedMessage>();
  let isRunning = false;
  let isWaking = false;
  let restUntilMs = 0;
  let poll: NodeJS.Timeout | undefined;

  /**
   * Receives in a turn of the event loop of its own. A function over stores that answer at once never
   * leaves the turn it began in: received right after the one before, or in the phase of timers, which
   * goes on while any is due, messages would let no request be answered until the queue is empty.
   */
  function wake(): void {
    if (isWaking) return;
    isWaking = true;
    setImmediate(() => {
      isWaking = false;
      receive();
    });
  }

  function receive(): void {
    const room = concurrencyMax - working.size;
    if (!isRunning || room <= 0 || performance.now() < restUntilMs) return;
    const messages = guard(parts, 'receive', () => source.receive(queue, room));
    if (messages === undefined) {
      // A disk that is full stays so for a while, and need not fill with what is logged of it.
      restUntilMs = performance.now() + POLLS_RESTED * parts.pollIntervalMs;
      return;
    }
    for (const message of messages) {
      working.set(message.lockToken, message);
      void work(message);
    }
  }

  async function work(message: LockedMessage): Promise<void> {
    const stopRenewal = renewLock(parts, message);
    const isDone = await succeeds(() => parts.run(message));
    stopRenewal();
    // Not ours any more: it was given back while it was still being worked on.
    if (!working.delete(message.lockToken)) return;
    const { lockToken } = message;
    if (isDone) guard(parts, 'complete', () => source.complete(queue, lockToken));
    else guard(parts, 'abandon', () => source.abandon(queue, lockToken));
    wake();
  }

  return {
    start() {
      isRunning = true;
      poll = setInterval(wake, parts.pollIntervalMs);
      receive();
    },
    wake,
    stop() {
      isRunning = false;
      clearInterval(poll);
    },
    releaseUnfinished() {
      for (const lockToken of working.keys()) {
        guard(parts, 'abandon', () => source.abandon(queue, lockToken));
      }
      working.clear();
    },
  };
}

/** Renews while the function runs, until the host would let the lock go. */
function renewLock(parts: QueuePumpParts, { lockToken }: LockedMessage): () => void {
  let rounds = Math.floor(parts.renewalMsMax / parts.renewalIntervalMs);
  const timer = setInterval(() => {
    rounds -= 1;
    if (rounds < 0) clearInterval(timer);
    else guard(parts, 'renew the lock of', () => parts.source.renewLock(parts.queue, lockToken));
  }, parts.renewalIntervalMs);
  return () => clearInterval(timer);
}

/** What failed has been logged with its invocation; here only matters that it did. */
async function succeeds(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

/** A queue that cannot be used now is logged and tried again with a later poll or delivery. */
function guard<Value>(
  { functionName, queue, log }: QueuePumpParts,
  verb: string,
  call: () => Value,
): Value | undefined {
  try {
    return call();
  } catch (error) {
    const message = `Could not ${verb} a message of queue "${queue}": ${describeError(error)}`;
    log({ level: 'error', category: 'system', source: functionName, message });
    return undefined;
  }
}
