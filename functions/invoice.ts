import { refuse } from '../shared/domain/result.ts';
import { ok, rawOk } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { invoiceBody, wholeInvoiceBody } from '../shared/http/invoiceBody.ts';
import { getInvoice, invoiceUri, voidInvoice } from '../shared/operations/invoices.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /invoices/{invoiceId}` */
export function invoice(ports: Ports): Handlers<'invoice'> {
  return {
    GET: async ({ params }) => {
      const result = await getInvoice(ports, params.invoiceId);
      if (!result.ok) return result;
      const uri = invoiceUri(result.value.invoice);
      return ok(wholeInvoiceBody(result.value, uri, ports.clock.now()), result.value.etag);
    },
  };
}

/** `POST /invoices/{invoiceId}/void` */
export function invoiceVoid(ports: Ports): Handlers<'invoiceVoid'> {
  return {
    POST: async ({ params, ifMatch }) => {
      const result = await voidInvoice(ports, params.invoiceId, ifMatch);
      if (!result.ok) return result;
      const { value, etag } = result.value;
      return ok(invoiceBody(value, undefined, ports.clock.now()), etag);
    },
  };
}

/** `GET /invoices/{invoiceId}/qr` */
export function invoiceQr(ports: Ports): Handlers<'invoiceQr'> {
  return {
    GET: async ({ params, query }) => {
      const result = await getInvoice(ports, params.invoiceId);
      if (!result.ok) return result;
      const uri = invoiceUri(result.value.invoice);
      if (uri === undefined) {
        const detail = 'Nothing is left to pay of this invoice, or it has no address yet.';
        return refuse({ code: 'nothing_to_pay', detail });
      }
      return query.format === 'png'
        ? rawOk(await ports.qrCodes.png(uri), 'image/png')
        : rawOk(await ports.qrCodes.svg(uri), 'image/svg+xml');
    },
  };
}
