import type { OrderId } from '../../../domain/ids.ts';
import type { Order } from '../../../domain/order.ts';
import type { OrderStore, PlaceOutcome } from '../../../ports/orderStore.ts';
import { changedOrder, type OrderState } from '../../changedOrder.ts';
import { firstVersionOf, type OrderRow, orderOf, orderRowOf } from '../../orderRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { auditParameters } from './auditEntries.ts';
import { locksParameter } from './lockedTransaction.ts';
import { booksLock } from './orderBooks.ts';
import {
  changeStatement,
  orderStatement,
  ordersOfStatement,
  placeStatement,
} from './orderStatements.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  asciiParameter,
  bigIntParameter,
  idParameter,
  instantParameter,
  intParameter,
  wordParameter,
} from './sqlParameters.ts';

type LimitOrders = Pick<OrderStore, 'place' | 'getOrder' | 'changeOrder' | 'listOrders'>;
type StateRow = OrderRow & Pick<OrderState, 'sealedThrough'>;
type PlaceAnswer = readonly [
  outcome: readonly Pick<PlaceOutcome, 'outcome'>[],
  order: readonly OrderRow[],
];

/** What kept a change from being written refuses it, or has made it, at the second look. */
const changeAttemptsMax = 2;

/** Orders by version: one ends where the next begins, after what is sealed. */
export function azureLimitOrders(db: SqlDatabase): LimitOrders {
  const stateOf = async (id: OrderId): Promise<OrderState | undefined> => {
    const { rows } = await db.query<StateRow>(orderStatement, { id: asciiParameter(id) });
    const [row] = rows;
    return row && { latest: orderOf(row), sealedThrough: row.sealedThrough };
  };
  return {
    async place(order, openMax, entry) {
      const answer = await db.queryAll<PlaceAnswer>(placeStatement, {
        ...parametersOf(firstVersionOf(order)),
        openMax: intParameter(openMax),
        ...auditParameters(entry),
      });
      return outcomeOf(answer);
    },
    async getOrder(orderId) {
      return (await stateOf(orderId))?.latest;
    },
    async changeOrder(change, entry) {
      for (let attempt = 1; attempt <= changeAttemptsMax; attempt += 1) {
        const changed = changedOrder(await stateOf(change.orderId), change);
        if ('answer' in changed) return changed.answer;
        const { rows } = await db.query<{ readonly changed: number }>(changeStatement, {
          ...parametersOf(changed.next),
          ...auditParameters(entry),
        });
        if (rows[0]?.changed === 1) return { outcome: 'changed', order: changed.next };
      }
      throw new Error(`the order ${change.orderId} can be changed, and is not`);
    },
    async listOrders(prosumerId, page) {
      const { rows } = await db.query<OrderRow>(ordersOfStatement, {
        prosumerId: idParameter(prosumerId),
        after: asciiParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(rows.map(orderOf), page, ({ id }) => id);
    },
  };
}

/** A version with the lock of its books, for the statements that write one. */
function parametersOf(order: Order): SqlParameters {
  const { version, gridId, prosumerId, side, energyWh, limitPriceMsatPerKwh, status } = order;
  const { timeframe, validUntil } = orderRowOf(order);
  return {
    locks: locksParameter(booksLock(gridId)),
    id: asciiParameter(order.id),
    version: intParameter(version),
    gridId: idParameter(gridId),
    prosumerId: idParameter(prosumerId),
    timeframe: instantParameter(timeframe),
    side: wordParameter(side),
    energyWh: bigIntParameter(energyWh ?? null),
    limitPriceMsatPerKwh: bigIntParameter(limitPriceMsatPerKwh),
    validFrom: instantParameter(order.validFrom),
    validUntil: instantParameter(validUntil),
    placedAt: instantParameter(order.placedAt),
    changedAt: instantParameter(order.changedAt),
    status: wordParameter(status),
  };
}

function outcomeOf([[answer], [row]]: PlaceAnswer): PlaceOutcome {
  if (answer === undefined) throw new Error('a placement answers what came of it');
  const { outcome } = answer;
  if (outcome !== 'placed') return { outcome };
  if (row === undefined) throw new Error('an order was placed and is gone');
  return { outcome, order: orderOf(row) };
}
