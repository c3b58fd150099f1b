import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { openTimeframeBody, timeframeBody } from '../shared/http/timeframeBody.ts';
import { getTimeframe } from '../shared/operations/listTimeframes.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /grids/{gridId}/timeframes/{timeframe}` */
export function gridTimeframe(ports: Ports): Handlers<'gridTimeframe'> {
  return {
    GET: async ({ params: { gridId, timeframe } }) => {
      const instants = readInstants({ timeframe }, '');
      if (!instants.ok) return instants;
      const result = await getTimeframe(ports, gridId, instants.value.timeframe);
      if (!result.ok) return result;
      const found = result.value;
      return ok(found.status === 'open' ? openTimeframeBody(found) : timeframeBody(found));
    },
  };
}
