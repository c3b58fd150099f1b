import { describe, expect, test } from '@jest/globals';
import { isConditional } from '../../shared/http/isConditional.ts';
import type { RouteSpec } from '../../shared/schemas/routeSpec.ts';
import { routes } from '../../shared/schemas/routes.ts';
import { type Answer, type Call, openApi } from './api.ts';
import { pausingPorts } from './dyingPorts.ts';
import {
  answerOf,
  anyTariff,
  builtPayout,
  later,
  made,
  openWholeStage,
  signedPsbt,
  type WholeStage,
} from './wholeStage.ts';

/** Calls of the ports in one change, at most. */
const callsMax = 100;
/** So many places one by one, and then every fourth. */
const stepsFirst = 12;
/** A stage of its own for each place between two calls takes a while on a busy machine. */
const orderMs = 60_000;

type Change = readonly [method: string, path: string, body?: object];
type Pair = {
  /** Methods and routes, of the one that is interrupted and of the one that comes in between. */
  readonly names: readonly [string, string];
  /** Where the document is, whose tag both know. */
  readonly document: string;
  readonly changes: (stage: WholeStage, round: number) => Promise<readonly [Change, Change]>;
  /** Refusals of the first that are right when the second came before it, beside `concurrent_change`. */
  readonly refusals?: readonly string[];
  /** Both ask for the same: who comes second finds it done. */
  readonly isSame?: true;
  /** What must be there of the changes that were accepted. */
  readonly kept: (shown: Answer, isDone: readonly [boolean, boolean], round: number) => void;
};

const tariffAt = (importPriceMsatPerKwh: number) => ({
  tariff: { ...anyTariff.tariff, importPriceMsatPerKwh },
});
const dayAfter = '2026-12-03T09:00:00Z';
const limit = (limitPriceMsatPerKwh: number) => ({ side: 'buy', limitPriceMsatPerKwh });
let payout = '';

