import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { tradeBody } from '../shared/http/tradeBody.ts';
import { getTrade } from '../shared/operations/listTrades.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /trades/{tradeId}` */
export function trade(ports: Ports): Handlers<'trade'> {
  return {
    GET: async ({ params }) => {
      const result = await getTrade(ports, params.tradeId);
      return result.ok ? ok(tradeBody(result.value)) : result;
    },
  };
}
