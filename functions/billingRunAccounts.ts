import type { AccountId } from '../shared/domain/ids.ts';
import { ok } from '../shared/http/answers.ts';
import { billingAccountBody } from '../shared/http/billingBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listRunAccounts } from '../shared/operations/billingRuns.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/billing-runs/{period}/accounts` */
export function billingRunAccounts(ports: Ports): Handlers<'billingRunAccounts'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<AccountId>);
      if (!page.ok) return page;
      const result = await listRunAccounts(ports, params.gridId, params.period, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(billingAccountBody), next));
    },
  };
}