/** Every change under If-Match is in one of these. */
const pairs: readonly Pair[] = [
  {
    names: ['PATCH grid', 'PATCH grid'],
    document: '/grids/grid',
    changes: async (_, round) => [
      ['PATCH', '/grids/grid', { name: `Grid ${round}` }],
      ['PATCH', '/grids/grid', { graceMinutes: round + 1 }],
    ],
    kept: ({ body }, [first, second], round) => {
      expect(body.name === `Grid ${round}`).toBe(first);
      expect(body.graceMinutes === round + 1).toBe(second);
    },
  },
  {
    names: ['PUT gridTariff', 'PUT gridTariff'],
    document: '/grids/grid/tariffs',
    changes: async (_, round) => [
      ['PUT', `/grids/grid/tariffs/${later}`, tariffAt(600_000 + round)],
      ['PUT', `/grids/grid/tariffs/${dayAfter}`, tariffAt(700_000 + round)],
    ],
    kept: ({ body }, [first, second], round) => {
      const prices = body.value.map((one: Answer['body']) => one.tariff.importPriceMsatPerKwh);
      expect(prices.includes(600_000 + round)).toBe(first);
      expect(prices.includes(700_000 + round)).toBe(second);
    },
  },
  {
    names: ['DELETE gridTariff', 'PATCH grid'],
    document: '/grids/grid/tariffs',
    changes: async ({ call }, round) => {
      made(await call('PUT', `/grids/grid/tariffs/${later}`, anyTariff));
      return [
        ['DELETE', `/grids/grid/tariffs/${later}`],
        ['PATCH', '/grids/grid', { name: `Grid ${round}` }],
      ];
    },
    kept: ({ body }, [first]) => expect(body.value.length).toBe(first ? 1 : 2),
  },
  {
    names: ['PATCH prosumer', 'PATCH prosumer'],
    document: '/prosumers/ada',
    changes: async (_, round) => [
      ['PATCH', '/prosumers/ada', { name: `Ada ${round}` }],
      ['PATCH', '/prosumers/ada', { address: `Lane ${round}` }],
    ],
    kept: ({ body }, [first, second], round) => {
      expect(body.name === `Ada ${round}`).toBe(first);
      expect(body.address === `Lane ${round}`).toBe(second);
    },
  },
  {
    names: ['DELETE prosumer', 'PATCH prosumer'],
    document: '/prosumers/ben',
    changes: async () => [
      ['DELETE', '/prosumers/ben'],
      ['PATCH', '/prosumers/ben', { name: 'Benjamin' }],
    ],
    kept: ({ body }, [first, second]) => {
      expect(body.status === 'inactive').toBe(first);
      expect(body.name === 'Benjamin').toBe(second);
    },
  },
  {
    names: ['POST prosumerErasure', 'PATCH prosumer'],
    document: '/prosumers/eve',
    changes: async () => [
      ['POST', '/prosumers/eve/erasure'],
      ['PATCH', '/prosumers/eve', { address: 'Lane 9' }],
    ],
    refusals: ['prosumer_erased'],
    kept: ({ body }, [first, second]) => {
      expect(body.erasedAt !== undefined).toBe(first);
      expect(body.address).toBe(first ? undefined : second ? 'Lane 9' : 'Lane 1');
    },
  },
  {
    names: ['PUT order', 'PUT order'],
    document: '/orders/ORDER',
    changes: async ({ orderId }, round) => [
      ['PUT', `/orders/${orderId}`, limit(2 * round + 2)],
      ['PUT', `/orders/${orderId}`, limit(2 * round + 3)],
    ],
    kept: ({ body }, [first, second], round) => {
      const last = [...(first ? [2 * round + 2] : []), ...(second ? [2 * round + 3] : [])];
      expect(last).toContain(body.limitPriceMsatPerKwh);
    },
  },
  {
    names: ['DELETE order', 'PUT order'],
    document: '/orders/ORDER',
    changes: async ({ orderId }) => [
      ['DELETE', `/orders/${orderId}`],
      ['PUT', `/orders/${orderId}`, limit(7)],
    ],
    refusals: ['order_cancelled'],
    kept: ({ body }, [first, second]) => {
      expect(body.status === 'cancelled').toBe(first);
      expect(body.limitPriceMsatPerKwh === 7).toBe(second);
    },
  },
  {
    names: ['DELETE trade', 'DELETE trade'],
    document: '/trades/AHEAD',
    changes: async ({ aheadId }) => [
      ['DELETE', `/trades/${aheadId}`],
      ['DELETE', `/trades/${aheadId}`],
    ],
    isSame: true,
    kept: ({ body }) => expect(body.status).toBe('cancelled'),
  },
  {
    names: ['PUT payoutAddress', 'PUT payoutAddress'],
    document: '/prosumers/ada/payout-address',
    changes: async (stage, round) => {
      const answer = await answerOf(stage, round + 1);
      const put = ['PUT', '/prosumers/ada/payout-address', answer] as const;
      return [put, put];
    },
    isSame: true,
    kept: ({ body }) => expect(body.before).toBeDefined(),
  },
  {
    names: ['POST billingRunFinalize', 'POST billingRunFinalize'],
    document: '/grids/mill/billing-runs/2026-11',
    changes: async () => [
      ['POST', '/grids/mill/billing-runs/2026-11/finalize'],
      ['POST', '/grids/mill/billing-runs/2026-11/finalize'],
    ],
    isSame: true,
    kept: ({ body }) => expect(body.status).toBe('final'),
  },
  {
    names: ['POST invoiceVoid', 'POST invoiceVoid'],
    document: '/invoices/INVOICE',
    changes: async ({ invoiceId }) => [
      ['POST', `/invoices/${invoiceId}/void`],
      ['POST', `/invoices/${invoiceId}/void`],
    ],
    isSame: true,
    kept: ({ body }) => {
      const kinds = body.events.map(({ kind }: Answer['body']) => kind);
      expect(kinds).toEqual(['issued', 'addressed', 'voided']);
    },
  },
  {
    names: ['POST gridPayoutSignature', 'POST gridPayoutReplacement'],
    document: 'PAYOUT',
    changes: async (stage) => [
      ['POST', `${payout}/signature`, { psbt: await signedPsbt(stage, payout) }],
      ['POST', `${payout}/replacement`, { feeRateSatPerKvb: 7_000 }],
    ],
    refusals: ['payout_not_signable'],
    kept: ({ body }, [first, second]) => {
      expect(body.versions[0].isSigned).toBe(first);
      expect(body.versions.length).toBe(second ? 2 : 1);
    },
  },
  {
    names: ['POST gridPayoutReplacement', 'POST gridPayoutReplacement'],
    document: 'PAYOUT',
    changes: async () => [
      ['POST', `${payout}/replacement`, { feeRateSatPerKvb: 20_000 }],
      ['POST', `${payout}/replacement`, { feeRateSatPerKvb: 7_000 }],
    ],
    refusals: ['fee_rate_too_low'],
    kept: ({ body }, isDone) => {
      const rates = body.versions.map((one: Answer['body']) => one.feeRateSatPerKvb);
      expect(rates.slice(1).toSorted()).toEqual(
        [20_000, 7_000].filter((_, at) => isDone[at]).toSorted(),
      );
    },
  },
];

