import type { AccountLine } from '../domain/accountLine.ts';
import { dustSat } from '../domain/bitcoin.ts';
import type { Invoice, InvoiceEvent, InvoiceId, Payment } from '../domain/invoice.ts';
import { outstandingSat } from '../domain/invoiceStatus.ts';
import { paymentUri } from '../domain/paymentUri.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { InvoiceFilter } from '../ports/invoiceStore.ts';
import type { Page, PageRequest, Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { changeConditionally } from './changeConditionally.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';

/** Payments and events that are shown of one invoice. */
const shownMax = 1_000;

/** An invoice with all that belongs to it. */
export type WholeInvoice = {
  readonly invoice: Invoice;
  readonly etag: string;
  readonly lines: readonly AccountLine[];
  readonly payments: readonly Payment[];
  readonly events: readonly InvoiceEvent[];
};

export async function getInvoice(
  { invoices, billing }: Pick<Ports, 'invoices' | 'billing'>,
  invoiceId: InvoiceId,
): Promise<Result<WholeInvoice, Refusal>> {
  const stored = await invoices.get(invoiceId);
  if (stored === undefined) return refuse(invoiceNotFound(invoiceId));
  const { value: invoice, etag } = stored;
  const [account, payments, events] = await Promise.all([
    billing.getRunAccount(invoice.gridId, invoice.period, invoice.prosumerId),
    invoices.paymentsOf(invoiceId, shownMax),
    invoices.events(invoiceId, shownMax),
  ]);
  return accept({ invoice, etag, lines: account?.lines ?? [], payments, events });
}

/** Invoices of a grid or a prosumer, by id ascending. */
export async function listInvoices(
  { invoices, grids, prosumers }: Pick<Ports, 'invoices' | 'grids' | 'prosumers'>,
  filter: InvoiceFilter,
  page: PageRequest<InvoiceId>,
): Promise<Result<Page<Versioned<Invoice>, InvoiceId>, Refusal>> {
  const { gridId, prosumerId } = filter;
  if (gridId !== undefined && (await grids.get(gridId)) === undefined) {
    return refuse(gridNotFound(gridId));
  }
  if (prosumerId !== undefined && (await prosumers.get(prosumerId)) === undefined) {
    return refuse(prosumerNotFound(prosumerId));
  }
  return accept(await invoices.list(filter, page));
}

/**
 * Voids an invoice: what is not paid of it goes back to the account and is billed by the next run. What
 * was or will be paid to it counts for the prosumer. Repeatable; refused once it is wholly paid. Safe
 * without `ifMatch` too.
 */
export async function voidInvoice(
  ports: AuditingPorts & Pick<Ports, 'invoices'>,
  invoiceId: InvoiceId,
  ifMatch?: string,
): Promise<Result<Versioned<Invoice>, Refusal>> {
  const { invoices, clock } = ports;
  return changeConditionally<Versioned<Invoice>>({
    get: () => invoices.get(invoiceId),
    etagOf: ({ etag }) => etag,
    apply: (stored) =>
      outstandingSat(stored.value) === 0n
        ? refuse({ code: 'invoice_paid', detail: `The invoice ${invoiceId} is paid.` })
        : accept(stored),
    replace: ({ value: { gridId }, etag }) => {
      const voidedAt = clock.now();
      const thing = { kind: 'invoice', id: invoiceId } as const;
      const entry = auditEntry(ports, { gridId, action: 'voided', thing, after: { voidedAt } });
      return invoices.void(invoiceId, etag, voidedAt, entry);
    },
    notFound: invoiceNotFound(invoiceId),
    ifMatch,
    isDone: ({ value }) => value.voidedAt !== undefined,
  });
}

/**
 * The URI that asks for what is left to pay of an invoice; undefined where nothing is or can be. No
 * wallet sends less than nodes relay: where less is left it asks for that, and the next run counts
 * what is too much.
 */
export function invoiceUri(invoice: Invoice): string | undefined {
  const leftSat = outstandingSat(invoice);
  if (invoice.payTo === undefined || leftSat === 0n) return undefined;
  const { gridId, period, payTo } = invoice;
  const amountSat = leftSat > dustSat.p2wpkh ? leftSat : dustSat.p2wpkh;
  return paymentUri({ address: payTo.address, amountSat, label: `${gridId} ${period}` });
}

export function invoiceNotFound(invoiceId: string): Refusal {
  return { code: 'invoice_not_found', detail: `There is no invoice ${invoiceId}.` };
}
