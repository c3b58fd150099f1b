import { isId, type OrderId, type ProsumerId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { prosumerNotFound } from './getProsumer.ts';

/** The orders of one prosumer, by id ascending, cancelled ones included. Orders are sealed: of no other. */
export async function listOrders(
  { prosumers, orders }: Pick<Ports, 'prosumers' | 'orders'>,
  prosumerId: ProsumerId,
  page: PageRequest<OrderId>,
): Promise<Result<Page<Order, OrderId>, Refusal>> {
  if ((await prosumers.get(prosumerId)) === undefined) return refuse(prosumerNotFound(prosumerId));
  return accept(await orders.listOrders(prosumerId, page));
}

/** An order as it now is. */
export async function getOrder(
  { orders }: Pick<Ports, 'orders'>,
  orderId: OrderId,
): Promise<Result<Order, Refusal>> {
  const order = isId(orderId) ? await orders.getOrder(orderId) : undefined;
  return order === undefined ? refuse(orderNotFound(orderId)) : accept(order);
}

export function orderNotFound(orderId: string): Refusal {
  return { code: 'order_not_found', detail: `There is no order ${orderId}.` };
}
