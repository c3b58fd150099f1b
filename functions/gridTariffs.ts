import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isTimeframeKey, pageRequest } from '../shared/http/pageRequest.ts';
import { tariffVersionBody } from '../shared/http/tariffBody.ts';
import { listVersions } from '../shared/operations/tariffVersions.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/tariffs` */
export function gridTariffs(ports: Ports): Handlers<'gridTariffs'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isTimeframeKey);
      if (!page.ok) return page;
      const result = await listVersions(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(tariffVersionBody), next));
    },
  };
}
