import type { PayoutId } from '../shared/domain/payout.ts';
import { created, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { payoutBody, wholePayoutBody } from '../shared/http/payoutBody.ts';
import { buildPayout } from '../shared/operations/buildPayout.ts';
import { listPayouts } from '../shared/operations/getPayout.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET, POST /grids/{gridId}/payouts` */
export function gridPayouts(ports: Ports): Handlers<'gridPayouts'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<PayoutId>);
      if (!page.ok) return page;
      const result = await listPayouts(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      const bodies = items.map(({ value }) => payoutBody(value));
      return ok(pageAnswer(url, bodies, next));
    },
    POST: async ({ params, body, url, assignedId }) => {
      const payoutId = assignedId as PayoutId;
      const { feeRateSatPerKvb: feeRate } = body;
      const asked = { payoutId, ...(feeRate !== undefined && { feeRate }) };
      const result = await buildPayout(ports, params.gridId, asked);
      if (!result.ok) return result;
      const { value, etag } = result.value;
      return created(wholePayoutBody(value), url, payoutId, etag);
    },
  };
}
