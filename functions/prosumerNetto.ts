import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { prosumerNettoBody } from '../shared/http/nettoBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isTimeframeKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listProsumerNetto } from '../shared/operations/listNetto.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { nettoLimitDefault } from '../shared/schemas/page.ts';

/** `GET /prosumers/{prosumerId}/netto` */
export function prosumerNetto(ports: Ports): Handlers<'prosumerNetto'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, nettoLimitDefault, isTimeframeKey);
      if (!page.ok) return page;
      const range = readInstants({ from: query.from, to: query.to }, '');
      if (!range.ok) return range;
      const result = await listProsumerNetto(ports, params.prosumerId, range.value, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(prosumerNettoBody), next));
    },
  };
}
