import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { addMinutes, type Instant, type Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import type { NewGrid } from '../../shared/operations/createGrid.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { readingOf } from '../contract/samples.ts';
import { openBookedGrid, quarter } from './bookedGrid.ts';
import { attempt, crashing } from './crashing.ts';
import { outcomeOf, tradesInChain } from './settledBooks.ts';
import { gridId, join, post } from './smallGrid.ts';
import { type Handled, openTestApp, type TestApp } from './testApp.ts';

const nextQuarter = '2026-11-22T10:15:00Z' as Timeframe;
const closesAt = '2026-11-22T10:15:00Z';
const later = '2026-11-22T10:16:00Z';
const resendAt = '2026-11-22T10:22:00Z';
/** Longer than the embedded stores take for what happens meanwhile. */
const slowMs = 50;
const apps: TestApp[] = [];

function open(now: string, directory?: string): TestApp {
  const app = openTestApp(now, directory);
  apps.push(app);
  return app;
}

afterEach(() => {
  for (const app of apps.splice(0).reverse()) app.end();
});

type Nettos = Readonly<Record<string, number>>;

async function openMarket(settings: Partial<NewGrid> = {}): Promise<TestApp> {
  const app = open('2026-11-22T09:59:00Z');
  await openBookedGrid(app.ports, settings);
  app.setClock('2026-11-22T10:14:00Z');
  return app;
}

async function settle(app: TestApp, at: string): Promise<void> {
  app.setClock(at);
  await app.tick();
  await app.drain();
}

/** The same market that had known these readings from the start. */
async function cleanRun(nettos: Nettos, settings: Partial<NewGrid> = {}): Promise<TestApp> {
  const app = await openMarket(settings);
  await post(app.ports, quarter, nettos);
  await settle(app, closesAt);
  return app;
}

const revisionsOf = async ({ ports }: TestApp) => ports.closings.revisions(gridId, quarter);

/** Versions of readings are no part of what they come to. */
async function expectSame(app: TestApp, clean: TestApp): Promise<void> {
  const withoutVersions = (outcome: Awaited<ReturnType<typeof outcomeOf>>) => ({
    ...outcome,
    timeframes: outcome.timeframes.map(({ lines, ...rest }) => ({
      ...rest,
      lines: lines.map(({ version: _, ...line }) => line),
    })),
  });
  const [is, was] = await Promise.all([outcomeOf(app.ports), outcomeOf(clean.ports)]);
  expect(withoutVersions(is)).toEqual(withoutVersions(was));
  expect(is.balances.reduce((sum, { balanceUsat }) => sum + balanceUsat, 0n)).toBe(0n);
  await tradesInChain(app.ports);
}

const first: Nettos = { a: 2000, b: -1500, c: -1500, d: 400 };

describe('a correction', () => {
  test('settles a reading that was missing when its timeframe closed', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    const before = await tradesInChain(app.ports);
    app.setClock(later);
    expect(await post(app.ports, quarter, { c: -1500 })).toMatchObject([{ status: 'late' }]);
    await app.tick();
    await app.drain();
    const [old, corrected] = await revisionsOf(app);
    expect(old).toMatchObject({ revision: 0, hasLateReadings: false, readings: { missing: 1 } });
    expect(corrected).toMatchObject({
      revision: 1,
      closingNumber: 2,
      closedThrough: quarter,
      closedAt: later,
      earlierTradeCount: old?.tradeCount,
      readings: { expected: 4, received: 4, missing: 0 },
      status: 'settled',
    });
    const after = await tradesInChain(app.ports);
    expect(after.slice(0, before.length)).toEqual(before);
    for (const { kind, correctsTimeframeRevision } of after.slice(before.length)) {
      expect([kind, correctsTimeframeRevision]).toEqual(['correction', 0]);
    }
    await expectSame(app, await cleanRun(first));
  });

  test.each([
    ['a pool', {}],
    ['an auction', { market: { mechanism: 'auction' } }],
  ] as const)('follows another in %s, as often as a meter changes its mind', async (_, market) => {
    const app = await openMarket(market);
    await post(app.ports, quarter, { a: 100, b: -1500, c: -900, d: -400 });
    await settle(app, closesAt);
    const steps: readonly Nettos[] = [
      { a: -700 },
      { a: 2500, d: 0 },
      { a: 2000, c: -1500, d: 400 },
    ];
    for (const [index, step] of steps.entries()) {
      app.setClock(later);
      await post(app.ports, quarter, step, index + 2);
      await app.tick();
      await app.drain();
    }
    const revisions = await revisionsOf(app);
    expect(revisions.map(({ revision, closingNumber }) => [revision, closingNumber])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    let trades = 0;
    for (const { earlierTradeCount = 0, tradeCount } of revisions) {
      expect(earlierTradeCount).toBe(trades);
      trades += tradeCount;
    }
    expect(await tradesInChain(app.ports)).toHaveLength(trades);
    await expectSame(app, await cleanRun(first, market));
  });

  test('that changes nothing has no trades and hands on the hash', async () => {
    const app = await cleanRun(first);
    app.setClock(later);
    await post(app.ports, quarter, { a: 2000 }, 2);
    await app.tick();
    await app.drain();
    const [old, corrected] = await revisionsOf(app);
    expect(corrected).toMatchObject({
      revision: 1,
      tradeCount: 0,
      batchCount: 0,
      status: 'settled',
    });
    expect([corrected?.previousHash, corrected?.hash]).toEqual([old?.hash, old?.hash]);
    await expectSame(app, await cleanRun(first));
  });

  test('replaces an estimate, and keeps that of another who is still silent', async () => {
    const app = await openMarket({ missingReadings: 'estimate' });
    for (const days of [1, 7, 8, 14, 15]) {
      const timeframe = addMinutes(quarter, -days * 1_440) as Timeframe;
      await app.ports.readings.append(gridId, [
        readingOf('b', { timeframe, producedWh: wattHours(0), consumedWh: wattHours(900) }),
        readingOf('c', { timeframe, producedWh: wattHours(0), consumedWh: wattHours(1500) }),
      ]);
    }
    await post(app.ports, quarter, { a: 2000, d: 400 });
    await settle(app, closesAt);
    const [old] = await revisionsOf(app);
    expect(old).toMatchObject({ consumedWh: 2400, readings: { received: 2, estimated: 2 } });
    await changeGrid(app.ports, gridId, { missingReadings: 'missing' }, undefined);
    app.setClock(later);
    expect(await post(app.ports, quarter, { b: -1500 })).toMatchObject([{ status: 'late' }]);
    await app.tick();
    await app.drain();
    const corrected = (await revisionsOf(app)).at(-1);
    expect(corrected).toMatchObject({ consumedWh: 3000, readings: { received: 3, estimated: 1 } });
    await post(app.ports, quarter, { c: -1500 });
    await app.tick();
    await app.drain();
    expect((await revisionsOf(app)).at(-1)?.readings).toMatchObject({ received: 4, estimated: 0 });
    await expectSame(app, await cleanRun(first));
  });

  test('takes in a prosumer that joined later and was active then', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, first);
    await settle(app, closesAt);
    const joinAndPost = async ({ ports }: TestApp) => {
      await join(ports, 'e', { activeFrom: quarter });
      return post(ports, quarter, { e: -800 });
    };
    app.setClock(later);
    expect(await joinAndPost(app)).toMatchObject([{ status: 'late' }]);
    await app.tick();
    await app.drain();
    expect((await revisionsOf(app)).at(-1)?.readings).toMatchObject({ expected: 5, received: 5 });
    const clean = await openMarket();
    await post(clean.ports, quarter, first);
    await joinAndPost(clean);
    await settle(clean, closesAt);
    await expectSame(app, clean);
  });

  test('has the terms of what it corrects, though the grid has others by now', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    const { value: grid, etag } = (await app.ports.grids.get(gridId)) ?? {};
    if (grid === undefined || etag === undefined) throw new Error('the grid is there');
    const [terms] = grid.terms;
    const dear = { ...terms.tariff, importPriceMsatPerKwh: msatPerKwh(900_000) };
    const changed = { ...grid, terms: [{ ...terms, tariff: dear }] } as const;
    await app.ports.grids.replace(changed, etag, entryOf());
    app.setClock(later);
    await post(app.ports, quarter, { c: -1500 });
    await app.tick();
    await app.drain();
    await expectSame(app, await cleanRun(first));
  });

  test('is made before the batches of what it corrects are recorded', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    app.setClock(closesAt);
    await app.tick();
    const kept: Handled[] = [];
    const keepTrades = (messages: readonly Handled[]) =>
      messages.filter((each) => each.queue === 'timeframes' || kept.push(each) === 0);
    await app.drain(keepTrades);
    app.setClock(later);
    await post(app.ports, quarter, { c: -1500 });
    await app.tick();
    await app.drain(keepTrades);
    expect((await revisionsOf(app)).map(({ status }) => status)).toEqual(['closed', 'closed']);
    expect(kept).toHaveLength(2);
    for (const { message } of kept.reverse()) {
      await recordTrades(app.ports, JSON.parse(message.body));
    }
    await expectSame(app, await cleanRun(first));
  });

  test('is not made over and over while the batches of what it corrects are missing', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    app.setClock(closesAt);
    await app.tick();
    const loseTrades = (messages: readonly Handled[]) =>
      messages.filter(({ queue }) => queue === 'timeframes');
    await app.drain(loseTrades);
    await post(app.ports, quarter, { c: -1500 });
    for (const minute of [16, 22, 23, 24, 25]) {
      app.setClock(`2026-11-22T10:${minute}:00Z`);
      await app.tick();
      await app.drain(loseTrades);
    }
    expect(await revisionsOf(app)).toHaveLength(2);
  });
});

