import type { CloseCommand, TradeBatch } from '../../shared/domain/messages.ts';
import { emptyBook } from '../../shared/domain/order.ts';
import type { Bus, Message } from '../../shared/ports/bus.ts';
import type { LedgerStore } from '../../shared/ports/ledgerStore.ts';
import type { OrderStore } from '../../shared/ports/orderStore.ts';
import type { ProsumerStore } from '../../shared/ports/prosumerStore.ts';

/** Service Bus bills a message once per so many bytes begun. */
const partBytes = 64 * 1024;

export type CountingBus = Bus & {
  /** The batches that were sent since the last call. */
  take(): readonly TradeBatch[];
  totals(): {
    readonly trades: number;
    readonly batches: number;
    /** Parts of 64 KB begun, of all messages. */
    readonly parts: number;
    /** Bytes of all batches. */
    readonly tradeBytes: number;
  };
};

/** A bus that keeps batches to be recorded, and counts. */
export function countingBus(): CountingBus {
  let waiting: TradeBatch[] = [];
  let trades = 0;
  let batches = 0;
  let parts = 0;
  let tradeBytes = 0;
  const bytesOf = (body: CloseCommand | TradeBatch) => {
    const bytes = Buffer.byteLength(JSON.stringify(body));
    parts += Math.ceil(bytes / partBytes);
    return bytes;
  };
  return {
    async sendCloseCommands(messages: readonly Message<CloseCommand>[]) {
      for (const { body } of messages) bytesOf(body);
    },
    async sendTradeBatches(messages: readonly Message<TradeBatch>[]) {
      for (const { body } of messages) {
        tradeBytes += bytesOf(body);
        trades += body.trades.length;
        batches += 1;
        waiting.push(body);
      }
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    totals: () => ({ trades, batches, parts, tradeBytes }),
  };
}

export type CountingLedger = LedgerStore & {
  /** How many postings were recorded. */
  postings(): number;
};

/** A ledger that only counts what is recorded in it, each batch once. */
export function countingLedger(): CountingLedger {
  const recorded = new Map<string, number[]>();
  let count = 0;
  const batchesOf = (...place: readonly (string | number)[]) => {
    const key = place.join(' ');
    const found = recorded.get(key) ?? [];
    recorded.set(key, found);
    return found;
  };
  return {
    async record({ gridId, timeframe, revision, batch }, postings) {
      const batches = batchesOf(gridId, timeframe, revision);
      batches.push(batch);
      count += postings.length;
      return { recordedBatches: batches.length };
    },
    recordedBatches: async (gridId, timeframe, revision) => batchesOf(gridId, timeframe, revision),
    listPostings: async () => ({ items: [] }),
    listGridPostings: async () => ({ items: [] }),
    listAccounts: async () => ({ items: [] }),
    postings: () => count,
  };
}

/** Nobody was ever erased: a query of SQL per grid and minute, and no more. */
export const nobodyErased: Pick<ProsumerStore, 'erasedThrough'> = {
  erasedThrough: async () => undefined,
};

/** Books of a grid in which nobody trades ahead or orders: they cost a query of SQL, and no more. */
export const emptyBooks: Pick<OrderStore, 'seal' | 'book'> = {
  seal: async () => emptyBook,
  book: async () => emptyBook,
};
