import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { quoteTimeframe } from '../shared/operations/quoteTimeframe.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /grids/{gridId}/quote` */
export function gridQuote(ports: Ports): Handlers<'gridQuote'> {
  return {
    GET: async ({ params, query }) => {
      const instants = readInstants({ timeframe: query.timeframe }, '');
      if (!instants.ok) return instants;
      const result = await quoteTimeframe(ports, params.gridId, instants.value.timeframe);
      return result.ok ? ok(result.value) : result;
    },
  };
}
