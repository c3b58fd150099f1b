import { Type } from 'typebox';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import { invoiceEventKinds, invoiceStatuses, paymentStates } from '../domain/invoice.ts';
import { BillingLine } from './billing.ts';
import { amountSat, billingPeriod, count, gridId, instant, oneOf, prosumerId } from './common.ts';
import { pageParameters } from './page.ts';

const txid = Type.String({ description: 'Id of the transaction.' });
const vout = count('Which output of it.');

const Payment = Type.Object(
  {
    txid,
    vout,
    amountSat: amountSat('What it pays.'),
    status: oneOf(
      paymentStates,
      '`seen` is shown and not counted, `credited` has its confirmations, `buried` is past doubt, `vanished` is not in the chain any more.',
    ),
    confirmations: count('Confirmations when it was last looked at.'),
    firstSeenAt: instant('When it was first seen.'),
    creditedAt: Type.Optional(instant('When it was credited.')),
  },
  { title: 'Payment', description: 'An output that pays to the address of an invoice.' },
);

const InvoiceEvent = Type.Object(
  {
    at: instant('When.'),
    kind: oneOf(invoiceEventKinds, 'What happened.'),
    amountSat: Type.Optional(amountSat('Of which amount.')),
    txid: Type.Optional(txid),
    vout: Type.Optional(vout),
  },
  { title: 'InvoiceEvent', description: 'Something that happened to an invoice.' },
);

const fields = {
  id: Type.String({ description: 'Id: grid, period and prosumer.' }),
  gridId,
  period: billingPeriod('The period that it bills.'),
  prosumerId,
  status: oneOf(invoiceStatuses, 'What its amounts and the time say of it.'),
  amountSat: amountSat('What is owed.'),
  seenSat: amountSat('Seen in the chain and not credited yet.'),
  creditedSat: amountSat('Credited.'),
  outstandingSat: amountSat('What is left to pay.'),
  issuedAt: instant('When it was issued.'),
  dueAt: instant('When it is due.'),
  voidedAt: Type.Optional(instant('When it was voided.')),
  address: Type.Optional(
    Type.String({ description: 'Where to pay; absent until the grid has an account key.' }),
  ),
  uri: Type.Optional(
    Type.String({ description: 'BIP21 URI for what is left to pay; absent when nothing is.' }),
  ),
};

/** An invoice in a list. */
export const Invoice = Type.Object(fields, {
  title: 'Invoice',
  description: 'What a prosumer owes for a period.',
});

/** An invoice on its own, with all that belongs to it. */
export const InvoiceWhole = Type.Object(
  {
    ...fields,
    lines: Type.Array(BillingLine, { description: 'What was billed.' }),
    payments: Type.Array(Payment, { description: 'Outputs that pay to it, the first 1 000.' }),
    events: Type.Array(InvoiceEvent, { description: 'What happened to it, the first 1 000.' }),
  },
  { title: 'InvoiceWhole', description: 'An invoice with its lines, payments and events.' },
);

type PageQuery = { readonly limit?: number; readonly cursor?: string };

/** Invoices are listed by grid, by prosumer, or both; and by period. */
export type InvoicesQuery = PageQuery & { readonly period?: BillingPeriod } & (
    | { readonly gridId: GridId; readonly prosumerId?: ProsumerId }
    | { readonly gridId?: GridId; readonly prosumerId: ProsumerId }
  );

export const invoicesQuery = Type.Unsafe<InvoicesQuery>({
  ...Type.Object(
    {
      gridId: Type.Optional(gridId),
      prosumerId: Type.Optional(prosumerId),
      period: Type.Optional(billingPeriod('Of this period alone.')),
      ...pageParameters,
    },
    { additionalProperties: false },
  ),
  anyOf: [{ required: ['gridId'] }, { required: ['prosumerId'] }],
});
