import { ok } from '../shared/http/answers.ts';
import { auditBody } from '../shared/http/auditBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isAuditKey, pageRequest } from '../shared/http/pageRequest.ts';
import { listAudit } from '../shared/operations/listAudit.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /grids/{gridId}/audit` */
export function gridAudit(ports: Ports): Handlers<'gridAudit'> {
  return {
    GET: async ({ params, query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isAuditKey);
      if (!page.ok) return page;
      const range = readInstants({ from: query.from, to: query.to }, '');
      if (!range.ok) return range;
      const result = await listAudit(ports, params.gridId, range.value, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(auditBody), next));
    },
  };
}
