import { accepted, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isPlaceKey, isSequenceKey, pageRequest } from '../shared/http/pageRequest.ts';
import { tradeAheadBody } from '../shared/http/tradeAheadBody.ts';
import { tradeBody } from '../shared/http/tradeBody.ts';
import { etagOfAhead } from '../shared/operations/cancelTrade.ts';
import { listGridTrades, listTransactions } from '../shared/operations/listTrades.ts';
import { tradeAhead } from '../shared/operations/tradeAhead.ts';
import { listGridTradesAhead, listTradesAheadOf } from '../shared/operations/tradesAhead.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';
import type { TradesQuery } from '../shared/schemas/tradesQuery.ts';

/** `GET, POST /trades` */
export function trades(ports: Ports): Handlers<'trades'> {
  return {
    GET: ({ query, url }) =>
      query.status === 'pending' ? listAhead(ports, query, url) : listRecorded(ports, query, url),
    POST: async ({ body, url, assignedId }) => {
      const { timeframe, ...fields } = body;
      const instants = readInstants({ timeframe }, '/');
      if (!instants.ok) return instants;
      const result = await tradeAhead(ports, { id: assignedId, ...fields, ...instants.value });
      if (!result.ok) return result;
      const trade = result.value;
      return accepted(tradeAheadBody(trade), url, trade.id, etagOfAhead(trade));
    },
  };
}

async function listRecorded(ports: Ports, query: TradesQuery, url: string) {
  const page = pageRequest(query, pageLimitDefault, isPlaceKey);
  if (!page.ok) return page;
  if ('prosumerId' in query) {
    const result = await listTransactions(ports, query.prosumerId, {}, page.value);
    if (!result.ok) return result;
    const { items, next } = result.value;
    const bodies = items.map(({ trade }) => tradeBody(trade));
    return ok(pageAnswer(url, bodies, next));
  }
  const instants = readInstants({ timeframe: query.timeframe }, '');
  if (!instants.ok) return instants;
  const { timeframe } = instants.value;
  const result = await listGridTrades(ports, query.gridId, timeframe, page.value);
  if (!result.ok) return result;
  const { items, next } = result.value;
  return ok(pageAnswer(url, items.map(tradeBody), next));
}

async function listAhead(ports: Ports, query: TradesQuery, url: string) {
  const page = pageRequest(query, pageLimitDefault, isSequenceKey);
  if (!page.ok) return page;
  const instants = readInstants({ timeframe: 'gridId' in query ? query.timeframe : undefined }, '');
  if (!instants.ok) return instants;
  const result =
    'prosumerId' in query
      ? await listTradesAheadOf(ports, query.prosumerId, page.value)
      : await listGridTradesAhead(ports, query.gridId, instants.value.timeframe, page.value);
  if (!result.ok) return result;
  const { items, next } = result.value;
  return ok(pageAnswer(url, items.map(tradeAheadBody), next));
}
