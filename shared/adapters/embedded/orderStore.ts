import type { DatabaseSync } from 'node:sqlite';
import type { GridId } from '../../domain/ids.ts';
import type { Book } from '../../domain/order.ts';
import type { Timeframe } from '../../domain/timeframe.ts';
import type { OrderStore } from '../../ports/orderStore.ts';
import { bookedOrderOf, type OrderRow, type TradeAheadRow, tradeAheadOf } from '../orderRows.ts';
import { readTransaction } from './database.ts';
import { embeddedLimitOrders } from './limitOrders.ts';
import { orderBooks } from './orderBooks.ts';
import { query } from './statement.ts';
import { embeddedTradesAhead } from './tradesAhead.ts';

/** What was agreed on ahead, and what was ordered: each write waits for the lock of the database. */
export function embeddedOrderStore(db: DatabaseSync): OrderStore {
  const { selectAhead, selectOrders } = prepare(db);
  const books = orderBooks(db);
  const book = (gridId: GridId, timeframe: Timeframe): Book =>
    readTransaction(db, () => ({
      ahead: selectAhead.all(gridId, timeframe).map(tradeAheadOf),
      orders: selectOrders
        .all(gridId, timeframe, timeframe, gridId, timeframe, timeframe)
        .map(bookedOrderOf),
    }));
  return {
    ...embeddedTradesAhead(db),
    ...embeddedLimitOrders(db),
    async seal(gridId, timeframe) {
      // A repeat writes nothing, and so waits for nobody.
      if (!books.isSealed(gridId, timeframe)) books.seal(gridId, timeframe);
      return book(gridId, timeframe);
    },
    async book(gridId, timeframe) {
      return book(gridId, timeframe);
    },
  };
}

/** Standing orders are found by their ends: those that ended before a timeframe are not read. */
function prepare(db: DatabaseSync) {
  return {
    selectAhead: query<TradeAheadRow>(
      db,
      `SELECT * FROM tradesAhead WHERE gridId = ? AND timeframe = ? AND status = 'pending'
       ORDER BY sequence`,
    ),
    selectOrders: query<OrderRow>(
      db,
      `SELECT * FROM orderVersions WHERE gridId = ? AND timeframe = ? AND validUntil > ?
       UNION ALL
       SELECT * FROM orderVersions
       WHERE timeframe IS NULL AND gridId = ? AND validUntil > ? AND validFrom <= ?
       ORDER BY prosumerId, orderId`,
    ),
  };
}
