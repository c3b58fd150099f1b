import { parseAheadId } from '../shared/domain/tradeId.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { tradeAheadBody } from '../shared/http/tradeAheadBody.ts';
import { tradeBody } from '../shared/http/tradeBody.ts';
import { cancelTrade, etagOfAhead } from '../shared/operations/cancelTrade.ts';
import { getTrade } from '../shared/operations/listTrades.ts';
import { getTradeAhead } from '../shared/operations/tradesAhead.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, DELETE /trades/{tradeId}` */
export function trade(ports: Ports): Handlers<'trade'> {
  return {
    GET: async ({ params: { tradeId } }) => {
      if (parseAheadId(tradeId) === undefined) {
        const result = await getTrade(ports, tradeId);
        return result.ok ? ok(tradeBody(result.value)) : result;
      }
      const result = await getTradeAhead(ports, tradeId);
      return result.ok ? ok(tradeAheadBody(result.value), etagOfAhead(result.value)) : result;
    },
    DELETE: async ({ params, ifMatch }) => {
      const result = await cancelTrade(ports, params.tradeId, ifMatch);
      return result.ok ? ok(tradeAheadBody(result.value), etagOfAhead(result.value)) : result;
    },
  };
}
