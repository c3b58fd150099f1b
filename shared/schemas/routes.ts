import { type TSchema, Type } from 'typebox';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { InvoiceId } from '../domain/invoice.ts';
import type { PayoutId } from '../domain/payout.ts';
import { Account } from './account.ts';
import {
  AmountDue,
  BillingAccount,
  BillingRun,
  BillingRunCreate,
  DepositAddress,
  Statement,
} from './billing.ts';
import { gridId, instant, pathId } from './common.ts';
import { Grid, GridCreate, GridPatch, GridProsumer } from './grid.ts';
import { Liveness, Readiness } from './health.ts';
import { Invoice, InvoiceWhole, invoicesQuery } from './invoice.ts';
import { GridNetto, ProsumerNetto } from './netto.ts';
import { nettoPageParameters, pageOf, pageParameters } from './page.ts';
import {
  AddressChallenge,
  AddressChallengeCreate,
  Payee,
  Payout,
  PayoutAddress,
  PayoutAddressPut,
  PayoutCreate,
  PayoutReplacement,
  PayoutSignature,
  PayoutWhole,
  psbtLengthMax,
} from './payout.ts';
import { Prosumer, ProsumerCreate, ProsumerPatch } from './prosumer.ts';
import { ReadingsAnswer, ReadingsPost, ReadingsPostShown } from './reading.ts';
import { OpenTimeframe, Timeframe } from './timeframe.ts';
import { Trade } from './trade.ts';
import { tradesQuery } from './tradesQuery.ts';
import { Transaction } from './transaction.ts';

export type Tag = 'Smart Grid Info' | 'Prosumer Info' | 'Trader Info' | 'Billing' | 'Operations';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** A body that is no JSON of ours: a page, a script, the OpenAPI document. */
export type RawBody = { readonly mediaTypes: readonly string[]; readonly description: string };

export type MethodSpec = {
  readonly summary: string;
  readonly tag: Tag;
  /** Absent: no query parameter is known. */
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** The body as documents show it, where its parts are validated one by one. */
  readonly shownBody?: TSchema;
  /** The largest body in bytes; `bodyBytesMax` without it. */
  readonly maxBodyBytes?: number;
  readonly answers: Readonly<Record<number, TSchema | RawBody>>;
};

export type RouteSpec = {
  readonly path: string;
  readonly params: TSchema;
  readonly methods: { readonly [M in Method]?: MethodSpec };
};

/** Where the API lies below its server, as host.json has it. */
export const apiPrefix = '/api';

/** The largest body of a request, in bytes, where the route does not say otherwise. */
export const bodyBytesMax = 64 * 1024;
const readingsBytesMax = 8 * 1024 * 1024;
const signatureBytesMax = psbtLengthMax + 1024;

const none = parameters({});
const gridInPath = { gridId: pathId<GridId>('Id of a mini grid.') };
const ofGrid = parameters(gridInPath);
const ofProsumer = parameters({ prosumerId: pathId<ProsumerId>('Id of a prosumer.') });
const range = {
  from: Type.Optional(instant('Timeframes from this start on.')),
  to: Type.Optional(instant('Timeframes before this start.')),
};
const timeframe = instant('Start of the timeframe.');
const ofRun = parameters({ ...gridInPath, period: pathId('The period, as 2026-10.') });
const ofPayout = parameters({ ...gridInPath, payoutId: pathId<PayoutId>('Id of a payout.') });
const ofInvoice = parameters({ invoiceId: pathId<InvoiceId>('Id of an invoice.') });

/**
 * The HTTP API: method, path, parameters, body and answers of every function, by function name.
 * Paths are as Azure Functions has them, below the prefix `api`. No two of them overlap.
 */
