import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Instant, instantOf, msOf } from '../../shared/domain/timeframe.ts';
import { isConditional } from '../../shared/http/isConditional.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { gridBody } from './accessStage.ts';
import { type Answer, type Call, openApi } from './api.ts';
import { openApiFor } from './callers.ts';
import { dyingPorts } from './dyingPorts.ts';
import {
  adasAddress,
  anyReading,
  builtPayout,
  homeOf,
  openWholeStage,
  orderOf,
  payouts,
  saleOf,
  signedPsbt,
  type WholeStage,
} from './wholeStage.ts';

const start = msOf('2026-12-01T08:00:00Z' as Instant);
/** Ports die between this many calls, at most. */
const callsMax = 100;

type Post = {
  readonly path: string;
  /** Absent: the request has no body. */
  readonly body?: object;
  /** Another request to the same path. */
  readonly other?: object;
};
type Shape = Pick<Answer, 'status' | 'body'>;
type Case = {
  readonly name: string;
  readonly post: (stage: WholeStage) => Post | Promise<Post>;
  /** What there is of what it makes. */
  readonly made: (stage: WholeStage) => Promise<unknown>;
  /** An answer without what a repeat after a crash tells otherwise. */
  readonly comparable?: (shape: Shape) => unknown;
};

const { id: _, ...gridWithoutId } = gridBody('new');
const countOf = (path: string) => async (stage: WholeStage) =>
  (await stage.call('GET', path)).body.value.length;
const bodyAt = (path: (stage: WholeStage) => string) => async (stage: WholeStage) =>
  (await stage.call('GET', path(stage))).body;
const payoutsMade = async (stage: WholeStage) => {
  const { value } = (await stage.call('GET', payouts)).body;
  return value.map(({ status, versions }: Answer['body']) => [status, versions]);
};

/** Every POST of the API; those that make something give it no id of their own. */
const cases: readonly Case[] = [
  {
    name: 'grids',
    post: () => ({
      path: '/grids',
      body: gridWithoutId,
      other: { ...gridWithoutId, graceMinutes: 9 },
    }),
    made: countOf('/grids'),
  },
  {
    name: 'gridReadings',
    post: () => ({
      path: '/grids/grid/readings',
      body: { readings: [anyReading] },
      other: { readings: [{ ...anyReading, consumedWh: 6 }] },
    }),
    made: bodyAt(
      () => '/grids/grid/completeness?from=2026-12-01T07:30:00Z&to=2026-12-01T07:45:00Z',
    ),
    // Whether a reading was kept by this attempt or one that died nobody can know any more.
    comparable: ({ status, body: { accepted, duplicate, rejected } }) => ({
      ...{ status, rejected, kept: accepted + duplicate },
    }),
  },
  {
    name: 'prosumers',
    post: () => ({
      path: '/prosumers',
      body: homeOf(undefined, 'grid'),
      other: homeOf(undefined, 'hall'),
    }),
    made: async (stage) => [
      await countOf('/prosumers?gridId=grid')(stage),
      (await stage.call('GET', '/grids/grid')).body.prosumerCount,
    ],
  },
  {
    name: 'prosumerErasure',
    post: () => ({ path: '/prosumers/eve/erasure' }),
    made: async ({ app }) => {
      const stored = await app.ports.prosumers.get('eve' as never);
      return [stored?.version, stored?.prosumer.erasedAt === undefined];
    },
  },
  {
    name: 'trades',
    post: () => ({
      path: '/trades',
      body: saleOf('ada'),
      other: { ...saleOf('ada'), energyWh: 11 },
    }),
    made: countOf('/trades?prosumerId=ada&status=pending'),
  },
  {
    name: 'orders',
    post: () => ({
      path: '/orders',
      body: orderOf('hugo'),
      other: { ...orderOf('hugo'), limitPriceMsatPerKwh: 1 },
    }),
    made: countOf('/orders?prosumerId=hugo'),
  },
  {
    name: 'billingRuns',
    post: () => ({
      path: '/grids/mill/billing-runs',
      body: { period: '2026-11' },
      other: { period: '2026-12' },
    }),
    made: countOf('/grids/mill/billing-runs'),
  },
  {
    name: 'billingRunFinalize',
    post: () => ({ path: '/grids/mill/billing-runs/2026-11/finalize' }),
    made: async (stage) => [
      await countOf('/grids/mill/billing-runs')(stage),
      await countOf('/invoices?gridId=mill')(stage),
      await countOf('/grids/mill/payees')(stage),
    ],
  },
  {
    name: 'invoiceVoid',
    post: ({ invoiceId }) => ({ path: `/invoices/${invoiceId}/void` }),
    made: async (stage) => {
      const { body } = await stage.call('GET', `/invoices/${stage.invoiceId}`);
      return [body.status, body.events.map(({ kind }: Answer['body']) => kind)];
    },
  },
  {
    name: 'gridPayouts',
    post: () => ({
      path: payouts,
      body: { feeRateSatPerKvb: 2_000 },
      other: { feeRateSatPerKvb: 3_000 },
    }),
    made: countOf(payouts),
  },
  {
    name: 'gridPayoutSignature',
    post: async (stage) => {
      const path = await builtPayout(stage);
      const psbt = await signedPsbt(stage, path);
      return { path: `${path}/signature`, body: { psbt }, other: { psbt: 'cHNidP8=' } };
    },
    made: async (stage) => (await payoutsMade(stage)).map(([status]: Answer['body']) => status),
  },
  {
    name: 'gridPayoutReplacement',
    post: async (stage) => ({
      path: `${await builtPayout(stage)}/replacement`,
      body: { feeRateSatPerKvb: 7_000 },
      other: { feeRateSatPerKvb: 9_000 },
    }),
    made: async (stage) =>
      (await payoutsMade(stage)).map(([, versions]: Answer['body']) => versions?.length),
  },
  {
    name: 'gridDepositAddresses',
    post: () => ({ path: '/grids/grid/deposit-addresses' }),
    // As many were given away before as the next one's index says.
    made: async (stage) => (await stage.call('POST', '/grids/grid/deposit-addresses')).body.index,
  },
  {
    name: 'payoutAddressChallenge',
    post: () => ({
      path: '/prosumers/ada/payout-address/challenge',
      body: { address: adasAddress(1) },
      other: { address: adasAddress(2) },
    }),
    made: async ({ app }) => (await app.ports.payouts.getChallenge('ada' as never))?.address,
  },
];