test('a prosumer that joins while its timeframe closes loses no reading', async () => {
  const app = await openMarket();
  await post(app.ports, quarter, first);
  app.setClock(closesAt);
  const { rosters, readings } = app.ports;
  const racing = {
    ...app.ports,
    rosters: {
      ...rosters,
      activeIn: async (...asked: Parameters<typeof rosters.activeIn>) => {
        const members = await rosters.activeIn(...asked);
        await join(app.ports, 'e', { activeFrom: quarter });
        await post(app.ports, quarter, { e: 700 });
        return members;
      },
    },
    readings: {
      ...readings,
      snapshot: async (...asked: Parameters<typeof readings.snapshot>) => {
        await setTimeout(slowMs);
        return readings.snapshot(...asked);
      },
    },
  };
  await closeTimeframe(racing, { gridId, timeframe: quarter });
  await settle(app, later);
  expect((await revisionsOf(app)).at(-1)).toMatchObject({ producedWh: 3100 });
});

describe('a timeframe is corrected', () => {
  const day = '2026-11-23T10:00:00Z';
  test.each([
    ['exactly as old as that', day, 2],
    ['a second older', '2026-11-23T10:00:01Z', 1],
  ])('for correctionDays: %s', async (_, now, revisions) => {
    const app = await openMarket({ correctionDays: 1 });
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, '2026-11-23T09:59:00Z');
    expect(await post(app.ports, quarter, { c: -1500 })).toMatchObject([{ status: 'late' }]);
    app.setClock(now);
    // By the timer, and by a command that was sent earlier and comes only now.
    await app.tick();
    await app.drain();
    await closeTimeframe(app.ports, { gridId, timeframe: quarter });
    expect(await revisionsOf(app)).toHaveLength(revisions);
    expect((await revisionsOf(app)).at(-1)?.hasLateReadings).toBe(revisions === 1);
  });

  test('once its grid runs again, and not while it is paused', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    await post(app.ports, quarter, { c: -1500 });
    await app.tick();
    await changeGrid(app.ports, gridId, { paused: true }, undefined);
    await app.drain();
    await settle(app, later);
    expect(await revisionsOf(app)).toHaveLength(1);
    await changeGrid(app.ports, gridId, { paused: false }, undefined);
    await settle(app, later);
    expect(await revisionsOf(app)).toHaveLength(2);
    await expectSame(app, await cleanRun(first));
  });

  test('after the end of its grid too', async () => {
    const app = await openMarket({ activeUntil: nextQuarter as Instant });
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    await post(app.ports, quarter, { c: -1500 });
    await settle(app, '2026-11-29T10:00:00Z');
    await expectSame(app, await cleanRun(first, { activeUntil: nextQuarter as Instant }));
  });

  test('once, though its command comes twice and two instances take it at once', async () => {
    const app = await openMarket();
    const rival = open(later, app.directory);
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    await post(app.ports, quarter, { c: -1500 });
    app.setClock(later);
    const command = { gridId, timeframe: quarter };
    const reports = await Promise.all(
      [app, rival, app, rival].map(({ ports }) => closeTimeframe(ports, command)),
    );
    expect(reports.map(({ closed }) => closed.length).sort()).toEqual([0, 0, 0, 1]);
    await app.drain((messages) => [...messages, ...messages].reverse());
    expect(await revisionsOf(app)).toHaveLength(2);
    await expectSame(app, await cleanRun(first));
  });

  test('while another closes: both have their place in the chain', async () => {
    const app = await openMarket();
    const rival = open('2026-11-22T10:30:00Z', app.directory);
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    await post(app.ports, quarter, { c: -1500 });
    app.setClock('2026-11-22T10:30:00Z');
    await post(app.ports, nextQuarter, { a: 500, b: -700 });
    await Promise.all([
      closeTimeframe(app.ports, { gridId, timeframe: quarter }),
      closeTimeframe(rival.ports, { gridId, timeframe: nextQuarter }),
    ]);
    await app.drain();
    expect(await app.ports.closings.last(gridId)).toMatchObject({
      closingNumber: 3,
      closedThrough: nextQuarter,
    });
    const clean = await cleanRun(first);
    await post(clean.ports, nextQuarter, { a: 500, b: -700 });
    await settle(clean, '2026-11-22T10:30:00Z');
    await expectSame(app, clean);
  });
});

