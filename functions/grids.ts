import type { GridId } from '../shared/domain/ids.ts';
import { created, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { billingOf, gridBody, gridBodyFor } from '../shared/http/gridBody.ts';
import { readInstants } from '../shared/http/instants.ts';
import { marketOf } from '../shared/http/marketBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listGridsOf } from '../shared/operations/callerGrids.ts';
import { createGrid } from '../shared/operations/createGrid.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET, POST /grids` */
export function grids(ports: Ports): Handlers<'grids'> {
  return {
    GET: async ({ query, url, caller }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<GridId>);
      if (!page.ok) return page;
      const { items, next } = await listGridsOf(ports, caller, page.value);
      const bodies = items.map((view) => gridBodyFor(caller, view));
      return ok(pageAnswer(url, bodies, next));
    },
    POST: async ({ body, url, assignedId }) => {
      const { id = assignedId as GridId, market, billing, ...given } = body;
      const { activeFrom, activeUntil, ...settings } = given;
      const instants = readInstants({ activeFrom, activeUntil }, '/');
      if (!instants.ok) return instants;
      const asked = {
        id,
        paused: false,
        ...settings,
        ...instants.value,
        market: marketOf(market),
        ...(billing && { billing: billingOf(billing) }),
      };
      const result = await createGrid(ports, asked);
      if (!result.ok) return result;
      return created(gridBody(result.value), url, id, result.value.etag);
    },
  };
}
