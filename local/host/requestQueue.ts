import { setImmediate } from 'node:timers/promises';

/** How many requests of HTTP functions may run at once, and how many may run, wait or be answered. */
export type RequestLimits = { readonly concurrentMax: number; readonly outstandingMax: number };

/** Bytes of the bodies of all that run or wait. */
type MemoryLimits = { readonly bodyBytesMax: number };

/** A request that was let in. */
export type Admission = {
  /**
   * Ends when the request may run: in the order in which they asked, and not before all that came at
   * the same time are counted. Over embedded stores a function runs to its end without a pause.
   */
  turn(): Promise<void>;
  /** Lets the next one run, while the answer is on its way. */
  endTurn(): void;
  /** Ends its turn, if it still has it, and makes room. Called once, whatever became of the request. */
  leave(): void;
};

export type RequestQueue = {
  /** Undefined where as many as may be have not left, or their bodies are as large as may be. */
  admit(bodyBytes: number): Admission | undefined;
};

/** Bounds requests as the Functions host does by `maxConcurrentRequests` and `maxOutstandingRequests`. */
export function createRequestQueue({
  concurrentMax,
  outstandingMax,
  bodyBytesMax,
}: RequestLimits & MemoryLimits): RequestQueue {
  let outstanding = 0;
  let outstandingBytes = 0;
  let running = 0;
  const waiting: (() => void)[] = [];

  function turn(): Promise<void> {
    if (running < concurrentMax) {
      running += 1;
      return setImmediate();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    return promise;
  }

  function giveTurn(): void {
    const next = waiting.shift();
    // The place goes to the next one, so that nobody who comes just now is before it.
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    admit(bodyBytes) {
      if (outstanding >= outstandingMax) return undefined;
      if (outstandingBytes + bodyBytes > bodyBytesMax) return undefined;
      outstanding += 1;
      outstandingBytes += bodyBytes;
      let hasTurn = false;
      const endTurn = () => {
        if (hasTurn) giveTurn();
        hasTurn = false;
      };
      return {
        async turn() {
          await turn();
          hasTurn = true;
        },
        endTurn,
        leave() {
          outstanding -= 1;
          outstandingBytes -= bodyBytes;
          endTurn();
        },
      };
    },
  };
}
