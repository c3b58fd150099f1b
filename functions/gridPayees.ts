import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isPayeeKey, pageRequest } from '../shared/http/pageRequest.ts';
import { payeeBody } from '../shared/http/payoutBody.ts';
import { listPayees } from '../shared/operations/getPayout.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/payees` */
export function gridPayees(ports: Ports): Handlers<'gridPayees'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isPayeeKey);
      if (!page.ok) return page;
      const result = await listPayees(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(payeeBody), next));
    },
  };
}
