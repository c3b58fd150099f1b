import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isPlaceKey, pageRequest } from '../shared/http/pageRequest.ts';
import { transactionBody } from '../shared/http/prosumerBody.ts';
import { listTransactions } from '../shared/operations/listTrades.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /prosumers/{prosumerId}/transactions` */
export function prosumerTransactions(ports: Ports): Handlers<'prosumerTransactions'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isPlaceKey);
      if (!page.ok) return page;
      const range = readInstants({ from: query.from, to: query.to }, '');
      if (!range.ok) return range;
      const result = await listTransactions(ports, params.prosumerId, range.value, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(transactionBody), next));
    },
  };
}
