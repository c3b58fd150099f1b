import type { GridId } from '../../../domain/ids.ts';
import type { Book } from '../../../domain/order.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { OrderStore } from '../../../ports/orderStore.ts';
import { bookedOrderOf, type OrderRow, type TradeAheadRow, tradeAheadOf } from '../../orderRows.ts';
import { bookStatement, sealStatement } from './bookStatements.ts';
import { azureLimitOrders } from './limitOrders.ts';
import { locksParameter } from './lockedTransaction.ts';
import { booksLock } from './orderBooks.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter, instantParameter } from './sqlParameters.ts';
import { azureTradesAhead } from './tradesAhead.ts';

type BookAnswer = readonly [ahead: readonly TradeAheadRow[], orders: readonly OrderRow[]];

/** What was agreed on ahead, and what was ordered: each write waits for the lock of its grid's books. */
export function azureOrderStore(db: SqlDatabase): OrderStore {
  const book = async (statement: string, gridId: GridId, timeframe: Timeframe): Promise<Book> => {
    const [ahead, orders] = await db.queryAll<BookAnswer>(statement, {
      locks: locksParameter(booksLock(gridId)),
      gridId: idParameter(gridId),
      timeframe: instantParameter(timeframe),
    });
    return { ahead: ahead.map(tradeAheadOf), orders: orders.map(bookedOrderOf) };
  };
  return {
    ...azureTradesAhead(db),
    ...azureLimitOrders(db),
    seal: (gridId, timeframe) => book(sealStatement, gridId, timeframe),
    book: (gridId, timeframe) => book(bookStatement, gridId, timeframe),
  };
}