describe('the timer', () => {
  const waiting = ({ embedded: { queues } }: TestApp) => queues.receive('timeframes', 1_000);

  test('asks for a correction once, and for the next one at once', async () => {
    const app = await cleanRun(first);
    app.setClock(later);
    for (const version of [2, 3]) {
      await post(app.ports, quarter, { a: 1000 * version }, version);
      await app.tick();
      app.setClock(`2026-11-22T10:17:0${version}Z`);
      await app.tick();
      const asked = waiting(app);
      expect(asked).toHaveLength(1);
      for (const { body, lockToken } of asked) {
        await closeTimeframe(app.ports, JSON.parse(body));
        app.embedded.queues.complete('timeframes', lockToken);
      }
    }
    expect(await revisionsOf(app)).toHaveLength(3);
  });

  test('asks for so many of a grid at once, the oldest first, until none is left', async () => {
    const app = await openMarket();
    const frames = Array.from({ length: 101 }, (_, at) => addMinutes(quarter, 15 * at));
    await settle(app, '2026-11-23T12:00:00Z');
    for (const frame of frames.toReversed()) await post(app.ports, frame, { d: 1 });
    await app.tick();
    const asked = waiting(app);
    expect(asked.map(({ body }) => JSON.parse(body).timeframe)).toEqual(frames.slice(0, 100));
    app.embedded.queues.releaseAll();
    await app.drain();
    await settle(app, '2026-11-23T12:01:00Z');
    expect(await app.ports.closings.listLate(gridId, quarter, 9)).toEqual([]);
    expect(await app.ports.rosters.totals(gridId)).toMatchObject({ producedWh: 101 });
    await tradesInChain(app.ports);
  });
});

