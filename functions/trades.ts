import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isPlaceKey, pageRequest } from '../shared/http/pageRequest.ts';
import { tradeBody } from '../shared/http/tradeBody.ts';
import { listGridTrades, listTransactions } from '../shared/operations/listTrades.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /trades` */
export function trades(ports: Ports): Handlers<'trades'> {
  return {
    GET: async ({ query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isPlaceKey);
      if (!page.ok) return page;
      if ('prosumerId' in query) {
        const result = await listTransactions(ports, query.prosumerId, {}, page.value);
        if (!result.ok) return result;
        const { items, next } = result.value;
        return ok(
          pageAnswer(
            url,
            items.map(({ trade }) => tradeBody(trade)),
            next,
          ),
        );
      }
      const instants = readInstants({ timeframe: query.timeframe }, '');
      if (!instants.ok) return instants;
      const { timeframe } = instants.value;
      const result = await listGridTrades(ports, query.gridId, timeframe, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(tradeBody), next));
    },
  };
}
