import { afterEach, expect, test } from '@jest/globals';
import { isCosmosTransient } from '../../shared/adapters/azure/cosmos/cosmosErrors.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import type { CloseCommand, TradeBatch } from '../../shared/domain/messages.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  at1000,
  at1015,
  at1030,
  gridOf,
  nthId,
  prosumerOf,
  readingOf,
  riverside,
} from '../contract/samples.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { freshCosmos } from './cosmosUnderTest.ts';
import type { FaultPlan } from './faultyHttp.ts';

const cosmos = freshCosmos();
const apps: TestApp[] = [];
const attemptsMax = 100;
const prosumers = 40;

afterEach(() => {
  for (const app of apps.splice(0)) app.end();
});

/** Does it until it is done, as gateways, timers and queues do; only failures that pass are passed over. */
async function untilDone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isCosmosTransient(error) || attempt >= attemptsMax) throw error;
    }
  }
}

/** Three timeframes from the first prosumer to the last trade, and two of them corrected. */
async function run(app: TestApp, ports: Ports, other: Ports): Promise<void> {
  await untilDone(() => ports.grids.create(gridOf(riverside, { activeFrom: at1000 }), entryOf()));
  for (let n = 0; n < prosumers; n += 1) {
    await ports.prosumers.create(prosumerOf(nthId(n), { activeFrom: at1000 }), entryOf());
  }
  await untilDone(() => closeTimeframes(ports));
  for (const timeframe of [at1000, at1015, at1030]) {
    const readings = Array.from({ length: prosumers }, (_, n) =>
      readingOf(nthId(n), {
        timeframe,
        producedWh: wattHours((n * 97) % 1_000),
        consumedWh: wattHours((n * 53 + timeframe.charCodeAt(14)) % 1_000),
      }),
    );
    await untilDone(() => ports.readings.append(riverside, readings));
  }
  app.setClock('2026-11-22T10:52:00Z');
  await untilDone(() => closeTimeframes(ports));
  await deliverAll(app, ports, other);
  await ports.prosumers.create(prosumerOf(nthId(prosumers), { activeFrom: at1000 }), entryOf());
  await untilDone(() => closeTimeframes(ports));
  const late = [1, 7, prosumers].flatMap((n) =>
    [at1000, at1030].map((timeframe, index) => {
      const energies = { producedWh: wattHours(n * 11), consumedWh: wattHours(n * 7) };
      return { ...readingOf(nthId(n), { timeframe, version: 2, ...energies }), index };
    }),
  );
  await untilDone(() => postReadings(ports, riverside, { intervals: late, registers: [] }));
  await untilDone(() => closeTimeframes(ports));
  await deliverAll(app, ports, other);
}

/** Until both queues are empty, with two closers at once. */
async function deliverAll(app: TestApp, ports: Ports, other: Ports): Promise<void> {
  const { queues } = app.embedded;
  for (let round = 0; round < attemptsMax; round += 1) {
    const commands = queues.receive('timeframes', 16);
    const batches = queues.receive('trades', 16);
    if (commands.length + batches.length === 0) return;
    for (const { body } of commands) {
      const command = JSON.parse(body) as CloseCommand;
      // The message is delivered twice, to two instances at once.
      await Promise.all([
        untilDone(() => closeTimeframe(ports, command)),
        untilDone(() => closeTimeframe(other, command)),
      ]);
    }
    for (const { body } of batches) {
      await untilDone(() => recordTrades(ports, JSON.parse(body) as TradeBatch));
    }
    for (const { lockToken } of commands) queues.complete('timeframes', lockToken);
    for (const { lockToken } of batches) queues.complete('trades', lockToken);
  }
  throw new Error('the queues never ran empty');
}

async function outcomeOf({ closings, trades, rosters, ledger }: Ports) {
  const listed = await closings.list(riverside, {}, { limit: 10 });
  return {
    // How the snapshot of the readings is marked is each store's own.
    closings: listed.items.map((closing) => ({ ...closing, readingsMark: '' })),
    nettos: await Promise.all(
      listed.items.map(({ nettosId }) => closings.nettos(riverside, nettosId)),
    ),
    trades: (await trades.list(riverside, {}, { limit: 1_000 })).items,
    totals: await rosters.totals(riverside),
    members: (await rosters.list(riverside, { limit: 1_000 })).items,
    accounts: (await ledger.listAccounts(riverside, { limit: 100 })).items,
  };
}

/** The same numbers from 0 to 1 for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One write in eight fails, done or not; one request in twenty is throttled. */
function roughWeather(seed: number): FaultPlan {
  const next = numbersFrom(seed);
  return ({ isWrite, path }) => {
    if (!path.startsWith('docs')) return undefined;
    const drawn = next();
    if (isWrite && drawn < 0.06) return 'resetBefore';
    if (isWrite && drawn < 0.12) return 'resetAfter';
    if (drawn < 0.17) return { status: 429, headers: { 'x-ms-retry-after-ms': '1' } };
    return isWrite && drawn < 0.19 ? { status: 503 } : undefined;
  };
}

test.each([1, 2, 3])(
  'in rough weather (seed %i) it comes to what the embedded stores come to',
  async (seed) => {
    const calm = openTestApp('2026-11-22T09:50:00Z');
    apps.push(calm);
    await run(calm, calm.ports, calm.ports);
    const expected = await outcomeOf(calm.ports);

    const app = openTestApp('2026-11-22T09:50:00Z');
    apps.push(app);
    const portsOver = async (plan?: FaultPlan) => {
      const { health: _, close, ...documents } = await cosmos().open(plan);
      return { ...app.ports, ...documents };
    };
    await run(app, await portsOver(roughWeather(seed)), await portsOver(roughWeather(seed + 100)));
    const found = await outcomeOf(await portsOver());
    expect(found).toEqual(expected);
    expect(cosmos().charges.some(({ throttled }) => throttled > 0)).toBe(true);
    const shown = found.closings.map(({ status, revision, hasLateReadings }) => ({
      status,
      revision,
      hasLateReadings,
    }));
    const settled = { status: 'settled', hasLateReadings: false };
    expect(shown).toEqual([1, 0, 1].map((revision) => ({ ...settled, revision })));
    expect(found.trades.length).toBeGreaterThan(3 * prosumers - 3);
    const inChain = found.trades.toSorted((a, b) => a.revision - b.revision);
    expect(verifyChain(inChain, zeroHash, sha256).ok).toBe(true);
  },
  60_000,
);
