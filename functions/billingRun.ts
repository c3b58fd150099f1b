import { ok } from '../shared/http/answers.ts';
import { billingRunBody } from '../shared/http/billingBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { etagOfRun, getRun } from '../shared/operations/billingRuns.ts';
import { finalizeRun } from '../shared/operations/finalizeRun.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /grids/{gridId}/billing-runs/{period}` */
export function billingRun(ports: Ports): Handlers<'billingRun'> {
  return {
    GET: async ({ params }) => {
      const result = await getRun(ports, params.gridId, params.period);
      return result.ok ? ok(billingRunBody(result.value), etagOfRun(result.value)) : result;
    },
  };
}

/** `POST /grids/{gridId}/billing-runs/{period}/finalize` */
export function billingRunFinalize(ports: Ports): Handlers<'billingRunFinalize'> {
  return {
    POST: async ({ params, ifMatch }) => {
      const result = await finalizeRun(ports, params.gridId, params.period, ifMatch);
      return result.ok ? ok(billingRunBody(result.value), etagOfRun(result.value)) : result;
    },
  };
}
