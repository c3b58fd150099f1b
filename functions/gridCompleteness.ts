import { ok } from '../shared/http/answers.ts';
import { completenessBody } from '../shared/http/completenessBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { isDayKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listCompleteness } from '../shared/operations/listCompleteness.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/completeness` */
export function gridCompleteness(ports: Ports): Handlers<'gridCompleteness'> {
  return {
    GET: async ({ params: { gridId }, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isDayKey);
      if (!page.ok) return page;
      const asked = readInstants({ from: query.from, to: query.to }, '');
      if (!asked.ok) return asked;
      const isIncompleteOnly = query.only === 'incomplete';
      const result = await listCompleteness(
        ports,
        gridId,
        asked.value,
        isIncompleteOnly,
        page.value,
      );
      if (!result.ok) return result;
      return ok(completenessBody(url, gridId, result.value));
    },
  };
}
