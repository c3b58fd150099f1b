import type { ProsumerId } from '../../shared/domain/ids.ts';
import { addMinutes, msOf, timeframeAt } from '../../shared/domain/timeframe.ts';
import { marketBody } from '../../shared/http/marketBody.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import type { PostedInterval } from '../../shared/operations/postedReadings.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { attempt, request, tryIt } from './attempt.ts';
import { changeSettings } from './changeSettings.ts';
import {
  type Community,
  graceMinutesMax,
  marketOf,
  nextReading,
  postNoted,
  postWhatEnded,
  tariffOf,
} from './community.ts';
import { faultyPorts } from './faultyPorts.ts';
import { type Stage, type Step, someOf } from './stage.ts';
import { daysAheadMax, type Request, somePastReading, someTimeframe } from './trader.ts';
import type { World } from './world.ts';

const lateDaysMax = 6;
const longLateDaysMax = 70;
const readingsMax = 4;
const requestsMax = 5;
/** Turns that pass before a timeframe ends, and before a slow request is written. */
const callsBeforeEndMax = 16;
const callsOfSlowMax = 50;
const postersMax = 3;
const msPerMinute = 60_000;

/** What prosumers and operators do until a timeframe ends, and what meters do long after it. */
export const tradingSteps: readonly Step[] = [
  { name: 'post late', weight: 12, run: postLate },
  { name: 'correct', weight: 8, run: correct },
  {
    name: 'trade ahead',
    weight: 12,
    run: (stage) =>
      attemptSome(stage, (community) =>
        stage.trader.tradeAhead(community, someTimeframe(stage.world, community)),
      ),
  },
  {
    name: 'cancel a trade',
    weight: 5,
    run: (stage) => attemptSome(stage, () => stage.trader.cancelTrade()),
  },
  {
    name: 'place orders',
    weight: 9,
    run: (stage) =>
      attemptSome(stage, (community) => {
        const isStanding = stage.world.chance.hits(0.4);
        const timeframe = isStanding ? undefined : someTimeframe(stage.world, community);
        return stage.trader.placeOrder(community, timeframe);
      }),
  },
  {
    name: 'replace orders',
    weight: 6,
    run: (stage) => attemptSome(stage, () => stage.trader.replaceOrder()),
  },
  {
    name: 'cancel an order',
    weight: 3,
    run: (stage) => attemptSome(stage, () => stage.trader.cancelOrder()),
  },
  { name: 'trade at the very end', weight: 6, run: tradeAtTheEnd },
  { name: 'put a tariff', weight: 3, run: putSomeTariff },
  { name: 'delete a tariff', weight: 1, run: deleteSomeTariff },
  {
    name: 'change what is missing',
    weight: 1,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const missingReadings = world.chance.hits(0.5) ? 'estimate' : 'missing';
      await changeSettings(world, gridId, { missingReadings });
    },
  },
  { name: 'pause or go on', weight: 3, run: pauseOrGoOn },
];

/** Some requests of users of one grid, one after another, each with what may go wrong. */
async function attemptSome(
  { world, communities }: Stage,
  requestOf: (community: Community) => Request | undefined,
): Promise<void> {
  const community = someOf(world, communities);
  for (let left = world.chance.between(1, requestsMax); left > 0; left -= 1) {
    const wanted = requestOf(community);
    if (wanted !== undefined) await attempt(world, wanted);
  }
}

/** What a meter forgot, and higher versions of what it sent; now and then what it sent before. */
async function postLate({ world, communities }: Stage): Promise<void> {
  const { chance } = world;
  const community = someOf(world, communities);
  const daysMax = chance.hits(0.15) ? longLateDaysMax : lateDaysMax;
  const last = await world.one().ports.closings.last(community.gridId);
  const readings: PostedInterval[] = [];
  for (let left = chance.between(1, readingsMax); left > 0; left -= 1) {
    const past = somePastReading(world, community, daysMax, last?.closedThrough);
    if (past === undefined) continue;
    const { prosumerId, timeframe } = past;
    const before = community.sent.get(`${prosumerId} ${timeframe}`);
    const isAgain = before !== undefined && chance.hits(0.2);
    readings.push(isAgain ? before : nextReading(community, prosumerId, timeframe, chance));
  }
  await postNoted(world, community, readings, (asked) => request(world, asked));
}

/** A late timeframe is closed again at once: as by the timer's command, with what may go wrong. */
async function correct({ world, communities }: Stage): Promise<void> {
  const { chance } = world;
  const { closings } = world.one().ports;
  const from = addMinutes(world.now(), -longLateDaysMax * 1_440);
  const late = [];
  for (const { gridId } of communities) late.push(...(await closings.listLate(gridId, from, 100)));
  const picked = chance.pick(late);
  if (picked === undefined) return;
  const { gridId, timeframe } = picked;
  await attempt(world, (ports) => closeTimeframe(ports, { gridId, timeframe }));
}

/**
 * Slow requests that began before a timeframe started or ended, and whose writes may come after it
 * was closed: what is sealed tells them so. Its readings come at the same time.
 */
