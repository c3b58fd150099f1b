import { attempt } from './attempt.ts';
import { handleMessage } from './invocations.ts';
import type { Stage } from './stage.ts';
import { queueNames, type World } from './world.ts';

const messagesMax = 500;
/** Messages of a delivery with which something may go wrong, on average. */
const badPerDelivery = 2;

/** Some messages of both queues, each once or twice, now and then two at the same time. */
export async function deliver({ world, delivered }: Stage): Promise<void> {
  const { chance } = world;
  for (const queue of ['timeframes', 'trades'] as const) {
    const messages = world.one().queues.receive(queueNames[queue], messagesMax);
    // Each may come first, be lost, or come again long after it was done.
    messages.sort(() => chance.between(-1, 1));
    const again = chance.hits(0.1) ? chance.pick(delivered[queue]) : undefined;
    if (again !== undefined) await handleMessage(world.one().ports, queue, again);
    for (const { body, lockToken } of messages) {
      const one = world.one();
      const { queues } = one;
      delivered[queue].push(body);
      if (chance.hits(0.02)) {
        queues.complete(queueNames[queue], lockToken);
        continue;
      }
      const isBad = chance.hits(badPerDelivery / messages.length);
      const done = isBad
        ? await attempt(world, (ports) => handleMessage(ports, queue, body))
        : { isClean: true, value: await handleMessage(world.one().ports, queue, body) };
      // A process that died holds the locks until another has begun.
      if (world.one() !== one) break;
      if (chance.hits(0.03)) queues.abandon(queueNames[queue], lockToken);
      else if (done.isClean) queues.complete(queueNames[queue], lockToken);
      else queues.abandon(queueNames[queue], lockToken);
    }
  }
}

/** Handles what waits in the queues, and what comes of that, until nothing waits. */
export async function deliverAll(world: World): Promise<number> {
  const { ports, queues } = world.one();
  let handled = 0;
  for (const queue of ['timeframes', 'trades'] as const) {
    for (;;) {
      const messages = queues.receive(queueNames[queue], messagesMax);
      if (messages.length === 0) break;
      handled += messages.length;
      for (const { body, lockToken } of messages) {
        await handleMessage(ports, queue, body);
        queues.complete(queueNames[queue], lockToken);
      }
    }
  }
  return handled;
}
