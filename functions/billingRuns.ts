import { ok } from '../shared/http/answers.ts';
import { billingRunBody } from '../shared/http/billingBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isPeriodKey, pageRequest } from '../shared/http/pageRequest.ts';
import { etagOfRun, getRun, listRuns } from '../shared/operations/billingRuns.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET, POST /grids/{gridId}/billing-runs` */
export function billingRuns(ports: Ports): Handlers<'billingRuns'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isPeriodKey);
      if (!page.ok) return page;
      const result = await listRuns(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(billingRunBody), next));
    },
    POST: async ({ params, body }) => {
      const result = await getRun(ports, params.gridId, body.period);
      return result.ok ? ok(billingRunBody(result.value), etagOfRun(result.value)) : result;
    },
  };
}
