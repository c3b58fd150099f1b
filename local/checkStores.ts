import { statSync } from 'node:fs';
import { join } from 'node:path';
import { chainSchema } from '../shared/adapters/embedded/chain/chainSchema.ts';
import { openDatabase, requireSound } from '../shared/adapters/embedded/database.ts';
import { prosumerInfoSchema } from '../shared/adapters/embedded/prosumerInfoSchema.ts';
import { queuesSchema } from '../shared/adapters/embedded/queuesSchema.ts';
import { smartGridInfoSchema } from '../shared/adapters/embedded/smartGridInfoSchema.ts';
import { traderInfoSchema } from '../shared/adapters/embedded/traderInfoSchema.ts';

/** The schemas of the databases that a data directory can have, by name. */
export const storeSchemas: Readonly<Record<string, readonly string[]>> = {
  smartGridInfo: smartGridInfoSchema,
  prosumerInfo: prosumerInfoSchema,
  traderInfo: traderInfoSchema,
  queues: queuesSchema,
  chain: chainSchema,
};

/** Larger files are opened, but not read as a whole: that would keep an app from starting. */
const readBytesMax = 256 * 1024 * 1024;

/**
 * Opens each database that a data directory has and brings it up to date, so that one that cannot be
 * used is told before an app answers. Throws DatabaseFileError, which names the file and what to do.
 */
export function checkStores(dataDirectory: string): void {
  for (const [name, schema] of Object.entries(storeSchemas)) {
    const file = join(dataDirectory, `${name}.db`);
    const bytes = statSync(file, { throwIfNoEntry: false })?.size;
    if (bytes === undefined) continue;
    const db = openDatabase(file, schema);
    try {
      if (bytes <= readBytesMax) requireSound(file, db);
    } finally {
      db.close();
    }
  }
}
