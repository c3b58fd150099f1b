import { afterEach, expect, test } from '@jest/globals';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { TradeBatch } from '../../shared/domain/messages.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import { tradesPerBatch } from '../../shared/domain/trade.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { type Delivery, openTestApp, type TestApp } from './testApp.ts';

const quarter = '2026-11-22T10:00:00Z' as Timeframe;
const nextQuarter = '2026-11-22T10:15:00Z' as Timeframe;
const apps: TestApp[] = [];

function open(now: string, directory?: string): TestApp {
  const app = openTestApp(now, directory);
  apps.push(app);
  return app;
}

afterEach(() => {
  for (const app of apps.splice(0).reverse()) app.end();
});

/** Sums of every account, and every trade: what must not depend on how the work was delivered. */
async function bookOf({ ports }: TestApp) {
  const accounts = await ports.ledger.listAccounts(gridId, { limit: 100 });
  const trades = await ports.trades.list(gridId, {}, { limit: 10_000 });
  return {
    accounts: accounts.items.map(({ accountId, sums }) => [accountId, sums]),
    trades: trades.items.map(({ id, hash, previousHash }) => [id, hash, previousHash]),
  };
}

async function balancesOf({ ports }: TestApp): Promise<Record<string, bigint>> {
  const { items } = await ports.ledger.listAccounts(gridId, { limit: 100 });
  return Object.fromEntries(
    items.map(({ accountId, sums }) => [accountId, sums.creditsUsat - sums.debitsUsat]),
  );
}

async function settledExample(deliver?: Delivery): Promise<TestApp> {
  const app = open('2026-11-22T10:14:00Z');
  await openGrid(app.ports);
  for (const id of ['a', 'b', 'c']) await join(app.ports, id);
  await post(app.ports, quarter, { a: 2000, b: -1500, c: -1500 });
  app.setClock('2026-11-22T10:15:00Z');
  await app.tick();
  await app.drain(deliver);
  return app;
}

test('settles the worked example: 300 and 250 satoshi, zero in sum', async () => {
  const app = await settledExample();
  const closing = await app.ports.closings.latest(gridId, quarter);
  expect(closing).toMatchObject({
    status: 'settled',
    tradeCount: 4,
    tradedWh: 2000,
    closingNumber: 1,
  });
  expect(await balancesOf(app)).toEqual({
    a: 600_000_000n,
    b: -550_000_000n,
    c: -550_000_000n,
    'power-plant': 500_000_000n,
  });
});

test('changes nothing when every message comes twice and out of order', async () => {
  const once = await bookOf(await settledExample());
  const twice = await settledExample((messages) => [...messages, ...messages].reverse());
  expect(await bookOf(twice)).toEqual(once);
});

test('closes nothing before the grace has passed, nor while the grid is paused', async () => {
  const app = open('2026-11-22T10:19:59Z');
  await openGrid(app.ports, { graceMinutes: 5 });
  await join(app.ports, 'a');
  await app.tick();
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toBeUndefined();
  await changeGrid(app.ports, gridId, { paused: true }, undefined);
  app.setClock('2026-11-22T10:20:00Z');
  await app.tick();
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toBeUndefined();
  await changeGrid(app.ports, gridId, { paused: false }, undefined);
  await app.tick();
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toMatchObject({ timeframe: quarter });
});

test('closes a grid that is paused after its command was sent once it runs again', async () => {
  const app = open('2026-11-22T10:15:00Z');
  await openGrid(app.ports);
  await app.tick();
  await changeGrid(app.ports, gridId, { paused: true }, undefined);
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toBeUndefined();
  await changeGrid(app.ports, gridId, { paused: false }, undefined);
  await app.tick();
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toMatchObject({ timeframe: quarter });
});

test('closes all timeframes that fell due while the app was down, in order, over several runs', async () => {
  const app = open('2026-11-22T10:00:00Z');
  await openGrid(app.ports);
  await join(app.ports, 'a');
  app.setClock('2026-12-04T10:00:00Z');
  await app.tick();
  await app.drain((messages) => messages.toReversed());
  await app.tick();
  await app.drain();
  const last = await app.ports.closings.last(gridId);
  expect(last).toMatchObject({ closingNumber: 1152, timeframe: '2026-12-04T09:45:00Z' });
  const totals = await app.ports.rosters.totals(gridId);
  expect(totals).toMatchObject({ closingNumber: 1152, lastClosedTimeframe: last?.timeframe });
});

test('stops at the end of a grid', async () => {
  const app = open('2026-11-22T12:00:00Z');
  await openGrid(app.ports, { activeUntil: '2026-11-22T10:30:00Z' as Timeframe });
  await app.tick();
  await app.drain();
  expect(await app.ports.closings.last(gridId)).toMatchObject({ timeframe: nextQuarter });
});

