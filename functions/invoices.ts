import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { invoiceBody } from '../shared/http/invoiceBody.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isInvoiceKey, pageRequest } from '../shared/http/pageRequest.ts';
import { invoiceUri, listInvoices } from '../shared/operations/invoices.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET /invoices` */
export function invoices(ports: Ports): Handlers<'invoices'> {
  return {
    GET: async ({ query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isInvoiceKey);
      if (!page.ok) return page;
      const { limit: _, cursor: __, ...filter } = query;
      const result = await listInvoices(ports, filter, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      const now = ports.clock.now();
      const bodies = items.map(({ value }) => invoiceBody(value, invoiceUri(value), now));
      return ok(pageAnswer(url, bodies, next));
    },
  };
}