const table: readonly (readonly [string, RouteSpec])[] = Object.entries(routes);

test('every change under If-Match is here', () => {
  const conditional = table.flatMap(([name, route]) =>
    Object.keys(route.methods)
      .filter((method) => isConditional(route, method))
      .map((method) => `${method} ${name}`),
  );
  const paired = new Set(pairs.flatMap(({ names }) => names));
  expect([...paired].toSorted()).toEqual(conditional.toSorted());
});

describe.each(pairs)(
  '$names.0 and $names.1',
  ({ document, changes, refusals = [], isSame, kept }) => {
    test(
      'at once are both done, or one is refused',
      () =>
        everyOrder(document, async (stage, round) => {
          const [first, second] = await changes(stage, round);
          const both = await interrupted(stage, first, second, round, {});
          if (both === undefined) return false;
          const allowed = ['concurrent_change', ...refusals, undefined];
          for (const { status, body } of both) {
            expect(allowed).toContain(status < 300 ? undefined : body.code);
          }
          expect(both.some(isDone)).toBe(true);
          kept(await shownNow(stage, document), [isDone(both[0]), isDone(both[1])], round);
          return true;
        }),
      orderMs,
    );

    test(
      'at once under the same tag: one of them is done',
      () =>
        everyOrder(document, async (stage, round) => {
          const [first, second] = await changes(stage, round);
          const path = document === '/grids/grid/tariffs' ? `${document}/${later}` : document;
          const { etag = '' } = (await shownNow(stage, path)).headers;
          const both = await interrupted(stage, first, second, round, { 'if-match': etag });
          if (both === undefined) return false;
          const codes = both.map(({ status, body }) => (status < 300 ? 'done' : body.code));
          const one = ['done', 'etag_mismatch'];
          if (isSame) expect([['done', 'done'], one]).toContainEqual(codes.toSorted());
          else expect(codes.toSorted()).toEqual(one);
          kept(await shownNow(stage, document), [isDone(both[0]), isDone(both[1])], round);
          return true;
        }),
      orderMs,
    );
  },
);

/** Does it with the second change at each place between two calls of the first, on a stage of its own. */
async function everyOrder(
  document: string,
  tried: (stage: WholeStage, round: number) => Promise<boolean>,
): Promise<void> {
  for (let round = 0; round < callsMax; round += round < stepsFirst ? 1 : 4) {
    const stage = await openWholeStage();
    try {
      if (document === 'PAYOUT') payout = await builtPayout(stage);
      if (!(await tried(stage, round))) {
        expect(round).toBeGreaterThan(1);
        return;
      }
    } finally {
      stage.app.end();
    }
  }
  throw new Error(`a change takes more than ${callsMax} calls`);
}

/** The answers to both; undefined where the first does not make so many calls. */
async function interrupted(
  { app, call }: WholeStage,
  first: Change,
  second: Change,
  at: number,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [Answer, Answer] | undefined> {
  let between: Answer | undefined;
  const pausing = pausingPorts(app.ports, at, async () => {
    between = await send(call, second, headers);
  });
  const answer = await send(openApi(pausing.ports), first, headers);
  return between === undefined ? undefined : [answer, between];
}

function send(call: Call, [method, path, body]: Change, headers: Readonly<Record<string, string>>) {
  return call(method, path, body, headers);
}

function isDone({ status }: Answer): boolean {
  return status < 300;
}

async function shownNow(stage: WholeStage, path: string): Promise<Answer> {
  return made(
    await stage.call(
      'GET',
      path
        .replace('ORDER', stage.orderId)
        .replace('AHEAD', stage.aheadId)
        .replace('INVOICE', stage.invoiceId)
        .replace('PAYOUT', payout),
    ),
  );
}
