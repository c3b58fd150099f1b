import { Type } from 'typebox';
import { only } from '../domain/access.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { InvoiceId } from '../domain/invoice.ts';
import { AmountDue, BillingAccount, BillingRun, BillingRunCreate, Statement } from './billing.ts';
import { pathId } from './common.ts';
import { Invoice, InvoiceWhole, invoicesQuery } from './invoice.ts';
import { pageOf, pageParameters } from './page.ts';
import { gridInPath, none, ofGrid, ofProsumer, parameters, raw } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';

const ofRun = parameters({ ...gridInPath, period: pathId('The period, as 2026-10.') });
const ofInvoice = parameters({ invoiceId: pathId<InvoiceId>('Id of an invoice.') });
/** A run is worked out of a whole period. */
const runCost = 10;

/** What is due, billing runs and invoices. */
export const billingRoutes = {
  billingRuns: {
    path: 'grids/{gridId}/billing-runs',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the final billing runs of a mini grid',
        tag: 'Billing',
        access: only('path', 'operator'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(BillingRun) },
      },
      POST: {
        summary: 'Preview what a period would bill; it can be repeated',
        tag: 'Billing',
        cost: runCost,
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        body: BillingRunCreate,
        answers: { 200: BillingRun },
      },
    },
  },
  billingRun: {
    path: 'grids/{gridId}/billing-runs/{period}',
    params: ofRun,
    methods: {
      GET: {
        summary: 'Show a billing run: the final one, or a preview',
        tag: 'Billing',
        cost: runCost,
        access: only('path', 'operator'),
        answers: { 200: BillingRun },
      },
    },
  },
  billingRunFinalize: {
    path: 'grids/{gridId}/billing-runs/{period}/finalize',
    params: ofRun,
    isConditional: true,
    methods: {
      POST: {
        summary: 'Make a billing run final, once: invoices and payouts come from it',
        tag: 'Billing',
        cost: runCost,
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        answers: { 200: BillingRun },
      },
    },
  },
  billingRunAccounts: {
    path: 'grids/{gridId}/billing-runs/{period}/accounts',
    params: ofRun,
    methods: {
      GET: {
        summary: 'List the accounts of a billing run with their lines',
        tag: 'Billing',
        access: only('path', 'operator'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(BillingAccount) },
      },
    },
  },
  billingRunExport: {
    path: 'grids/{gridId}/billing-runs/{period}/export',
    params: ofRun,
    methods: {
      GET: {
        summary: 'Export a final billing run as CSV or JSON',
        tag: 'Billing',
        access: only('path', 'operator'),
        query: parameters({
          format: Type.Optional(
            Type.Enum(['csv', 'json'], {
              type: 'string',
              default: 'json',
              description: 'A row per account and line, or the document of the run.',
            }),
          ),
        }),
        answers: { 200: raw(['text/csv', 'application/json'], 'The accounts of the run.') },
      },
    },
  },
  billingRunStatement: {
    path: 'grids/{gridId}/billing-runs/{period}/statements/{prosumerId}',
    params: parameters({
      ...gridInPath,
      period: pathId('The period, as 2026-10.'),
      prosumerId: pathId<ProsumerId>('Id of a prosumer.'),
    }),
    methods: {
      GET: {
        summary: 'Show the statement of a prosumer in a final run',
        tag: 'Billing',
        access: only('path', 'operator', 'self'),
        answers: { 200: Statement },
      },
    },
  },
  amountDue: {
    path: 'prosumers/{prosumerId}/amount-due',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'Show what a prosumer would be billed now, exactly, and what is open',
        tag: 'Billing',
        access: only('path', 'operator', 'self'),
        answers: { 200: AmountDue },
      },
    },
  },
  invoices: {
    path: 'invoices',
    params: none,
    methods: {
      GET: {
        summary: 'List the invoices of a mini grid or of a prosumer',
        tag: 'Billing',
        access: only('query', 'operator', 'self'),
        query: invoicesQuery,
        answers: { 200: pageOf(Invoice) },
      },
    },
  },
  invoice: {
    path: 'invoices/{invoiceId}',
    params: ofInvoice,
    methods: {
      GET: {
        summary: 'Show an invoice with its lines, payments and events',
        tag: 'Billing',
        access: only('invoice', 'operator', 'self'),
        answers: { 200: InvoiceWhole },
      },
    },
  },
  invoiceVoid: {
    path: 'invoices/{invoiceId}/void',
    params: ofInvoice,
    isConditional: true,
    methods: {
      POST: {
        summary: 'Void an invoice: what is not paid of it goes back to the account',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('invoice', 'operator'),
        answers: { 200: Invoice },
      },
    },
  },
  invoiceQr: {
    path: 'invoices/{invoiceId}/qr',
    params: ofInvoice,
    methods: {
      GET: {
        summary: 'The payment URI of an invoice as a QR code',
        tag: 'Billing',
        access: only('invoice', 'operator', 'self'),
        query: parameters({
          format: Type.Optional(
            Type.Enum(['svg', 'png'], {
              type: 'string',
              default: 'svg',
              description: 'Kind of picture.',
            }),
          ),
        }),
        answers: { 200: raw(['image/svg+xml', 'image/png'], 'The QR code.') },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
