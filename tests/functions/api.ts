import { HttpRequest } from '@azure/functions';
import { amountDue } from '../../functions/amountDue.ts';
import { billingRun, billingRunFinalize } from '../../functions/billingRun.ts';
import { billingRunAccounts } from '../../functions/billingRunAccounts.ts';
import { billingRunExport, billingRunStatement } from '../../functions/billingRunDocuments.ts';
import { billingRuns } from '../../functions/billingRuns.ts';
import { docs } from '../../functions/docs.ts';
import { grid } from '../../functions/grid.ts';
import { gridAccounts } from '../../functions/gridAccounts.ts';
import { gridAudit } from '../../functions/gridAudit.ts';
import { gridCompleteness } from '../../functions/gridCompleteness.ts';
import { gridDepositAddresses } from '../../functions/gridDepositAddresses.ts';
import { gridExports } from '../../functions/gridExports.ts';
import { gridNetto } from '../../functions/gridNetto.ts';
import { gridPayees } from '../../functions/gridPayees.ts';
import {
  gridPayout,
  gridPayoutManifest,
  gridPayoutPsbt,
  gridPayoutReplacement,
  gridPayoutSignature,
} from '../../functions/gridPayout.ts';
import { gridPayouts } from '../../functions/gridPayouts.ts';
import { gridProsumers } from '../../functions/gridProsumers.ts';
import { gridQuote } from '../../functions/gridQuote.ts';
import { gridReadings } from '../../functions/gridReadings.ts';
import { grids } from '../../functions/grids.ts';
import { gridTariff } from '../../functions/gridTariff.ts';
import { gridTariffs } from '../../functions/gridTariffs.ts';
import { gridTimeframe } from '../../functions/gridTimeframe.ts';
import { gridTimeframes } from '../../functions/gridTimeframes.ts';
import { healthLive } from '../../functions/healthLive.ts';
import { healthReady } from '../../functions/healthReady.ts';
import { invoice, invoiceQr, invoiceVoid } from '../../functions/invoice.ts';
import { invoices } from '../../functions/invoices.ts';
import { openapi } from '../../functions/openapi.ts';
import { order } from '../../functions/order.ts';
import { orders } from '../../functions/orders.ts';
import { payoutAddress, payoutAddressChallenge } from '../../functions/payoutAddress.ts';
import type { PortsSource } from '../../functions/ports.ts';
import { prosumer, prosumerErasure } from '../../functions/prosumer.ts';
import { prosumerExplain } from '../../functions/prosumerExplain.ts';
import { prosumerNetto } from '../../functions/prosumerNetto.ts';
import { prosumers } from '../../functions/prosumers.ts';
import { prosumerTransactions } from '../../functions/prosumerTransactions.ts';
import { trade } from '../../functions/trade.ts';
import { trades } from '../../functions/trades.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import type { Actor } from '../../shared/domain/audit.ts';
import type { EdgeDeps, HttpAnswer, HttpRequestLike } from '../../shared/http/edge.ts';
import { serve } from '../../shared/http/serve.ts';
import { unlimited } from '../../shared/http/unlimited.ts';
import { authorize } from '../../shared/operations/authorize.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and fails when it is not
  readonly body: any;
};
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/**
 * The functions of the API over the given ports, called with the library's own requests; without
 * tokens, if nothing else is said. A body is sent as JSON, where it is neither a text nor bytes.
 */
export function openApi(
  ports: Ports,
  tokens: EdgeDeps['tokens'] = { kind: 'open' },
  isPassing: EdgeDeps['isTransient'] = isTransient,
): Call {
  const served = servedBy(ports, {
    ...ports,
    answers: {
      'Smart Grid Info': ports.idempotency,
      'Prosumer Info': ports.prosumerIdempotency,
    },
    isTransient: isPassing,
    sha256,
    tokens,
    limits: unlimited,
    authorize: (caller, access, input) => authorize(ports, caller, access, input),
  });
  return async (method, path, body, headers = {}) => {
    const url = `http://localhost/api${path}`;
    const [name, params] = match(new URL(url).pathname.slice('/api/'.length));
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const bodyIs = body instanceof Uint8Array ? { bytes: body } : { string: text };
    const request = new HttpRequest({
      method,
      url,
      params,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: bodyIs }),
    });
    const answer = await served[name]?.(request);
    if (answer === undefined) throw new Error(`${name} is no function of this test`);
    return { status: answer.status, headers: answer.headers, body: bodyOf(answer) };
  };
}

/** A text as it is, where it is no JSON. */
function bodyOf({ body, headers }: HttpAnswer): unknown {
  const isJson = /[/+]json/.test(headers['content-type'] ?? '');
  return typeof body === 'string' && isJson ? JSON.parse(body) : body;
}

type Served = Readonly<Record<string, (request: HttpRequestLike) => Promise<HttpAnswer>>>;

