import type { AccountId } from '../shared/domain/ids.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { accountBody } from '../shared/http/prosumerBody.ts';
import { listAccounts } from '../shared/operations/listTrades.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/accounts` */
export function gridAccounts(ports: Ports): Handlers<'gridAccounts'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<AccountId>);
      if (!page.ok) return page;
      const result = await listAccounts(ports, params.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(accountBody), next));
    },
  };
}