const table: readonly (readonly [string, RouteSpec])[] = Object.entries(routes);

test('every POST of the table of routes is here', () => {
  const posts = table.filter(([, { methods }]) => methods.POST !== undefined);
  expect(cases.map(({ name }) => name).toSorted()).toEqual(posts.map(([name]) => name).toSorted());
});

describe.each(cases)('POST $name', ({ name, post, made, comparable = (answer) => answer }) => {
  let stage: WholeStage;
  let posted: Post;
  const key = { 'idempotency-key': 'k' };
  const sendBy = (call: Call, body = posted.body) => call('POST', posted.path, body, key);

  beforeEach(async () => {
    stage = await openWholeStage();
    posted = await post(stage);
  }, 30_000);
  afterEach(() => stage.app.end());

  test('gets the same answer again under its key, and another body none', async () => {
    const first = await sendBy(stage.call);
    expect(first.status).toBeLessThan(300);
    const count = await made(stage);
    stage.app.setClock('2026-12-01T08:30:00Z');
    const again = await sendBy(stage.call);
    const headers = { ...first.headers, 'idempotency-replayed': 'true' };
    expect(again).toEqual({ ...first, headers });
    const spec: RouteSpec = routes[name as keyof typeof routes];
    expect(posted.other === undefined).toBe(spec.methods.POST?.body === undefined);
    if (posted.other !== undefined) {
      const other = await sendBy(stage.call, posted.other);
      expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    }
    if (name !== 'gridDepositAddresses') expect(await made(stage)).toEqual(count);
  });

  test('is another request under the key of another caller', async () => {
    const as = openApiFor(stage.app.ports);
    const first = await sendBy(as(['operator'], 'one'));
    expect(first.status).toBeLessThan(300);
    const others = await sendBy(as(['operator'], 'two'));
    expect(others.headers).not.toHaveProperty('idempotency-replayed');
    const again = await sendBy(as(['operator'], 'one'));
    expect([again.headers['idempotency-replayed'], again.body]).toEqual(['true', first.body]);
  });

  test('makes the same once, wherever its process dies before it has answered', async () => {
    const twin = await openWholeStage();
    const asPosted = await post(twin);
    const wanted = await twin.call('POST', asPosted.path, asPosted.body, key);
    const wantedCount = await made(twin);
    twin.app.end();
    const headers = { ...key, ...(await tagOfChanged(stage, name, posted.path)) };
    let deaths = 0;
    let answer: Answer;
    do {
      // What takes an id or a name from the time makes another thing each time.
      stage.app.setClock(instantOf(start + deaths * 1_000));
      const call = openApi(dyingPorts(stage.app.ports, deaths));
      answer = await call('POST', posted.path, posted.body, headers);
      deaths += 1;
    } while (answer.status === 500 && deaths < callsMax);
    expect(deaths).toBeGreaterThan(3);
    expect(comparable(shapeOf(answer))).toEqual(comparable(shapeOf(wanted)));
    expect(await made(stage)).toEqual(wantedCount);
    expect((await sendBy(stage.call)).body).toEqual(answer.body);
  });
});

/** What asks for the state as it was before, where a document is changed: a repeat finds it changed. */
async function tagOfChanged({ call }: WholeStage, name: string, path: string) {
  if (!isConditional(routes[name as keyof typeof routes], 'POST')) return {};
  const changed = await call('GET', path.slice(0, path.lastIndexOf('/')));
  return { 'if-match': changed.headers['etag'] ?? 'none' };
}

/** An answer without what is another in every app: ids, hashes, times and addresses. */
function shapeOf({ status, body }: Answer): Shape {
  const text = JSON.stringify(body)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
    .replace(/[0-9a-f]{64}/g, 'a hash')
    .replace(/\d{4}-\d\d-\d\dT[0-9:]{8}Z/g, 'a time');
  return { status, body: JSON.parse(text) };
}
