import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import { queuesSchema } from '../../shared/adapters/embedded/queuesSchema.ts';
import type { QueueSource } from './queueSource.ts';

/**
 * The queues of a data directory, with a connection of the host's own: the app holds another. The
 * host has the directory to itself, so whatever is locked was held by a host that has died.
 */
export function openQueues(dataDirectory: string): QueueSource {
  const db = openDatabase(join(dataDirectory, 'queues.db'), queuesSchema);
  const queues = new EmbeddedQueues(db, { nowMs: Date.now, newToken: randomUUID });
  queues.releaseAll();
  return queues;
}
