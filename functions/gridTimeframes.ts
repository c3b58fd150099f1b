import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isTimeframeKey, pageRequest } from '../shared/http/pageRequest.ts';
import { timeframeBody } from '../shared/http/timeframeBody.ts';
import { listTimeframes } from '../shared/operations/listTimeframes.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/timeframes` */
export function gridTimeframes(ports: Ports): Handlers<'gridTimeframes'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isTimeframeKey);
      if (!page.ok) return page;
      const range = readInstants({ from: query.from, to: query.to }, '');
      if (!range.ok) return range;
      const result = await listTimeframes(ports, params.gridId, range.value, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(timeframeBody), next));
    },
  };
}
