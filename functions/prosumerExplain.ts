import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { explainBodyFor } from '../shared/http/explainBody.ts';
import { readInstants } from '../shared/http/instants.ts';
import { explainTimeframe } from '../shared/operations/explainTimeframe.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /prosumers/{prosumerId}/timeframes/{timeframe}/explain` */
export function prosumerExplain(ports: Ports): Handlers<'prosumerExplain'> {
  return {
    GET: async ({ params: { prosumerId, timeframe }, caller }) => {
      const instants = readInstants({ timeframe }, '');
      if (!instants.ok) return instants;
      const result = await explainTimeframe(ports, prosumerId, instants.value.timeframe);
      return result.ok ? ok(explainBodyFor(caller, result.value)) : result;
    },
  };
}
