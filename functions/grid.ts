import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { billingOf, gridBody, gridBodyFor } from '../shared/http/gridBody.ts';
import { readInstants } from '../shared/http/instants.ts';
import { marketOf } from '../shared/http/marketBody.ts';
import { changeGrid } from '../shared/operations/changeGrid.ts';
import { getGrid } from '../shared/operations/getGrid.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, PATCH /grids/{gridId}` */
export function grid(ports: Ports): Handlers<'grid'> {
  return {
    GET: async ({ params, caller }) => {
      const result = await getGrid(ports, params.gridId);
      return result.ok ? ok(gridBodyFor(caller, result.value), result.value.etag) : result;
    },
    PATCH: async ({ params, body, ifMatch }) => {
      const { activeFrom, activeUntil, market, billing, ...settings } = body;
      const instants = readInstants({ activeFrom, activeUntil }, '/');
      if (!instants.ok) return instants;
      const change = {
        ...settings,
        ...instants.value,
        ...(market && { market: marketOf(market) }),
        ...(billing && { billing: billingOf(billing) }),
      };
      const result = await changeGrid(ports, params.gridId, change, ifMatch);
      return result.ok ? ok(gridBody(result.value), result.value.etag) : result;
    },
  };
}
