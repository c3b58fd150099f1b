import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { Health } from '../../ports/health.ts';
import type { Ports } from '../../ports/ports.ts';
import { embeddedClosingStore } from './closingStore.ts';
import { type Durability, openDatabase } from './database.ts';
import { embeddedGridStore } from './gridStore.ts';
import { embeddedIdempotencyStore } from './idempotencyStore.ts';
import { embeddedLedgerStore } from './ledgerStore.ts';
import { prosumerInfoSchema } from './prosumerInfoSchema.ts';
import { embeddedProsumerStore } from './prosumerStore.ts';
import { EmbeddedQueues, type QueueSettings } from './queues.ts';
import { queuesSchema } from './queuesSchema.ts';
import { embeddedReadingStore } from './readingStore.ts';
import { embeddedRosterStore } from './rosterStore.ts';
import { smartGridInfoSchema } from './smartGridInfoSchema.ts';
import { traderInfoSchema } from './traderInfoSchema.ts';
import { embeddedTradeStore } from './tradeStore.ts';

const schemas = {
  smartGridInfo: smartGridInfoSchema,
  prosumerInfo: prosumerInfoSchema,
  traderInfo: traderInfoSchema,
  queues: queuesSchema,
} satisfies Record<string, readonly string[]>;
type DatabaseName = keyof typeof schemas;

export type EmbeddedSettings = {
  readonly clock: Clock;
  readonly queues?: Partial<QueueSettings>;
  /** `disk` unless it says otherwise. */
  readonly durability?: Durability;
};

/** All stores of one data directory, and the queues. */
export type Embedded = Pick<
  Ports,
  | 'grids'
  | 'rosters'
  | 'readings'
  | 'closings'
  | 'idempotency'
  | 'prosumers'
  | 'ledger'
  | 'trades'
  | 'health'
> & {
  readonly queues: EmbeddedQueues;
  /** Closes the files; a repeat changes nothing. */
  close(): void;
};

/**
 * Opens the four databases of a data directory, which is made if it is not there. Each stands for
 * one of the services in Azure, so nothing joins two of them. Throws DatabaseFileError.
 */
export function openEmbedded(
  directory: string,
  { clock, queues, durability }: EmbeddedSettings,
): Embedded {
  mkdirSync(directory, { recursive: true });
  const { smartGridInfo, prosumerInfo, traderInfo, ...rest } = openAll(directory, durability);
  return {
    grids: embeddedGridStore(smartGridInfo),
    rosters: embeddedRosterStore(smartGridInfo),
    readings: embeddedReadingStore(smartGridInfo),
    closings: embeddedClosingStore(smartGridInfo),
    idempotency: embeddedIdempotencyStore(smartGridInfo, clock),
    prosumers: embeddedProsumerStore(prosumerInfo),
    ledger: embeddedLedgerStore(prosumerInfo),
    trades: embeddedTradeStore(traderInfo),
    queues: new EmbeddedQueues(rest.queues, { nowMs: Date.now, newToken: randomUUID, ...queues }),
    health: [
      healthOf('smartGridInfo', smartGridInfo),
      healthOf('prosumerInfo', prosumerInfo),
      healthOf('traderInfo', traderInfo),
      healthOf('queues', rest.queues),
    ],
    close() {
      closeAll([smartGridInfo, prosumerInfo, traderInfo, rest.queues]);
    },
  };
}

/** Opens all, or none: when one cannot be used, those before it are closed again. */
function openAll(
  directory: string,
  durability: Durability | undefined,
): Record<DatabaseName, DatabaseSync> {
  const opened: DatabaseSync[] = [];
  const open = (name: DatabaseName) => {
    const db = openDatabase(join(directory, `${name}.db`), schemas[name], durability);
    opened.push(db);
    return db;
  };
  try {
    return {
      smartGridInfo: open('smartGridInfo'),
      prosumerInfo: open('prosumerInfo'),
      traderInfo: open('traderInfo'),
      queues: open('queues'),
    };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

function closeAll(databases: readonly DatabaseSync[]): void {
  for (const db of databases) if (db.isOpen) db.close();
}

function healthOf(name: DatabaseName, db: DatabaseSync): Health {
  return {
    name,
    async check() {
      // Reads a page of the file, unlike `SELECT 1`.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    },
  };
}
