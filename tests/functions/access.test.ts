import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Access, Party, Rule } from '../../shared/domain/access.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { afterQuarter, gridBody, openAccessStage, opening, quarter } from './accessStage.ts';
import type { Answer } from './api.ts';
import { type CallAs, openApiFor } from './callers.ts';

/** Who asks for things of the mini grid `lane` and its prosumer Anna, in the order of the columns below. */
const callers = {
  operatorOfAll: ['operator'],
  operator: ['operator:lane'],
  gateway: ['gateway:lane'],
  readerOfAll: ['reader'],
  reader: ['reader:lane'],
  anna: ['prosumer:anna'],
  ben: ['prosumer:ben'],
} as const;
const foreigners = {
  operatorElsewhere: ['operator:mill'],
  gatewayElsewhere: ['gateway:mill'],
  readerElsewhere: ['reader:mill'],
  carl: ['prosumer:carl'],
  ghost: ['prosumer:ghost'],
  allElsewhere: ['operator:mill', 'gateway:mill', 'reader:mill', 'prosumer:carl'],
} as const;

const terms = { side: 'buy', limitPriceMsatPerKwh: 250_000 };
const reading = { prosumerId: 'anna', timeframe: quarter, producedWh: 0, consumedWh: 1_500 };
const home = { id: 'dora', gridId: 'lane', name: 'Dora', address: 'Lane 2', type: 'household' };
const sale = { prosumerId: 'anna', timeframe: quarter, side: 'sell', energyWh: 1 };
const patch = { name: 'Mill Lane' };
const psbt = { psbt: 'cHNidP8=' };
const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const tariff = { tariff: gridBody('lane').tariff };
const challenge = { address, nonce: '0'.repeat(32), signature: 'AA==' };

/**
 * Every request of the API about lane and Anna, and who may send it: A is let in, F is told that it may
 * not, H is told that there is no such thing. Columns: operator of all, operator, gateway, reader of
 * all, reader, Anna, Ben. Written apart from the table of routes, which must come to the same.
 */
