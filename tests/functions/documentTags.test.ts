import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isConditional } from '../../shared/http/isConditional.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { quarter } from './accessStage.ts';
import { openCheckedApi } from './checkedApi.ts';
import { builtPayout, openWholeStage, type WholeStage } from './wholeStage.ts';

const table: readonly (readonly [string, RouteSpec])[] = Object.entries(routes);

/** Where there is something of every route that shows something. */
const shown: Readonly<Record<string, string>> = {
  grids: '/grids',
  grid: '/grids/grid',
  gridProsumers: '/grids/lane/prosumers',
  gridNetto: '/grids/lane/netto',
  gridTimeframes: '/grids/lane/timeframes',
  gridTimeframe: `/grids/lane/timeframes/${quarter}`,
  gridCompleteness: '/grids/lane/completeness',
  gridAudit: '/grids/lane/audit',
  gridTariffs: '/grids/lane/tariffs',
  gridTariff: `/grids/lane/tariffs/${quarter}`,
  gridAccounts: '/grids/lane/accounts',
  prosumers: '/prosumers?gridId=lane',
  prosumer: '/prosumers/anna',
  prosumerTransactions: '/prosumers/anna/transactions',
  prosumerNetto: '/prosumers/anna/netto',
  prosumerExplain: `/prosumers/anna/timeframes/${quarter}/explain`,
  trades: '/trades?gridId=lane',
  trade: '/trades/TRADE',
  gridQuote: '/grids/grid/quote',
  orders: '/orders?prosumerId=hugo',
  order: '/orders/ORDER',
  gridExports: '/grids/lane/exports/trades',
  billingRuns: '/grids/lane/billing-runs',
  billingRun: '/grids/lane/billing-runs/2026-11',
  billingRunAccounts: '/grids/lane/billing-runs/2026-11/accounts',
  billingRunExport: '/grids/lane/billing-runs/2026-11/export',
  billingRunStatement: '/grids/lane/billing-runs/2026-11/statements/anna',
  amountDue: '/prosumers/anna/amount-due',
  invoices: '/invoices?gridId=grid',
  invoice: '/invoices/INVOICE',
  invoiceQr: '/invoices/INVOICE/qr?format=png',
  gridPayouts: '/grids/grid/payouts',
  gridPayout: 'PAYOUT',
  gridPayoutPsbt: 'PAYOUT/psbt',
  gridPayoutManifest: 'PAYOUT/manifest',
  gridPayees: '/grids/grid/payees',
  payoutAddress: '/prosumers/ada/payout-address',
  openapi: '/openapi.json',
  docs: '/docs/initializer.js',
};

/** The first QR code loads what draws it, which takes a while on a busy machine. */
const answerMs = 30_000;

/** What has no tag: it is asked for as it is at this moment, and never compared. */
const untagged = ['healthLive', 'healthReady'];

/** POSTs that make something of their own. Every other one changes a document that others read. */
const making = [
  ...['grids', 'gridReadings', 'prosumers', 'trades', 'orders', 'billingRuns', 'gridPayouts'],
  ...['gridDepositAddresses', 'payoutAddressChallenge'],
];

let stage: WholeStage;
let payout: string;

beforeAll(async () => {
  stage = await openWholeStage();
  payout = await builtPayout(stage);
}, 60_000);
afterAll(() => stage.app.end());

function pathOf(name: string): string {
  const path = shown[name];
  if (path === undefined) throw new Error(`${name} shows something, and no path is given for it`);
  return path
    .replace('TRADE', stage.tradeId)
    .replace('ORDER', stage.orderId)
    .replace('INVOICE', stage.invoiceId)
    .replace('PAYOUT', payout);
}

const showing = table
  .filter(([name, { methods }]) => methods.GET !== undefined && !untagged.includes(name))
  .map(([name]) => ({ name }));

describe.each(showing)('GET $name', ({ name }) => {
  test(
    'bears a strong tag, by which it is 304 until it is another',
    async () => {
      // The page's files are described as the page is.
      const call = name === 'docs' ? stage.call : openCheckedApi(stage.app.ports);
      const answer = await call('GET', pathOf(name));
      const etag = answer.headers['etag'] ?? '';
      expect([answer.status, etag]).toEqual([
        200,
        expect.stringMatching(/^"[!#-~]*[0-9a-f]{32}"$/),
      ]);
      const again = await call('GET', pathOf(name), undefined, { 'if-none-match': etag });
      expect(again).toMatchObject({ status: 304, headers: { etag } });
      expect(again.body).toBeUndefined();
      const other = await call('GET', pathOf(name), undefined, { 'if-none-match': '"another"' });
      expect([other.status, other.headers['etag'], other.body]).toEqual([200, etag, answer.body]);
    },
    answerMs,
  );
});

test.each(untagged)('GET %s has no tag', async (name) => {
  const path = `/${routes[name as 'healthLive'].path}`;
  const { headers } = await stage.call('GET', path, undefined, { 'if-none-match': '*' });
  expect(headers).not.toHaveProperty('etag');
});

test('every change of a document honours If-Match', () => {
  const careless = table.flatMap(([name, route]) =>
    Object.keys(route.methods)
      .filter((method) => method !== 'GET' && !isConditional(route, method))
      .map((method) => `${method} ${name}`),
  );
  expect(careless.toSorted()).toEqual(making.map((name) => `POST ${name}`).toSorted());
});

test('sums that move are another content of the same version', async () => {
  const before = (await stage.call('GET', '/grids/hall')).headers['etag'] ?? '';
  const home = { id: 'ida', gridId: 'hall', name: 'Ida', address: 'Lane 2', type: 'household' };
  expect((await stage.call('POST', '/prosumers', home)).status).toBe(201);
  const after = await stage.call('GET', '/grids/hall', undefined, { 'if-none-match': before });
  expect([after.status, after.body.prosumerCount]).toEqual([200, 2]);
  const tag = { 'if-match': before };
  expect((await stage.call('PATCH', '/grids/hall', { name: 'Hall' }, tag)).status).toBe(200);
  expect((await stage.call('PATCH', '/grids/hall', { name: 'Hut' }, tag)).status).toBe(412);
});
