import { randomUUID } from 'node:crypto';
import { functionsWith, type HostContext } from './hostContext.ts';
import { queueMessageInput } from './queueMessageData.ts';
import type { LockedMessage } from './queueSource.ts';
import type { TimerTrigger } from './timerTrigger.ts';

/** Runs a function by hand and waits for it; throws what it threw, or that it cannot be run so. */
export type Fire = (functionName: string, input?: string) => Promise<void>;

/** Fires timers, and queue functions on a message body that lies in no queue. */
export function createFire(
  { core, run }: HostContext,
  timers: ReadonlyMap<string, TimerTrigger>,
): Fire {
  const queueFunctions = new Map(
    functionsWith(core, 'serviceBusTrigger').map(({ name, target }) => [name, target]),
  );
  return async (functionName, input = '') => {
    const timer = timers.get(functionName);
    if (timer !== undefined) return await timer.fire();
    const target = queueFunctions.get(functionName);
    if (target === undefined) throw new Error(`No timer or queue function is "${functionName}".`);
    await run(target, queueMessageInput(messageByHand(input)));
  };
}

function messageByHand(body: string): LockedMessage {
  const now = new Date();
  const ids = { messageId: randomUUID(), lockToken: randomUUID(), sequenceNumber: 0 };
  return { ...ids, body, deliveryCount: 1, enqueuedAt: now, lockedUntil: now };
}