export const routes = {
  grids: {
    path: 'grids',
    params: none,
    methods: {
      GET: {
        summary: 'List the mini grids',
        tag: 'Smart Grid Info',
        query: parameters(pageParameters),
        answers: { 200: pageOf(Grid) },
      },
      POST: {
        summary: 'Create a mini grid',
        tag: 'Smart Grid Info',
        body: GridCreate,
        answers: { 201: Grid },
      },
    },
  },
  grid: {
    path: 'grids/{gridId}',
    params: ofGrid,
    methods: {
      GET: { summary: 'Show a mini grid', tag: 'Smart Grid Info', answers: { 200: Grid } },
      PATCH: {
        summary: 'Change a mini grid',
        tag: 'Smart Grid Info',
        body: GridPatch,
        answers: { 200: Grid },
      },
    },
  },
  gridProsumers: {
    path: 'grids/{gridId}/prosumers',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the prosumers of a mini grid with their netto',
        tag: 'Smart Grid Info',
        query: parameters(pageParameters),
        answers: { 200: pageOf(GridProsumer) },
      },
    },
  },
  gridNetto: {
    path: 'grids/{gridId}/netto',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'Show the netto of a mini grid and of all its prosumers',
        tag: 'Smart Grid Info',
        query: parameters({ timeframe: Type.Optional(timeframe), ...nettoPageParameters }),
        answers: { 200: GridNetto },
      },
    },
  },
  gridTimeframes: {
    path: 'grids/{gridId}/timeframes',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the closed timeframes of a mini grid',
        tag: 'Smart Grid Info',
        query: parameters({ ...range, ...pageParameters }),
        answers: { 200: pageOf(Timeframe) },
      },
    },
  },
  gridTimeframe: {
    path: 'grids/{gridId}/timeframes/{timeframe}',
    params: parameters({ ...gridInPath, timeframe }),
    methods: {
      GET: {
        summary: 'Show a timeframe, closed or still open',
        tag: 'Smart Grid Info',
        answers: { 200: Type.Union([Timeframe, OpenTimeframe]) },
      },
    },
  },
  gridReadings: {
    path: 'grids/{gridId}/readings',
    params: ofGrid,
    methods: {
      POST: {
        summary: 'Post readings of meters',
        tag: 'Smart Grid Info',
        body: ReadingsPost,
        shownBody: ReadingsPostShown,
        maxBodyBytes: readingsBytesMax,
        answers: { 200: ReadingsAnswer },
      },
    },
  },
  gridAccounts: {
    path: 'grids/{gridId}/accounts',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the accounts of a mini grid, the reserved ones included',
        tag: 'Prosumer Info',
        query: parameters(pageParameters),
        answers: { 200: pageOf(Account) },
      },
    },
  },
  prosumers: {
    path: 'prosumers',
    params: none,
    methods: {
      GET: {
        summary: 'List prosumers, of one mini grid or of all',
        tag: 'Prosumer Info',
        query: parameters({ gridId: Type.Optional(gridId), ...pageParameters }),
        answers: { 200: pageOf(Prosumer) },
      },
      POST: {
        summary: 'Create a prosumer',
        tag: 'Prosumer Info',
        body: ProsumerCreate,
        answers: { 201: Prosumer },
      },
    },
  },
  prosumer: {
    path: 'prosumers/{prosumerId}',
    params: ofProsumer,
    methods: {
      GET: { summary: 'Show a prosumer', tag: 'Prosumer Info', answers: { 200: Prosumer } },
      PATCH: {
        summary: 'Change a prosumer',
        tag: 'Prosumer Info',
        body: ProsumerPatch,
        answers: { 200: Prosumer },
      },
      DELETE: {
        summary: 'Deactivate a prosumer; its ledger stays',
        tag: 'Prosumer Info',
        answers: { 200: Prosumer },
      },
    },
  },
  prosumerTransactions: {
    path: 'prosumers/{prosumerId}/transactions',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'List the transactions of a prosumer, newest first',
        tag: 'Prosumer Info',
        query: parameters({ ...range, ...pageParameters }),
        answers: { 200: pageOf(Transaction) },
      },
    },
  },
  prosumerNetto: {
    path: 'prosumers/{prosumerId}/netto',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'List the netto of a prosumer per timeframe',
        tag: 'Prosumer Info',
        query: parameters({ ...range, ...nettoPageParameters }),
        answers: { 200: pageOf(ProsumerNetto) },
      },
    },
  },
  trades: {
    path: 'trades',
    params: none,
    methods: {
      GET: {
        summary: 'List the trades of a mini grid, of one timeframe or of one prosumer',
        tag: 'Trader Info',
        query: tradesQuery,
        answers: { 200: pageOf(Trade) },
      },
    },
  },
  trade: {
    path: 'trades/{tradeId}',
    params: parameters({ tradeId: pathId('Id of a trade.') }),
    methods: {
      GET: { summary: 'Show a trade', tag: 'Trader Info', answers: { 200: Trade } },
    },
  },
  billingRuns: {
    path: 'grids/{gridId}/billing-runs',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the final billing runs of a mini grid',
        tag: 'Billing',
        query: parameters(pageParameters),
        answers: { 200: pageOf(BillingRun) },
      },
      POST: {
        summary: 'Preview what a period would bill; it can be repeated',
        tag: 'Billing',
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
        answers: { 200: BillingRun },
      },
    },
  },
  billingRunFinalize: {
    path: 'grids/{gridId}/billing-runs/{period}/finalize',
    params: ofRun,
    methods: {
      POST: {
        summary: 'Make a billing run final, once: invoices and payouts come from it',
        tag: 'Billing',
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
        answers: { 200: Statement },
      },
    },
  },
  gridDepositAddresses: {
    path: 'grids/{gridId}/deposit-addresses',
    params: ofGrid,
    methods: {
      POST: {
        summary: 'Get a fresh address to fill the wallet of a mini grid at',
        tag: 'Billing',
        answers: { 200: DepositAddress },
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
        answers: { 200: InvoiceWhole },
      },
    },
  },
  invoiceVoid: {
    path: 'invoices/{invoiceId}/void',
    params: ofInvoice,
    methods: {
      POST: {
        summary: 'Void an invoice: what is not paid of it goes back to the account',
        tag: 'Billing',
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
  gridPayouts: {
    path: 'grids/{gridId}/payouts',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the payouts of a mini grid',
        tag: 'Billing',
        query: parameters(pageParameters),
        answers: { 200: pageOf(Payout) },
      },
      POST: {
        summary: 'Build a payout for all who wait and can be paid',
        tag: 'Billing',
        body: PayoutCreate,
        answers: { 201: PayoutWhole },
      },
    },
  },
  gridPayout: {
    path: 'grids/{gridId}/payouts/{payoutId}',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'Show a payout with its payees',
        tag: 'Billing',
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayoutPsbt: {
    path: 'grids/{gridId}/payouts/{payoutId}/psbt',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'The PSBT to sign, of the last version',
        tag: 'Billing',
        answers: { 200: raw(['text/plain'], 'A PSBT of version 0 as base64.') },
      },
    },
  },
  gridPayoutManifest: {
    path: 'grids/{gridId}/payouts/{payoutId}/manifest',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'What a signer needs to check the PSBT of the last version',
        tag: 'Billing',
        answers: { 200: raw(['application/json'], 'Payees with their proofs, change and sums.') },
      },
    },
  },
  gridPayoutSignature: {
    path: 'grids/{gridId}/payouts/{payoutId}/signature',
    params: ofPayout,
    methods: {
      POST: {
        summary: 'Hand back the signed PSBT: it goes to the network',
        tag: 'Billing',
        body: PayoutSignature,
        maxBodyBytes: signatureBytesMax,
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayoutReplacement: {
    path: 'grids/{gridId}/payouts/{payoutId}/replacement',
    params: ofPayout,
    methods: {
      POST: {
        summary: 'Build a version with a higher fee, to be signed',
        tag: 'Billing',
        body: PayoutReplacement,
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayees: {
    path: 'grids/{gridId}/payees',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List what final runs owe prosumers, paid out or waiting',
        tag: 'Billing',
        query: parameters(pageParameters),
        answers: { 200: pageOf(Payee) },
      },
    },
  },
  payoutAddress: {
    path: 'prosumers/{prosumerId}/payout-address',
    params: ofProsumer,
    methods: {
      GET: {
        summary: 'Show where a prosumer is paid',
        tag: 'Billing',
        answers: { 200: PayoutAddress },
      },
      PUT: {
        summary: 'Bind an address by the signature of its challenge',
        tag: 'Billing',
        body: PayoutAddressPut,
        answers: { 200: PayoutAddress },
      },
    },
  },
  payoutAddressChallenge: {
    path: 'prosumers/{prosumerId}/payout-address/challenge',
    params: ofProsumer,
    methods: {
      POST: {
        summary: 'Ask for a text to sign, to bind an address',
        tag: 'Billing',
        body: AddressChallengeCreate,
        answers: { 200: AddressChallenge },
      },
    },
  },
  openapi: {
    path: 'openapi.json',
    params: none,
    methods: {
      GET: {
        summary: 'This document',
        tag: 'Operations',
        answers: { 200: raw(['application/json'], 'The OpenAPI 3.1 document of this API.') },
      },
    },
  },
  docs: {
    path: 'docs/{file?}',
    params: parameters({
      file: Type.Optional(
        Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$', description: 'A part of the page.' }),
      ),
    }),
    methods: {
      GET: {
        summary: 'Read and try this API in a browser',
        tag: 'Operations',
        answers: { 200: raw(['text/html'], 'A page, and the files that it needs.') },
      },
    },
  },
  healthLive: {
    path: 'health/live',
    params: none,
    methods: {
      GET: {
        summary: 'Is the process alive?',
        tag: 'Operations',
        answers: { 200: Liveness },
      },
    },
  },
  healthReady: {
    path: 'health/ready',
    params: none,
    methods: {
      GET: {
        summary: 'Can the app do its work?',
        tag: 'Operations',
        answers: { 200: Readiness, 503: Readiness },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;

/** Parameters of a path or query: unknown ones are refused. */
function parameters<const Properties extends Parameters<typeof Type.Object>[0]>(
  properties: Properties,
) {
  return Type.Object(properties, { additionalProperties: false });
}

function raw<const MediaTypes extends readonly string[]>(
  mediaTypes: MediaTypes,
  description: string,
) {
  return { mediaTypes, description } as const;
}
