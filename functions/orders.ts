import type { OrderId } from '../shared/domain/ids.ts';
import { created, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { orderBody } from '../shared/http/orderBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { etagOfOrder } from '../shared/operations/changeOrder.ts';
import { listOrders } from '../shared/operations/listOrders.ts';
import { placeOrder } from '../shared/operations/placeOrder.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET, POST /orders` */
export function orders(ports: Ports): Handlers<'orders'> {
  return {
    GET: async ({ query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<OrderId>);
      if (!page.ok) return page;
      const result = await listOrders(ports, query.prosumerId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(orderBody), next));
    },
    POST: async ({ body, url, assignedId }) => {
      const { id = assignedId as OrderId, timeframe, ...fields } = body;
      const instants = readInstants({ timeframe }, '/');
      if (!instants.ok) return instants;
      const result = await placeOrder(ports, { id, ...fields, ...instants.value });
      if (!result.ok) return result;
      return created(orderBody(result.value), url, id, etagOfOrder(result.value));
    },
  };
}