describe('whatever crashes', () => {
  test('a corrector that dies after its commit is made good by the next closing', async () => {
    const app = await openMarket();
    await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
    await settle(app, closesAt);
    await post(app.ports, quarter, { c: -1500 });
    const { rosters } = app.ports;
    const dying = {
      ...app.ports,
      rosters: { ...rosters, applyClosing: () => Promise.reject(died) },
    };
    const command = { gridId, timeframe: quarter };
    await expect(closeTimeframe(dying, command)).rejects.toBe(died);
    expect(await rosters.totals(gridId)).toMatchObject({ closingNumber: 1, consumedWh: 1500 });
    app.setClock('2026-11-22T10:30:00Z');
    await closeTimeframe(app.ports, { gridId, timeframe: nextQuarter });
    expect(await rosters.totals(gridId)).toMatchObject({ closingNumber: 3, consumedWh: 3000 });
    await app.drain();
    const clean = await cleanRun(first);
    await settle(clean, '2026-11-22T10:30:00Z');
    await settle(app, '2026-11-22T10:36:00Z');
    await expectSame(app, clean);
  });

  /** Handles what there is once, as a host does: what fails comes again. */
  async function deliverOnce({ embedded: { queues } }: TestApp, ports: Ports): Promise<void> {
    for (const queue of ['timeframes', 'trades'] as const) {
      for (const { body, lockToken } of queues.receive(queue, 16)) {
        const work = queue === 'timeframes' ? closeTimeframe : recordTrades;
        const isDone = await attempt(() => work(ports, JSON.parse(body)));
        if (isDone) queues.complete(queue, lockToken);
        else queues.abandon(queue, lockToken);
      }
    }
  }

  test('a late reading is settled once, from its post to its last posting', async () => {
    const clean = await cleanRun(first);
    let crashes = 0;
    for (let crashAt = 1; ; crashAt += 1) {
      const app = await openMarket();
      await post(app.ports, quarter, { a: 2000, b: -1500, d: 400 });
      await settle(app, closesAt);
      app.setClock(later);
      const { ports, calls } = crashing(app.ports, crashAt, everyStore);
      const isPosted = await attempt(() => post(ports, quarter, { c: -1500 }));
      if (!isPosted) await post(app.ports, quarter, { c: -1500 });
      await attempt(() => closeTimeframes(ports));
      await deliverOnce(app, ports);
      await deliverOnce(app, ports);
      const isOver = calls() < crashAt;
      await settle(app, resendAt);
      await settle(app, resendAt);
      await expectSame(app, clean);
      expect((await revisionsOf(app)).length).toBeLessThanOrEqual(3);
      expect(await app.ports.closings.listLate(gridId, quarter, 9)).toEqual([]);
      for (const each of apps.splice(1)) each.end();
      if (isOver) break;
      crashes += 1;
    }
    // Less would mean that it crashes no more where it did.
    expect(crashes).toBeGreaterThan(30);
  });
});

const died = new Error('died');
const everyStore = new Set([
  ...['grids', 'rosters', 'readings', 'orders', 'closings'],
  ...['prosumers', 'trades', 'ledger', 'bus'],
]);