async function tradeAtTheEnd({ world, communities, trader }: Stage): Promise<void> {
  const { chance, turnstile } = world;
  const community = someOf(world, communities);
  const { gridId, timeframeMinutes } = community;
  const running = timeframeAt(world.now(), timeframeMinutes);
  const next = timeframeAt(addMinutes(running, timeframeMinutes), timeframeMinutes);
  const isBeforeStart = chance.hits(0.4);
  const timeframe = isBeforeStart ? next : running;
  const { ports } = world.one();
  // Something to cancel and to replace; and nothing else is left to be closed.
  await trader.tradeAhead(community, timeframe)?.(ports);
  await trader.placeOrder(community, chance.hits(0.5) ? timeframe : undefined)?.(ports);
  world.pass((msOf(next) - msOf(world.now())) / msPerMinute - 1);
  await closeTimeframe(ports, { gridId, timeframe });
  const requests = [
    trader.tradeAhead(community, timeframe),
    chance.hits(0.7) ? trader.cancelTrade() : undefined,
    chance.hits(0.7) ? trader.placeOrder(community, timeframe) : undefined,
    trader.replaceOrder(),
    chance.hits(0.4) ? trader.cancelOrder() : undefined,
  ];
  const slow = slowPorts(faultyPorts(ports, { rate: 0 }, world), world);
  // Who dies right after the commit leaves it to others to look for readings again.
  const diesOf = chance.hits(0.4) ? chance.pick(['applyClosing', 'hasChangedSince']) : undefined;
  const close = async () => {
    await waitFor(world, callsBeforeEndMax);
    await turnstile(async () => {
      world.pass(graceMinutesMax + 2 + (isBeforeStart ? timeframeMinutes : 0));
    });
    const work = (other: Ports) => closeTimeframe(other, { gridId, timeframe });
    await tryIt(world, world.other(), work, { rate: 0, diesOf });
  };
  const post = async (prosumerId: ProsumerId) => {
    await waitFor(world, callsOfSlowMax);
    const reading = nextReading(community, prosumerId, timeframe, chance);
    await postNoted(world, community, [reading], (asked) => world.clients.ask(slow, asked));
  };
  await Promise.all([
    close(),
    ...requests.map((wanted) => wanted?.(slow)),
    ...community.prosumerIds.slice(0, postersMax).map(post),
  ]);
  if (diesOf !== undefined) await world.reopen();
  for (const each of communities) await postWhatEnded(world, each);
}

/** Ports on which orders and trades ahead take their time to be written. */
function slowPorts(ports: Ports, world: World): Ports {
  const { acceptAhead, cancelAhead, place, changeOrder } = ports.orders;
  const slowly =
    <Args extends readonly unknown[], Value>(call: (...args: Args) => Promise<Value>) =>
    async (...args: Args) => {
      await waitFor(world, callsOfSlowMax);
      return call(...args);
    };
  const writes = {
    ...{ acceptAhead: slowly(acceptAhead), cancelAhead: slowly(cancelAhead) },
    ...{ place: slowly(place), changeOrder: slowly(changeOrder) },
  };
  return { ...ports, orders: { ...ports.orders, ...writes } };
}

/** Others make so many calls at most before one goes on. */
async function waitFor({ chance, turnstile }: World, callsMax: number): Promise<void> {
  for (let left = chance.below(callsMax); left > 0; left -= 1) await turnstile(async () => {});
}

/** From a timeframe on that has not begun. */
async function putSomeTariff({ world, communities }: Stage): Promise<void> {
  const { chance } = world;
  const { gridId, timeframeMinutes } = someOf(world, communities);
  const at = addMinutes(world.now(), chance.between(1, daysAheadMax) * timeframeMinutes);
  const path = `/grids/${gridId}/tariffs/${timeframeAt(at, timeframeMinutes)}`;
  const market = chance.hits(0.5) ? { market: marketBody(marketOf(chance)) } : {};
  await request(world, { method: 'PUT', path, body: { ...market, tariff: tariffOf(chance) } });
}

async function deleteSomeTariff({ world, communities }: Stage): Promise<void> {
  const { gridId } = someOf(world, communities);
  const grid = await world.one().ports.grids.get(gridId);
  const version = world.chance.pick(grid?.value.terms.slice(-2) ?? []);
  if (version === undefined) return;
  const path = `/grids/${gridId}/tariffs/${version.validFrom}`;
  await request(world, { method: 'DELETE', path });
}

/** One grid at a time, for a while: what is paused closes nothing. */
async function pauseOrGoOn({ world, communities }: Stage): Promise<void> {
  const { ports } = world.one();
  const { items } = await ports.grids.list({ limit: communities.length });
  const pausedId = items.find(({ value }) => value.paused)?.value.id;
  const paused = pausedId === undefined && world.chance.hits(0.3);
  const gridId = pausedId ?? someOf(world, communities).gridId;
  await changeSettings(world, gridId, { paused });
}
