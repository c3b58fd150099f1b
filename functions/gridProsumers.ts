import type { ProsumerId } from '../shared/domain/ids.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { gridProsumerBody } from '../shared/http/gridBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listGridNetto } from '../shared/operations/listNetto.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/prosumers` */
export function gridProsumers(ports: Ports): Handlers<'gridProsumers'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<ProsumerId>);
      if (!page.ok) return page;
      const result = await listGridNetto(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value.members;
      return ok(pageAnswer(url, items.map(gridProsumerBody), next));
    },
  };
}