const expected: readonly (readonly [request: string, may: string, body?: object])[] = [
  ['POST grids /grids', 'AFFFFFF', { ...gridBody('lane') }],
  ['GET grids /grids', 'AAAAAAA'],
  ['GET grid /grids/lane', 'AAAAAAA'],
  ['PATCH grid /grids/lane', 'AAFFFFF', patch],
  ['GET gridProsumers /grids/lane/prosumers', 'AAFAAAA'],
  ['GET gridNetto /grids/lane/netto', 'AAFAAAA'],
  ['GET gridTimeframes /grids/lane/timeframes', 'AAFAAAA'],
  [`GET gridTimeframe /grids/lane/timeframes/${quarter}`, 'AAFAAAA'],
  ['POST gridReadings /grids/lane/readings', 'AAAFFFF', { readings: [reading] }],
  ['GET gridCompleteness /grids/lane/completeness', 'AAAFFFF'],
  ['GET gridAudit /grids/lane/audit', 'AAFFFFF'],
  ['GET gridTariffs /grids/lane/tariffs', 'AAFAAAA'],
  [`GET gridTariff /grids/lane/tariffs/${quarter}`, 'AAFAAAA'],
  [`PUT gridTariff /grids/lane/tariffs/${quarter}`, 'AAFFFFF', tariff],
  [`DELETE gridTariff /grids/lane/tariffs/${afterQuarter}`, 'AAFFFFF'],
  ['GET gridAccounts /grids/lane/accounts', 'AAFAAFF'],
  ['GET prosumers /prosumers?gridId=lane', 'AAFFFFF'],
  ['GET prosumers /prosumers', 'AFFFFFF'],
  ['POST prosumers /prosumers', 'AAFFFFF', home],
  ['GET prosumer /prosumers/anna', 'AAFFFAF'],
  ['PATCH prosumer /prosumers/anna', 'AAFFFFF', { name: 'Anna' }],
  ['DELETE prosumer /prosumers/anna', 'AAFFFFF'],
  ['POST prosumerErasure /prosumers/anna/erasure', 'AAFFFFF'],
  ['GET prosumerTransactions /prosumers/anna/transactions', 'AAFAAAA'],
  ['GET prosumerNetto /prosumers/anna/netto', 'AAFAAAA'],
  [`GET prosumerExplain /prosumers/anna/timeframes/${quarter}/explain`, 'AAFFFAF'],
  ['GET trades /trades?gridId=lane', 'AAFAAAA'],
  [`GET trades /trades?gridId=lane&timeframe=${quarter}`, 'AAFAAAA'],
  ['GET trades /trades?prosumerId=anna', 'AAFAAAA'],
  ['GET trades /trades?gridId=lane&status=recorded', 'AAFAAAA'],
  ['GET trades /trades?gridId=lane&status=pending', 'AAFFFFF'],
  ['GET trades /trades?prosumerId=anna&status=pending', 'AAFFFAF'],
  ['POST trades /trades', 'AAFFFAF', sale],
  ['GET trade /trades/lane.20261101T1000Z.0.1', 'AAFAAAA'],
  ['DELETE trade /trades/lane.20261101T1000Z.0.1', 'AAFFFFF'],
  ['GET trade /trades/AHEAD', 'AAHHHAH'],
  ['DELETE trade /trades/AHEAD', 'AAHHHAH'],
  ['GET gridQuote /grids/lane/quote', 'AAFAAAA'],
  ['GET orders /orders?prosumerId=anna', 'AAFFFAF'],
  ['POST orders /orders', 'AAFFFAF', { ...terms, prosumerId: 'anna' }],
  ['GET order /orders/one', 'AAHHHAH'],
  ['PUT order /orders/one', 'AAHHHAH', terms],
  ['DELETE order /orders/one', 'AAHHHAH'],
  ['GET gridExports /grids/lane/exports/trades', 'AAFAAFF'],
  ['GET gridExports /grids/lane/exports/nettos', 'AAFAAFF'],
  ['GET gridExports /grids/lane/exports/postings', 'AAFAAFF'],
  ['GET billingRuns /grids/lane/billing-runs', 'AAFFFFF'],
  ['POST billingRuns /grids/lane/billing-runs', 'AAFFFFF', { period: '2026-11' }],
  ['GET billingRun /grids/lane/billing-runs/2026-11', 'AAFFFFF'],
  ['POST billingRunFinalize /grids/lane/billing-runs/2026-11/finalize', 'AAFFFFF'],
  ['GET billingRunAccounts /grids/lane/billing-runs/2026-11/accounts', 'AAFFFFF'],
  ['GET billingRunExport /grids/lane/billing-runs/2026-11/export', 'AAFFFFF'],
  ['GET billingRunStatement /grids/lane/billing-runs/2026-11/statements/anna', 'AAFFFAF'],
  ['GET amountDue /prosumers/anna/amount-due', 'AAFFFAF'],
  ['GET invoices /invoices?prosumerId=anna', 'AAFFFAF'],
  ['GET invoices /invoices?prosumerId=anna&gridId=lane', 'AAFFFAF'],
  ['GET invoices /invoices?gridId=lane', 'AAFFFFF'],
  ['GET invoice /invoices/INVOICE', 'AAHHHAH'],
  ['GET invoiceQr /invoices/INVOICE/qr', 'AAHHHAH'],
  ['POST invoiceVoid /invoices/INVOICE/void', 'AAHHHFH'],
  ['GET gridPayouts /grids/lane/payouts', 'AAFFFFF'],
  ['POST gridPayouts /grids/lane/payouts', 'AAFFFFF', { feeRateSatPerKvb: 2_000 }],
  ['GET gridPayout /grids/lane/payouts/x', 'AAFFFFF'],
  ['GET gridPayoutPsbt /grids/lane/payouts/x/psbt', 'AAFFFFF'],
  ['GET gridPayoutManifest /grids/lane/payouts/x/manifest', 'AAFFFFF'],
  ['POST gridPayoutSignature /grids/lane/payouts/x/signature', 'AAFFFFF', psbt],
  [
    'POST gridPayoutReplacement /grids/lane/payouts/x/replacement',
    'AAFFFFF',
    { feeRateSatPerKvb: 2_000 },
  ],
  ['GET gridPayees /grids/lane/payees', 'AAFFFFF'],
  ['POST gridDepositAddresses /grids/lane/deposit-addresses', 'AAFFFFF'],
  ['GET payoutAddress /prosumers/anna/payout-address', 'AAFFFAF'],
  ['PUT payoutAddress /prosumers/anna/payout-address', 'AAFFFAF', challenge],
  ['POST payoutAddressChallenge /prosumers/anna/payout-address/challenge', 'AAFFFAF', { address }],
  ['GET openapi /openapi.json', 'AAAAAAA'],
  ['GET docs /docs/initializer.js', 'AAAAAAA'],
  ['GET healthLive /health/live', 'AAAAAAA'],
  ['GET healthReady /health/ready', 'AAAAAAA'],
];
const cases = expected.map(([request, may, body]) => ({ request, may, body }));
const isPublic = (name: string) => ['openapi', 'docs', 'healthLive', 'healthReady'].includes(name);

let app: TestApp;
let as: CallAs;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  app = openTestApp(opening);
  as = openApiFor(app.ports);
  const { aheadId, invoiceId } = await openAccessStage(app, as(['operator']));
  ids = { AHEAD: aheadId, INVOICE: invoiceId };
}, 60_000);
afterAll(() => app.end());

type Sent = {
  readonly roles: readonly string[] | undefined;
  readonly request: string;
  readonly body: object | undefined;
};

function send({ roles, request, body }: Sent): Promise<Answer> {
  const [method = '', , path = ''] = request.split(' ');
  const whole = path.replace(/AHEAD|INVOICE/, (word) => ids[word] ?? word);
  return as(roles)(method, whole, body);
}