test('counts a prosumer without a reading as missing, and one only while it is active', async () => {
  const app = open('2026-11-22T10:10:00Z');
  await openGrid(app.ports);
  await join(app.ports, 'always');
  await join(app.ports, 'later', { activeFrom: nextQuarter });
  await join(app.ports, 'leaving', { activeUntil: nextQuarter });
  await post(app.ports, quarter, { always: -100 });
  app.setClock('2026-11-22T10:30:00Z');
  await app.tick();
  await app.drain();
  const first = await app.ports.closings.latest(gridId, quarter);
  const second = await app.ports.closings.latest(gridId, nextQuarter);
  expect(first?.readings).toEqual({ expected: 2, received: 1, missing: 1, estimated: 0 });
  expect(second?.readings).toEqual({ expected: 2, received: 0, missing: 2, estimated: 0 });
});

test('expects a deactivated prosumer to the end of the running timeframe and no longer', async () => {
  const app = open('2026-11-22T10:07:00Z');
  await openGrid(app.ports);
  await join(app.ports, 'a');
  await deactivateProsumer(app.ports, 'a' as ProsumerId, undefined);
  app.setClock('2026-11-22T10:30:00Z');
  await app.tick();
  await app.drain();
  expect((await app.ports.closings.latest(gridId, quarter))?.readings.expected).toBe(1);
  expect((await app.ports.closings.latest(gridId, nextQuarter))?.readings.expected).toBe(0);
});

test('an empty timeframe hands on the hash before it and is settled at once', async () => {
  const app = await settledExample();
  app.setClock('2026-11-22T10:30:00Z');
  await app.tick();
  await app.drain();
  const first = await app.ports.closings.latest(gridId, quarter);
  const second = await app.ports.closings.latest(gridId, nextQuarter);
  expect(second).toMatchObject({ status: 'settled', tradeCount: 0, batchCount: 0 });
  expect(second?.hash).toBe(first?.hash);
  expect(second?.previousHash).toBe(first?.hash);
});

test('of two closers at once one commits, and the outcome is that of one', async () => {
  const one = await bookOf(await settledExample());
  const app = open('2026-11-22T10:14:00Z');
  const rival = open('2026-11-22T10:15:00Z', app.directory);
  await openGrid(app.ports);
  for (const id of ['a', 'b', 'c']) await join(app.ports, id);
  await post(app.ports, quarter, { a: 2000, b: -1500, c: -1500 });
  app.setClock('2026-11-22T10:15:00Z');
  const command = { gridId, timeframe: quarter };
  const reports = await Promise.all([
    closeTimeframe(app.ports, command),
    closeTimeframe(rival.ports, command),
  ]);
  expect(reports.map(({ closed }) => closed.length).sort()).toEqual([0, 1]);
  await rival.drain();
  expect(await bookOf(app)).toEqual(one);
});

test.each(['applyClosing', 'hasChangedSince', 'sendTradeBatches'] as const)(
  'a closer that dies after its commit, at %s, is made good by the next',
  async (step) => {
    const one = await bookOf(await settledExample());
    const app = open('2026-11-22T10:14:00Z');
    await openGrid(app.ports);
    for (const id of ['a', 'b', 'c']) await join(app.ports, id);
    await post(app.ports, quarter, { a: 2000, b: -1500, c: -1500 });
    app.setClock('2026-11-22T10:15:00Z');
    const die = () => Promise.reject(new Error('died'));
    const { rosters, readings, bus } = app.ports;
    const dying = {
      ...app.ports,
      rosters: step === 'applyClosing' ? { ...rosters, applyClosing: die } : rosters,
      readings: step === 'hasChangedSince' ? { ...readings, hasChangedSince: die } : readings,
      bus: step === 'sendTradeBatches' ? { ...bus, sendTradeBatches: die } : bus,
    };
    await expect(closeTimeframe(dying, { gridId, timeframe: quarter })).rejects.toThrow('died');
    expect(await app.ports.closings.latest(gridId, quarter)).toMatchObject({ status: 'closed' });
    app.setClock('2026-11-22T10:20:00Z');
    await app.tick();
    await app.drain();
    expect(await app.ports.closings.latest(gridId, quarter)).toMatchObject({ status: 'settled' });
    expect(await bookOf(app)).toEqual(one);
    const totals = await app.ports.rosters.totals(gridId);
    expect(totals).toMatchObject({ closingNumber: 1, producedWh: 2000, consumedWh: 3000 });
  },
);

