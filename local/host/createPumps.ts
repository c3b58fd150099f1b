import { functionsWith, type HostContext, textOf } from './hostContext.ts';
import { queueMessageInput } from './queueMessageData.ts';
import { createQueuePump, type QueuePump } from './queuePump.ts';
import type { QueueSource } from './queueSource.ts';
import type { RpcBinding } from './rpcTypes.ts';
import { resolveSettings } from './settings.ts';

const POLL_INTERVAL_MS = 50;
/** Well within the time that a lock of a queue lasts. */
const LOCK_RENEWAL_INTERVAL_MS = 10_000;

/** Makes a pump for each of the app's queue functions. Opens the queues where there is one. */
export async function createPumps(
  { dataDirectory, hostJson, core, run, log }: HostContext,
  openQueues: (dataDirectory: string) => QueueSource | Promise<QueueSource>,
): Promise<readonly QueuePump[]> {
  const functions = functionsWith(core, 'serviceBusTrigger');
  if (functions.length === 0) return [];
  const source = await openQueues(dataDirectory);
  return functions.map(({ name, target, binding }) =>
    createQueuePump({
      functionName: name,
      queue: queueNameOf(name, binding),
      source,
      ...hostJson.serviceBus,
      renewalIntervalMs: LOCK_RENEWAL_INTERVAL_MS,
      pollIntervalMs: POLL_INTERVAL_MS,
      run: async (message) => void (await run(target, queueMessageInput(message))),
      log,
    }),
  );
}

function queueNameOf(functionName: string, binding: RpcBinding): string {
  const queueName = textOf(binding, 'queueName');
  if (queueName === undefined || binding['cardinality'] === 'many') {
    throw new Error(
      `Function "${functionName}": the local host knows Service Bus queues with cardinality one.`,
    );
  }
  return resolveSettings(queueName, process.env);
}