/** What is answered where a thing that everything is about is not there. */
const hidden = /^(?:grid|prosumer|trade|order|invoice)_not_found$/;

function letterOf({ status, body }: Answer): string {
  if (status === 401) return 'U';
  if (status === 403) return 'F';
  if (status === 404 && hidden.test(body.code)) return 'H';
  // A request that is wrong would be refused before anybody is asked who sent it.
  expect(body.code).not.toBe('validation_failed');
  return 'A';
}

describe('every request', () => {
  test('is in this table, and every method of every route', () => {
    const table: Readonly<Record<string, RouteSpec>> = routes;
    const methods = Object.entries(table).flatMap(([name, { methods: all }]) =>
      Object.keys(all).map((method) => `${method} ${name}`),
    );
    const here = expected.map(([request]) => request.split(' ').slice(0, 2).join(' '));
    expect([...new Set(here)].sort()).toEqual(methods.sort());
  });

  test.each(cases)('$request: $may', async ({ request, may, body }) => {
    let letters = '';
    for (const roles of Object.values(callers))
      letters += letterOf(await send({ roles, request, body }));
    expect(letters).toBe(may);
  });

  test.each(cases)(
    '$request is refused without a token, and without a role',
    async ({ request, body }) => {
      const [, name = ''] = request.split(' ');
      const [stranger, idle] = [
        await send({ roles: undefined, request, body }),
        await send({
          roles: ['other:lane', 'operator:', 'Operator', 'operator:Lane'],
          request,
          body,
        }),
      ];
      expect(letterOf(stranger) + letterOf(idle)).toBe(isPublic(name) ? 'AA' : 'UF');
      if (isPublic(name)) return;
      expect(stranger.headers['www-authenticate']).toBe('Bearer realm="mini-smart-grid"');
      expect(stranger.body.code).toBe('unauthenticated');
    },
  );

  test.each(cases)(
    '$request: from elsewhere it is as if nothing were there',
    async ({ request, body }) => {
      const [, name = ''] = request.split(' ');
      for (const roles of Object.values(foreigners)) {
        const there = await send({ roles, request, body });
        if (isPublic(name) || request === 'GET grids /grids') {
          expect(there.status).toBe(200);
        } else if (name === 'grids' || request === 'GET prosumers /prosumers') {
          expect(there.status).toBe(403);
        } else {
          expect(letterOf(there)).toBe('H');
          const absent = await send({ roles, ...asAbsent(request, body) });
          expect(alike(there)).toEqual(alike(absent));
        }
      }
    },
  );

  test.each(cases)('$request: the table of routes says the same', ({ request, may }) => {
    const [method = '', name = '', path = ''] = request.split(' ');
    const table: Readonly<Record<string, RouteSpec>> = routes;
    const { access } = Object(table[name]?.methods)[method] as { readonly access: Access };
    const isAhead = path.includes('AHEAD') || path.includes('status=pending');
    const isOfNone = request === 'GET prosumers /prosumers';
    expect(isOfNone ? 'AFFFFFF' : lettersOf(access, isAhead, path)).toBe(may);
  });
});

/** The same request about things that are not there. */
function asAbsent(request: string, body: object | undefined): Omit<Sent, 'roles'> {
  const other = (text: string) =>
    text
      .replaceAll(/\blane\b/g, 'nowhere')
      .replaceAll(/\banna\b/g, 'nobody')
      .replace('/orders/one', '/orders/none')
      .replace('AHEAD', 'nowhere.20261101T1000Z.ahead.none')
      .replace('INVOICE', 'nowhere.2026-11.nobody');
  return { request: other(request), body: body && JSON.parse(other(JSON.stringify(body))) };
}

/** An answer without the names of things. */
function alike({ status, headers, body }: Answer): object {
  const detail = String(body.detail).replace(/(There is no [a-z ]+) \S+$/, '$1 X');
  return { status, headers, body: { ...body, detail } };
}

/** What a rule comes to for the callers: a reading of the table that knows nothing of the code. */
function lettersOf(access: Access, isAhead: boolean, path: string): string {
  if (access.kind === 'public' || access.kind === 'roles') return 'AAAAAAA';
  if (access.kind === 'everywhere') return 'AFFFFFF';
  const rule: Rule = access.kind === 'rule' ? access : isAhead ? access.ahead : access.recorded;
  const isPrivate = ['invoice', 'order', 'trade ahead'].includes(rule.of);
  // Who asks for a whole mini grid is nobody's own prosumer.
  const isOwn = isPrivate || path.includes('anna') || rule.of === 'body';
  const parties: readonly (readonly Party[])[] = [
    ['operator'],
    ['gateway'],
    ['reader'],
    ['reader'],
    isOwn ? ['self', 'member'] : ['member'],
    ['member'],
  ];
  const letters = parties.map((all) => {
    if (all.some((party) => rule.may.includes(party))) return 'A';
    return isPrivate && !all.includes('self') ? 'H' : 'F';
  });
  return `A${letters.join('')}`;
}