test('sends again what was never recorded, though its message is gone', async () => {
  const one = await bookOf(await settledExample());
  const lost = await settledExample((messages) =>
    messages.filter(({ queue }) => queue !== 'trades'),
  );
  expect((await bookOf(lost)).trades).toEqual([]);
  lost.setClock('2026-11-22T10:20:00Z');
  await lost.tick();
  // The queue still remembers the ids of the lost messages; a recorder that gets them now is enough.
  const batches: unknown[] = [];
  const { ports } = lost;
  const bus = {
    ...ports.bus,
    sendTradeBatches: async (messages: readonly unknown[]) => {
      batches.push(...messages);
    },
  };
  await closeTimeframe({ ...ports, bus }, { gridId, timeframe: quarter });
  expect(batches).toHaveLength(1);
  expect(one.trades).toHaveLength(4);
});

test('a timeframe is settled when its last batch is recorded, and not before', async () => {
  const app = open('2026-11-22T10:14:00Z');
  await openGrid(app.ports);
  const nettos: Record<string, number> = {};
  for (let number = 0; number <= tradesPerBatch; number += 1) {
    await join(app.ports, `p${number}`);
    nettos[`p${number}`] = -1;
  }
  await post(app.ports, quarter, nettos);
  app.setClock('2026-11-22T10:15:00Z');
  await app.tick();
  const statuses: (string | undefined)[] = [];
  await app.drain((messages) => messages.filter(({ queue }) => queue === 'timeframes'));
  const bodies: TradeBatch[] = [];
  const sendTradeBatches: Bus['sendTradeBatches'] = async (messages) => {
    bodies.push(...messages.map(({ body }) => body));
  };
  const listening = { ...app.ports, bus: { ...app.ports.bus, sendTradeBatches } };
  await closeTimeframe(listening, { gridId, timeframe: quarter });
  for (const body of bodies.reverse()) {
    await recordTrades(app.ports, body);
    statuses.push((await app.ports.closings.latest(gridId, quarter))?.status);
  }
  expect(statuses).toEqual(['closed', 'settled']);
});

test('a reading for a closed timeframe is kept, late, and marks the timeframe', async () => {
  const app = await settledExample();
  expect(await post(app.ports, quarter, { a: 2000 })).toMatchObject([{ status: 'duplicate' }]);
  expect(await post(app.ports, quarter, { a: 2100 })).toMatchObject([
    { status: 'rejected', code: 'reading_conflict' },
  ]);
  expect((await app.ports.closings.latest(gridId, quarter))?.hasLateReadings).toBe(false);
  expect(await post(app.ports, quarter, { a: 2100 }, 2)).toMatchObject([{ status: 'late' }]);
  expect((await app.ports.closings.latest(gridId, quarter))?.hasLateReadings).toBe(true);
});

test('a reading that comes between snapshot and commit marks the timeframe', async () => {
  const app = open('2026-11-22T10:14:00Z');
  await openGrid(app.ports);
  await join(app.ports, 'a');
  app.setClock('2026-11-22T10:15:00Z');
  const { readings } = app.ports;
  const snapshot: typeof readings.snapshot = async (...of) => {
    const taken = await readings.snapshot(...of);
    expect(await post(app.ports, quarter, { a: 500 })).toMatchObject([{ status: 'accepted' }]);
    return taken;
  };
  const command = { gridId, timeframe: quarter };
  await closeTimeframe({ ...app.ports, readings: { ...readings, snapshot } }, command);
  expect(await app.ports.closings.latest(gridId, quarter)).toMatchObject({
    hasLateReadings: true,
    readings: { missing: 1 },
  });
});

test('a reading whose poster died between write and look is late when it comes again', async () => {
  const app = await settledExample();
  const die = () => Promise.reject(new Error('died'));
  const { closings } = app.ports;
  const dying = { ...app.ports, closings: { ...closings, last: die } };
  await expect(post(dying, quarter, { a: 2100 }, 2)).rejects.toThrow('died');
  expect(await post(app.ports, quarter, { a: 2100 }, 2)).toMatchObject([{ status: 'duplicate' }]);
  expect((await closings.latest(gridId, quarter))?.hasLateReadings).toBe(true);
});

test.each([
  ['2026-11-22T10:07:00Z', 'a', 'timeframe_misaligned', 'timeframe'],
  ['2026-11-22T10:30:00Z', 'a', 'timeframe_not_started', 'timeframe'],
  ['2026-11-22T09:45:00Z', 'a', 'timeframe_outside_grid', 'timeframe'],
  ['2026-11-22T10:00:00Z', 'nobody', 'prosumer_not_in_grid', 'prosumerId'],
  ['2026-11-22T10:00:00Z', 'later', 'prosumer_not_active', 'timeframe'],
])('refuses a reading of %s for %s: %s', async (timeframe, id, code, field) => {
  const app = open('2026-11-22T10:14:00Z');
  await openGrid(app.ports);
  await join(app.ports, 'a');
  await join(app.ports, 'later', { activeFrom: nextQuarter });
  const results = await post(app.ports, timeframe, { [id]: -1 });
  expect(results).toMatchObject([
    { status: 'rejected', code, errors: [{ pointer: `/readings/0/${field}` }] },
  ]);
});
