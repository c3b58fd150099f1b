import type { Order } from '../shared/domain/order.ts';
import type { Refusal } from '../shared/domain/refusal.ts';
import type { Result } from '../shared/domain/result.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { orderBody } from '../shared/http/orderBody.ts';
import { cancelOrder, etagOfOrder, replaceOrder } from '../shared/operations/changeOrder.ts';
import { getOrder } from '../shared/operations/listOrders.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, PUT, DELETE /orders/{orderId}` */
export function order(ports: Ports): Handlers<'order'> {
  return {
    GET: async ({ params }) => answer(await getOrder(ports, params.orderId)),
    PUT: async ({ params, body, ifMatch }) =>
      answer(await replaceOrder(ports, params.orderId, body, ifMatch)),
    DELETE: async ({ params, ifMatch }) =>
      answer(await cancelOrder(ports, params.orderId, ifMatch)),
  };
}

function answer(result: Result<Order, Refusal>) {
  return result.ok ? ok(orderBody(result.value), etagOfOrder(result.value)) : result;
}
