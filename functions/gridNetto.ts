import type { ProsumerId } from '../shared/domain/ids.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { nettoBody } from '../shared/http/nettoBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listGridNetto, listTimeframeNetto } from '../shared/operations/listNetto.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { nettoLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/netto` */
export function gridNetto(ports: Ports): Handlers<'gridNetto'> {
  return {
    GET: async ({ params: { gridId }, query, url }) => {
      const page = pageRequest(query, nettoLimitDefault, isIdKey<ProsumerId>);
      if (!page.ok) return page;
      const instants = readInstants({ timeframe: query.timeframe }, '');
      if (!instants.ok) return instants;
      const { timeframe } = instants.value;
      if (timeframe === undefined) {
        const result = await listGridNetto(ports, gridId, page.value);
        if (!result.ok) return result;
        const { totals, members } = result.value;
        const { value: prosumers, ...link } = pageAnswer(url, members.items, members.next);
        return ok(nettoBody({ gridId }, totals, prosumers, link));
      }
      const result = await listTimeframeNetto(ports, gridId, timeframe, page.value);
      if (!result.ok) return result;
      const { closing, lines } = result.value;
      const { value: prosumers, ...link } = pageAnswer(url, lines.items, lines.next);
      return ok(nettoBody({ gridId, timeframe }, closing, prosumers, link));
    },
  };
}
