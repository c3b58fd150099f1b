import type { Static } from 'typebox';
import type { AccountLine } from '../domain/accountLine.ts';
import type { Invoice, InvoiceEvent, Payment } from '../domain/invoice.ts';
import { outstandingSat, statusOfInvoice } from '../domain/invoiceStatus.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { Invoice as InvoiceSchema, InvoiceWhole } from '../schemas/invoice.ts';
import { lineBody } from './billingBody.ts';

/** An invoice as it stands at `now`. `uri` asks for what is left to pay, where that can be paid. */
export function invoiceBody(
  invoice: Invoice,
  uri: string | undefined,
  now: Instant,
): DeepReadonly<Static<typeof InvoiceSchema>> {
  const { id, gridId, period, prosumerId, issuedAt, dueAt, voidedAt, payTo } = invoice;
  return {
    id,
    gridId,
    period,
    prosumerId,
    status: statusOfInvoice(invoice, now),
    amountSat: String(invoice.amountSat),
    seenSat: String(invoice.seenSat),
    creditedSat: String(invoice.creditedSat),
    outstandingSat: String(outstandingSat(invoice)),
    issuedAt,
    dueAt,
    ...(voidedAt && { voidedAt }),
    ...(payTo && { address: payTo.address }),
    ...(uri !== undefined && { uri }),
  };
}

/** The same with its lines, payments and events. */
export function wholeInvoiceBody(
  {
    invoice,
    lines,
    payments,
    events,
  }: {
    readonly invoice: Invoice;
    readonly lines: readonly AccountLine[];
    readonly payments: readonly Payment[];
    readonly events: readonly InvoiceEvent[];
  },
  uri: string | undefined,
  now: Instant,
): DeepReadonly<Static<typeof InvoiceWhole>> {
  return {
    ...invoiceBody(invoice, uri, now),
    lines: lines.map(lineBody),
    payments: payments.map(paymentBody),
    events: events.map(eventBody),
  };
}

function paymentBody({ txid, vout, state, amountSat, ...payment }: Payment) {
  const { confirmations, firstSeenAt, creditedAt } = payment;
  return {
    txid,
    vout,
    amountSat: String(amountSat),
    status: state,
    confirmations,
    firstSeenAt,
    ...(creditedAt && { creditedAt }),
  };
}

function eventBody({ at, kind, amountSat, txid, vout }: InvoiceEvent) {
  return {
    at,
    kind,
    ...(amountSat !== undefined && { amountSat: String(amountSat) }),
    ...(txid && { txid }),
    ...(vout !== undefined && { vout }),
  };
}