function servedBy(ports: Ports, deps: EdgeDeps): Served {
  const of =
    <H>(handlers: (ports: Ports) => H) =>
    (by: Actor) =>
      handlers({ ...ports, by });
  return {
    amountDue: serve('amountDue', of(amountDue), deps),
    billingRun: serve('billingRun', of(billingRun), deps),
    billingRunAccounts: serve('billingRunAccounts', of(billingRunAccounts), deps),
    billingRunExport: serve('billingRunExport', of(billingRunExport), deps),
    billingRunFinalize: serve('billingRunFinalize', of(billingRunFinalize), deps),
    billingRuns: serve('billingRuns', of(billingRuns), deps),
    billingRunStatement: serve('billingRunStatement', of(billingRunStatement), deps),
    docs: serve('docs', () => docs(), deps),
    grid: serve('grid', of(grid), deps),
    gridAccounts: serve('gridAccounts', of(gridAccounts), deps),
    gridAudit: serve('gridAudit', of(gridAudit), deps),
    gridCompleteness: serve('gridCompleteness', of(gridCompleteness), deps),
    gridDepositAddresses: serve('gridDepositAddresses', of(gridDepositAddresses), deps),
    gridExports: serve('gridExports', of(gridExports), deps),
    gridNetto: serve('gridNetto', of(gridNetto), deps),
    gridPayees: serve('gridPayees', of(gridPayees), deps),
    gridPayout: serve('gridPayout', of(gridPayout), deps),
    gridPayoutManifest: serve('gridPayoutManifest', of(gridPayoutManifest), deps),
    gridPayoutPsbt: serve('gridPayoutPsbt', of(gridPayoutPsbt), deps),
    gridPayoutReplacement: serve('gridPayoutReplacement', of(gridPayoutReplacement), deps),
    gridPayouts: serve('gridPayouts', of(gridPayouts), deps),
    gridPayoutSignature: serve('gridPayoutSignature', of(gridPayoutSignature), deps),
    gridProsumers: serve('gridProsumers', of(gridProsumers), deps),
    gridQuote: serve('gridQuote', of(gridQuote), deps),
    gridReadings: serve('gridReadings', of(gridReadings), deps),
    grids: serve('grids', of(grids), deps),
    gridTariff: serve('gridTariff', of(gridTariff), deps),
    gridTariffs: serve('gridTariffs', of(gridTariffs), deps),
    gridTimeframe: serve('gridTimeframe', of(gridTimeframe), deps),
    gridTimeframes: serve('gridTimeframes', of(gridTimeframes), deps),
    healthLive: serve('healthLive', () => healthLive(), deps),
    healthReady: serve('healthReady', () => healthReady(appOver(ports, deps)), deps),
    invoice: serve('invoice', of(invoice), deps),
    invoiceQr: serve('invoiceQr', of(invoiceQr), deps),
    invoices: serve('invoices', of(invoices), deps),
    invoiceVoid: serve('invoiceVoid', of(invoiceVoid), deps),
    openapi: serve('openapi', () => openapi(), deps),
    order: serve('order', of(order), deps),
    orders: serve('orders', of(orders), deps),
    payoutAddress: serve('payoutAddress', of(payoutAddress), deps),
    payoutAddressChallenge: serve('payoutAddressChallenge', of(payoutAddressChallenge), deps),
    prosumer: serve('prosumer', of(prosumer), deps),
    prosumerErasure: serve('prosumerErasure', of(prosumerErasure), deps),
    prosumerExplain: serve('prosumerExplain', of(prosumerExplain), deps),
    prosumerNetto: serve('prosumerNetto', of(prosumerNetto), deps),
    prosumers: serve('prosumers', of(prosumers), deps),
    prosumerTransactions: serve('prosumerTransactions', of(prosumerTransactions), deps),
    trade: serve('trade', of(trade), deps),
    trades: serve('trades', of(trades), deps),
  };
}

/** The same as an app has it. */
function appOver(ports: Ports, { tokens, limits }: EdgeDeps): PortsSource {
  return async () => ({
    ...ports,
    tokens,
    limits,
    busOf: () => ports.bus,
    close: async () => undefined,
  });
}

/** The function whose path this is, and what its parameters are. */
function match(path: string): readonly [string, Record<string, string>] {
  const parts = path.split('/');
  const table: Readonly<Record<string, RouteSpec>> = routes;
  for (const [name, route] of Object.entries(table)) {
    const segments = route.path.split('/');
    const fits = segments.every((s, at) => s.startsWith('{') || s === parts[at]);
    if (segments.length !== parts.length || !fits) continue;
    const params = segments.flatMap((s, at) =>
      s.startsWith('{')
        ? [[s.slice(1, -1).replace('?', ''), decodeURIComponent(parts[at] ?? '')]]
        : [],
    );
    return [name, Object.fromEntries(params)];
  }
  throw new Error(`${path} is on no route`);
}
