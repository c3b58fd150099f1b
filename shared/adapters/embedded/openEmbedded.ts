import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { Health } from '../../ports/health.ts';
import type { DocumentStores, ProsumerInfoStores } from '../../ports/ports.ts';
import { embeddedAuditLog } from './auditLog.ts';
import { embeddedBillingStore } from './billingStore.ts';
import { embeddedClosingStore } from './closingStore.ts';
import { type Durability, openDatabase } from './database.ts';
import { embeddedGridStore } from './gridStore.ts';
import { embeddedIdempotencyStore } from './idempotencyStore.ts';
import { embeddedInvoiceStore } from './invoiceStore.ts';
import { embeddedLedgerStore } from './ledgerStore.ts';
import { embeddedOrderStore } from './orderStore.ts';
import { embeddedPayoutStore } from './payoutStore.ts';
import { prosumerInfoSchema } from './prosumerInfoSchema.ts';
import { embeddedProsumerStore } from './prosumerStore.ts';
import { EmbeddedQueues, type QueueSettings } from './queues.ts';
import { queuesSchema } from './queuesSchema.ts';
import { embeddedReadingStore } from './readingStore.ts';
import { embeddedRosterStore } from './rosterStore.ts';
import { smartGridInfoSchema } from './smartGridInfoSchema.ts';
import { traderInfoSchema } from './traderInfoSchema.ts';
import { embeddedTradeStore } from './tradeStore.ts';
import { embeddedWalletStore } from './walletStore.ts';

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

/** The stores of some databases of a data directory. */
export type EmbeddedPart<Stores> = Stores & {
  readonly health: readonly Health[];
  /** Closes the files; a repeat changes nothing. */
  close(): void;
};

/** All stores of one data directory, and the queues. */
export type Embedded = EmbeddedPart<DocumentStores & ProsumerInfoStores & QueueStores>;

type QueueStores = { readonly queues: EmbeddedQueues };

/**
 * Opens the four databases of a data directory, which is made if it is not there. Each stands for
 * one of the services in Azure, so nothing joins two of them. Throws DatabaseFileError.
 */
export function openEmbedded(directory: string, settings: EmbeddedSettings): Embedded {
  return openPart(directory, settings, (open) => ({
    ...documentStores(open, settings),
    ...prosumerInfoStores(open, settings),
    ...queueStores(open, settings),
  }));
}

/** Opens Smart Grid Info and Trader Info alone. Throws DatabaseFileError. */
export function openEmbeddedDocuments(
  directory: string,
  settings: EmbeddedSettings,
): EmbeddedPart<DocumentStores> {
  return openPart(directory, settings, (open) => documentStores(open, settings));
}

/** Opens Prosumer Info alone. Throws DatabaseFileError. */
export function openEmbeddedProsumerInfo(
  directory: string,
  settings: EmbeddedSettings,
): EmbeddedPart<ProsumerInfoStores> {
  return openPart(directory, settings, (open) => prosumerInfoStores(open, settings));
}

/** Opens the queues alone. Throws DatabaseFileError. */
export function openEmbeddedQueues(
  directory: string,
  settings: EmbeddedSettings,
): EmbeddedPart<QueueStores> {
  return openPart(directory, settings, (open) => queueStores(open, settings));
}

type Open = (name: DatabaseName) => DatabaseSync;

function documentStores(open: Open, { clock }: EmbeddedSettings): DocumentStores {
  const smartGridInfo = open('smartGridInfo');
  return {
    grids: embeddedGridStore(smartGridInfo),
    rosters: embeddedRosterStore(smartGridInfo),
    readings: embeddedReadingStore(smartGridInfo),
    closings: embeddedClosingStore(smartGridInfo),
    gridAudit: embeddedAuditLog(smartGridInfo),
    idempotency: embeddedIdempotencyStore(smartGridInfo, clock),
    trades: embeddedTradeStore(open('traderInfo')),
  };
}

function prosumerInfoStores(open: Open, { clock }: EmbeddedSettings): ProsumerInfoStores {
  const prosumerInfo = open('prosumerInfo');
  return {
    prosumers: embeddedProsumerStore(prosumerInfo),
    ledger: embeddedLedgerStore(prosumerInfo),
    orders: embeddedOrderStore(prosumerInfo),
    billing: embeddedBillingStore(prosumerInfo),
    invoices: embeddedInvoiceStore(prosumerInfo),
    wallets: embeddedWalletStore(prosumerInfo),
    payouts: embeddedPayoutStore(prosumerInfo),
    prosumerAudit: embeddedAuditLog(prosumerInfo),
    prosumerIdempotency: embeddedIdempotencyStore(prosumerInfo, clock),
  };
}

function queueStores(open: Open, { queues }: EmbeddedSettings): QueueStores {
  const settings = { nowMs: Date.now, newToken: randomUUID, ...queues };
  return { queues: new EmbeddedQueues(open('queues'), settings) };
}

/** Opens all databases of a part, or none: when one cannot be used, those before it are closed again. */
function openPart<Stores>(
  directory: string,
  { durability }: EmbeddedSettings,
  storesOf: (open: Open) => Stores,
): EmbeddedPart<Stores> {
  mkdirSync(directory, { recursive: true });
  const opened = new Map<DatabaseName, DatabaseSync>();
  const open = (name: DatabaseName) => {
    const db = openDatabase(join(directory, `${name}.db`), schemas[name], durability);
    opened.set(name, db);
    return db;
  };
  try {
    const stores = storesOf(open);
    const health = [...opened].map(([name, db]) => healthOf(name, db));
    return { ...stores, health, close: () => closeAll(opened.values()) };
  } catch (error) {
    closeAll(opened.values());
    throw error;
  }
}

function closeAll(databases: Iterable<DatabaseSync>): void {
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
