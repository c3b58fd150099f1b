import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { NewOrder, OrderStore } from '../../ports/orderStore.ts';
import { changedOrder } from '../changedOrder.ts';
import { firstVersionOf, type OrderRow, orderOf, orderRowOf } from '../orderRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { orderBooks } from './orderBooks.ts';
import { query, write } from './statement.ts';

type LimitOrders = Pick<OrderStore, 'place' | 'getOrder' | 'changeOrder' | 'listOrders'>;

/** Orders by version: one ends where the next begins, after what is sealed. */
export function embeddedLimitOrders(db: DatabaseSync): LimitOrders {
  const statements = prepare(db);
  const { selectLatest, countOpen, selectOfProsumer } = statements;
  const books = orderBooks(db);
  const audit = auditWriter(db);
  const latestOf = (orderId: OrderId) => {
    const row = selectLatest.get(orderId);
    return row && orderOf(row);
  };
  return {
    async place(order: NewOrder, openMax, entry) {
      return transaction(db, () => {
        const there = latestOf(order.id);
        if (there !== undefined) return { outcome: 'placed', order: there };
        if (books.isSealed(order.gridId, order.validFrom)) return { outcome: 'sealed' };
        const open = countOpen.get(order.prosumerId, order.validFrom)?.open ?? 0;
        if (open >= openMax) return { outcome: 'too_many' };
        const placed = firstVersionOf(order);
        insertFirst(statements, placed);
        audit(entry);
        return { outcome: 'placed', order: placed };
      });
    },
    async getOrder(orderId) {
      return latestOf(orderId);
    },
    async changeOrder(change, entry) {
      return transaction(db, () => {
        const latest = latestOf(change.orderId);
        const state = latest && { latest, sealedThrough: books.sealedThrough(latest.gridId) };
        const changed = changedOrder(state, change);
        if ('answer' in changed) return changed.answer;
        insertNext(statements, changed.next);
        audit(entry);
        return { outcome: 'changed', order: changed.next };
      });
    },
    async listOrders(prosumerId, page) {
      const rows = selectOfProsumer.all(prosumerId, page.after ?? '', rowsFor(page));
      return pageOf(rows.map(orderOf), page, ({ id }) => id);
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function insertFirst({ insertOrder, insertVersion }: Statements, order: Order): void {
  const { orderId, prosumerId, version, status, validUntil } = orderRowOf(order);
  insertOrder.run(orderId, prosumerId, Number(version), status, validUntil);
  insertVersion.run(...valuesOf(order));
}

function insertNext({ end, insertVersion, advance }: Statements, order: Order): void {
  const { id, version, validFrom, status } = order;
  end.run(validFrom, id, version - 1, validFrom);
  insertVersion.run(...valuesOf(order));
  const { changes } = advance.run(version, status, orderRowOf(order).validUntil, id, version - 1);
  assert(changes === 1, `the order ${id} changes from its latest version on`);
}

function valuesOf(order: Order) {
  const { orderId, gridId, prosumerId, timeframe, side, status, ...row } = orderRowOf(order);
  const energyWh = row.energyWh === null ? null : Number(row.energyWh);
  const terms = [side, energyWh, Number(row.limitPriceMsatPerKwh)];
  const times = [row.validFrom, row.validUntil, row.placedAt, row.changedAt];
  return [
    ...[orderId, Number(row.version), gridId, prosumerId, timeframe],
    ...terms,
    ...times,
    status,
  ];
}

function prepare(db: DatabaseSync) {
  const latest = (where: string) =>
    query<OrderRow>(
      db,
      `SELECT orderVersions.* FROM orders
       INNER JOIN orderVersions USING (orderId, version) WHERE ${where}`,
    );
  return {
    selectLatest: latest('orders.orderId = ?'),
    selectOfProsumer: latest(
      'orders.prosumerId = ? AND orders.orderId > ? ORDER BY orders.orderId LIMIT ?',
    ),
    countOpen: query<{ readonly open: number }>(
      db,
      `SELECT count(*) AS open FROM orders
       WHERE status = 'open' AND prosumerId = ? AND validUntil > ?`,
    ),
    insertOrder: write(
      db,
      'INSERT INTO orders (orderId, prosumerId, version, status, validUntil) VALUES (?, ?, ?, ?, ?)',
    ),
    insertVersion: write(
      db,
      `INSERT INTO orderVersions (orderId, version, gridId, prosumerId, timeframe, side, energyWh,
         limitPriceMsatPerKwh, validFrom, validUntil, placedAt, changedAt, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    end: write(
      db,
      `UPDATE orderVersions SET validUntil = ?
       WHERE orderId = ? AND version = ? AND validUntil > ?`,
    ),
    advance: write(
      db,
      `UPDATE orders SET version = ?, status = ?, validUntil = ?
       WHERE orderId = ? AND version = ?`,
    ),
  };
}
