import { assert } from '../domain/assert.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { changedFields } from '../domain/changedFields.ts';
import type { Grid } from '../domain/grid.ts';
import type { OrderId } from '../domain/ids.ts';
import type { Order, OrderTerms } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { nextTimeframe, type Timeframe, timeframeAt, timeframeEnd } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { changeConditionally } from './changeConditionally.ts';
import { getOrder, orderNotFound } from './listOrders.ts';
import { isSameTerms } from './placeOrder.ts';
import { timeframeEnded } from './tradableTimeframe.ts';

type OrderPorts = AuditingPorts & Pick<Ports, 'grids' | 'orders'>;
type IfMatch = string | undefined;

/**
 * Replaces what an order asks for, until its timeframe ends; a standing one from the first timeframe
 * on that has not ended. Repeatable: the same again changes nothing. Safe without `ifMatch` too.
 */
export function replaceOrder(
  ports: OrderPorts,
  orderId: OrderId,
  terms: OrderTerms,
  ifMatch: IfMatch,
): Promise<Result<Order, Refusal>> {
  return changeStored(ports, orderId, ifMatch, terms);
}

/** Cancels an order: as long as it could be replaced. Repeatable: a cancelled one stays as it is. */
export function cancelOrder(
  ports: OrderPorts,
  orderId: OrderId,
  ifMatch: IfMatch,
): Promise<Result<Order, Refusal>> {
  return changeStored(ports, orderId, ifMatch, undefined);
}

/** The tag of an order's state. */
export function etagOfOrder({ version }: Order): string {
  return `o${version}`;
}

async function changeStored(
  ports: OrderPorts,
  orderId: OrderId,
  ifMatch: IfMatch,
  terms: OrderTerms | undefined,
): Promise<Result<Order, Refusal>> {
  const found = await getOrder(ports, orderId);
  if (!found.ok) return found;
  const grid = (await ports.grids.get(found.value.gridId))?.value;
  assert(grid !== undefined, `the grid of order ${orderId} exists`);
  // The first timeframe that a change may count from; a later one, where the store has sealed it.
  let from = timeframeAt(ports.clock.now(), grid.timeframeMinutes);
  return changeConditionally<Order>({
    get: () => ports.orders.getOrder(orderId),
    etagOf: etagOfOrder,
    apply: (order) => {
      const refusal = refusalOf(order, terms, grid, from);
      return refusal === undefined ? accept(order) : refuse(refusal);
    },
    replace: async (order) => {
      if (isAsAsked(order, terms)) return order;
      const { version } = order;
      const changedAt = ports.clock.now();
      const change = { orderId, version, validFrom: from, changedAt, ...(terms && { terms }) };
      const entry = orderEntry(ports, order, terms);
      const outcome = await ports.orders.changeOrder(change, entry);
      if (outcome.outcome === 'changed') return outcome.order;
      const isSealed = outcome.outcome === 'sealed' || outcome.outcome === 'closed';
      if (isSealed) from = nextTimeframe(from, grid.timeframeMinutes);
      return undefined;
    },
    notFound: orderNotFound(orderId),
    ifMatch,
  });
}

function orderEntry(ports: OrderPorts, order: Order, terms: OrderTerms | undefined): AuditEntry {
  const { id, gridId, side, energyWh, limitPriceMsatPerKwh, status } = order;
  const changed =
    terms === undefined
      ? changedFields({ status }, { status: 'cancelled' })
      : changedFields({ side, energyWh, limitPriceMsatPerKwh }, terms);
  const action = terms === undefined ? 'cancelled' : 'changed';
  return auditEntry(ports, { gridId, action, thing: { kind: 'order', id }, ...changed });
}

function isAsAsked(order: Order, terms: OrderTerms | undefined): boolean {
  return terms === undefined ? order.status === 'cancelled' : isSameTerms(order, terms);
}

/** Why an order cannot be changed any more; to cancel again what is cancelled is no change. */
function refusalOf(
  order: Order,
  terms: OrderTerms | undefined,
  grid: Grid,
  from: Timeframe,
): Refusal | undefined {
  if (order.status === 'cancelled') {
    return terms && { code: 'order_cancelled', detail: `Order ${order.id} is cancelled.` };
  }
  const { timeframe } = order;
  if (timeframe === undefined || timeframe >= from) return undefined;
  return timeframeEnded(timeframe, timeframeEnd(timeframe, grid.timeframeMinutes));
}
