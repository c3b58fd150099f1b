import { clockAt, type RunningApp, startApp } from './app.ts';
import { createHamlet, postsOf } from './hamlet.ts';
import {
  type AheadPlan,
  closedAt,
  type Delivery,
  endOf,
  lateHamlet,
  lateHamletStepsMax,
  lateReadings,
  type OrderPlan,
  registered,
  stepMs,
} from './lateHamlet.ts';
import type { ModelReading } from './model.ts';
import { shuffled } from './random.ts';
import { settleThrough } from './settling.ts';

/** When a run is looked at: before what comes at a step, with it, and when that is settled. */
export type Phase = 'before' | 'delivered' | 'settled';
export type LateRun = {
  readonly bundle: string;
  readonly dataDirectory: string;
  readonly deliveries: readonly Delivery[];
  readonly ahead: readonly AheadPlan[];
  readonly orders: readonly OrderPlan[];
  readonly random: () => number;
  /** Steps at which the grid is paused while readings come, and looked at before it goes on. */
  readonly watched?: ReadonlySet<number>;
  watch?(app: RunningApp, step: number, phase: Phase): Promise<void>;
};

const path = `/grids/${lateHamlet.id}`;
const tariffAtStep = 1;
export const tariffFrom = '2021-03-26T23:00:00Z';
const auctionFrom = '2021-03-29T22:00:00Z';

/** Other prices from a midnight on, dear in the evening and cheap in the night, and a price that moves. */
export const tariffPut = {
  market: { mechanism: 'pool', priceRule: 'supply_demand_ratio' },
  tariff: {
    importPriceMsatPerKwh: 300_001,
    exportPriceMsatPerKwh: 70_003,
    gridFeeMsatPerKwh: 11_117,
    importGridFeeMsatPerKwh: 13_131,
    windows: [
      {
        ...{ from: '22:00', to: '02:30' },
        importPriceMsatPerKwh: 200_003,
        exportPriceMsatPerKwh: 50_021,
        gridFeeMsatPerKwh: 7_001,
        importGridFeeMsatPerKwh: 9_007,
      },
      {
        ...{ from: '17:00', to: '20:00', days: ['sat', 'sun', 'mon'] },
        importPriceMsatPerKwh: 450_007,
        exportPriceMsatPerKwh: 90_001,
        gridFeeMsatPerKwh: 15_013,
      },
    ],
  },
};

/**
 * Lives through the days step by step, each in a process of its own whose clock stands there, and
 * ends each as a loss of power would. Answers the app as it is after the last.
 */
export async function runLateHamlet(run: LateRun): Promise<RunningApp> {
  const last = Math.max(closingStep, ...run.deliveries.map(({ step }) => step));
  if (last >= lateHamletStepsMax) throw new Error(`there are more steps than planned: ${last}`);
  const posted = new Set<string>();
  let app = await start(run, 0);
  await createHamlet(app, lateReadings, { ...times, activeFrom: lateHamlet.activeFrom });
  for (let step = 0; ; step += 1) {
    await live(app, run, step, posted);
    if (step === last) return app;
    await app.kill();
    app = await start(run, step + 1);
  }
}

const times = { graceMinutes: lateHamlet.graceMinutes, paused: false };
/** The step at which the last timeframe closes. */
const closingStep = Array.from({ length: lateHamletStepsMax }, (_, step) => step).findIndex(
  (step) => closedAt(step).length === closedAt(Number.POSITIVE_INFINITY).length,
);

function start({ bundle, dataDirectory }: LateRun, step: number): Promise<RunningApp> {
  const env = clockAt(stepMs(step));
  return startApp({ appFile: bundle, dataDirectory, env });
}

async function live(
  app: RunningApp,
  run: LateRun,
  step: number,
  posted: Set<string>,
): Promise<void> {
  const isWatched = run.watched?.has(step) === true;
  await settle(app, step);
  if (isWatched) {
    await run.watch?.(app, step, 'before');
    await app.send('PATCH', path, { paused: true });
  }
  if (step === tariffAtStep) {
    await putTariff(app, tariffFrom, tariffPut);
    await putTariff(app, auctionFrom, { ...tariffPut, market: { mechanism: 'auction' } });
  }
  for (const plan of run.ahead.filter((each) => each.step === step)) await agree(app, plan);
  for (const { step: at, ...order } of run.orders) {
    if (at === step) await app.send('POST', '/orders', order);
  }
  await deliver(app, run, step, posted);
  if (isWatched) {
    await run.watch?.(app, step, 'delivered');
    await app.send('PATCH', path, { paused: false });
  }
  await settle(app, step);
  if (isWatched) await run.watch?.(app, step, 'settled');
}

async function settle(app: RunningApp, step: number): Promise<void> {
  const last = closedAt(step).at(-1);
  if (last !== undefined) await settleThrough(app, lateHamlet.id, last);
}

async function putTariff(app: RunningApp, validFrom: string, body: object): Promise<void> {
  const { status } = await app.request('PUT', `${path}/tariffs/${validFrom}`, body);
  if (status !== 201) throw new Error(`the tariff was answered with ${status}`);
}

async function agree(app: RunningApp, { step: _, isCancelled, ...trade }: AheadPlan) {
  const { id } = await app.send('POST', '/trades', trade);
  const { status } = isCancelled ? await app.request('DELETE', `/trades/${id}`) : { status: 200 };
  if (status !== 200) throw new Error(`${id} was not cancelled: ${status}`);
}

/** In any order; those of one meter as its registers. What came before is told as a duplicate. */
async function deliver(
  app: RunningApp,
  { deliveries, random }: LateRun,
  step: number,
  posted: Set<string>,
): Promise<void> {
  const due = deliveries.filter((each) => each.step === step).map(({ reading }) => reading);
  const intervals = due.filter(({ prosumerId }) => prosumerId !== registered);
  const registers = registersOf(due.filter(({ prosumerId }) => prosumerId === registered));
  const items = [...shuffled(intervals, random), ...registers];
  const knownCount = posted.size;
  for (const item of items) posted.add(JSON.stringify(item));
  const repeated = items.length - (posted.size - knownCount);
  let duplicates = 0;
  for (const readings of postsOf(items)) {
    const answer = await app.send('POST', `${path}/readings`, { readings });
    if (answer['rejected'] !== 0) throw new Error(JSON.stringify(answer));
    duplicates += Number(answer['duplicate']);
  }
  if (duplicates !== repeated) throw new Error(`${duplicates} duplicates, not ${repeated}`);
}

/** The registers at the end of each of its timeframes, and at the start of the first of all. */
function registersOf(metered: readonly ModelReading[]): readonly object[] {
  const register = { prosumerId: registered, meterId: 'm5' };
  return metered.flatMap(({ timeframe }) => [
    ...(timeframe === lateHamlet.activeFrom ? [{ ...register, at: timeframe, ...sumsTo('') }] : []),
    { ...register, at: endOf(timeframe), ...sumsTo(timeframe) },
  ]);
}

function sumsTo(timeframe: string) {
  const until = lateReadings.filter(
    (each) => each.prosumerId === registered && each.timeframe <= timeframe,
  );
  return {
    producedRegisterWh: until.reduce((sum, { producedWh }) => sum + producedWh, 1_000),
    consumedRegisterWh: until.reduce((sum, { consumedWh }) => sum + consumedWh, 2_000),
  };
}
