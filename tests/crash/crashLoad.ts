import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, drawOf } from '../endToEnd/random.ts';
import { finalize } from './billingRun.ts';
import type { CrashClock } from './crashClock.ts';
import { crashGridId, gridPath, homes } from './crashGrid.ts';
import type { Notebook, NotedReading } from './notebook.ts';
import type { PersistentClient } from './persistentClient.ts';

export type CrashLoadParts = {
  readonly client: PersistentClient;
  readonly clock: CrashClock;
  readonly notebook: Notebook;
  readonly seed: number;
};
export type CrashLoad = {
  /** Rejects as soon as a client is answered what it must not be. */
  readonly failed: Promise<never>;
  /** Ends once every client has an answer to all it asked for; answers the last timeframe traded for. */
  stop(): Promise<number>;
};

const pauseMs = 20;
const timerEveryMs = 250;
const billingEveryMs = 500;
const readingsPerPost = 4;
const correctedShare = 0.05;
const correctedAgoMax = 12;
/** How far ahead is traded and ordered for, in timeframes. */
const [aheadMin, aheadMax] = [3, 9];
const cancelledShare = 0.3;
const hashesMax = 2_000;

type Client = (random: () => number) => Promise<void>;

/** Clients that go on through all lives of the host, each asking for one thing after the other. */
export function startCrashLoad(parts: CrashLoadParts): CrashLoad {
  const { clock } = parts;
  let isStopped = false;
  let lastTimeframe = 0;
  const draws = (timeframe: number) => {
    lastTimeframe = Math.max(lastTimeframe, timeframe);
    return clock.instantOf(timeframe);
  };
  const versions = new Map<string, number>();
  const clients: Client[] = [
    ...[0, 1].map((half) => readingsOf(parts, versions, half)),
    ...[1, 2].map(() => tradesAhead(parts, draws)),
    ...[1, 2].map(() => orders(parts, draws)),
    ...['A', 'B'].map((name) => prosumers(parts, name)),
    settings(parts),
    timer(parts),
    billing(parts),
    reader(parts),
  ];
  const running = clients.map(async (client, at) => {
    const random = createRandom(parts.seed * 101 + at);
    while (!isStopped) {
      await client(random);
      await sleep(pauseMs * random());
    }
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  Promise.all(running).catch(reject);
  return {
    failed,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      return lastTimeframe;
    },
  };
}

/** Posts what half of the homes measured in each timeframe that has ended, and corrects some of it. */
function readingsOf(parts: CrashLoadParts, versions: Map<string, number>, half: number): Client {
  const { client, clock, notebook } = parts;
  const own = homes.filter((_, at) => at % 2 === half);
  let next = 0;
  return async (random) => {
    if (next >= clock.current()) return;
    const corrected = Math.max(0, next - 1 - Math.floor(random() * correctedAgoMax));
    const readings = own.map((prosumerId) => readingOf(parts, versions, prosumerId, next, random));
    for (const prosumerId of own.filter(() => next > 0 && random() < correctedShare)) {
      readings.push(readingOf(parts, versions, prosumerId, corrected, random));
    }
    next += 1;
    for (let at = 0; at < readings.length; at += readingsPerPost) {
      const part = readings.slice(at, at + readingsPerPost);
      const { status, body } = await client.ask(
        'POST',
        `${gridPath}/readings`,
        { readings: part },
        randomUUID(),
      );
      if (status !== 200 || body['rejected'] !== 0) throw unexpected('readings', status, body);
      notebook.readings.push(...part);
    }
  };
}

function readingOf(
  { clock }: CrashLoadParts,
  versions: Map<string, number>,
  prosumerId: string,
  at: number,
  random: () => number,
): NotedReading {
  const timeframe = clock.instantOf(at);
  const key = `${prosumerId} ${timeframe}`;
  const version = (versions.get(key) ?? 0) + 1;
  versions.set(key, version);
  const [producedWh, consumedWh] = [Math.floor(random() * 900), Math.floor(random() * 800)];
  return { prosumerId, timeframe, version, producedWh, consumedWh };
}

/** Agrees on trades, and cancels some of them. */
function tradesAhead({ client, clock, notebook }: CrashLoadParts, draws: Draws): Client {
  return async (random) => {
    const asked = askedOf(clock, draws, random);
    const { status, body } = await client.ask('POST', '/trades', asked, randomUUID());
    // A host that was away for long finds that the timeframe has ended.
    if (status === 409 && body['code'] === 'timeframe_ended') return;
    if (status !== 202) throw unexpected('trade', status, body);
    const noted = { ...asked, id: String(body['id']), cancelled: 'no' as 'no' | 'asked' | 'yes' };
    notebook.trades.push(noted);
    if (random() >= cancelledShare) return;
    const cancelling = await client.ask('DELETE', `/trades/${noted.id}`);
    noted.cancelled = cancelling.status === 200 ? 'yes' : 'asked';
  };
}

function orders({ client, clock, notebook }: CrashLoadParts, draws: Draws): Client {
  return async (random) => {
    const limitPriceMsatPerKwh = 60_000 + Math.floor(random() * 300_000);
    const asked = { ...askedOf(clock, draws, random), limitPriceMsatPerKwh };
    const { status, body } = await client.ask('POST', '/orders', asked, randomUUID());
    if (status === 409 && body['code'] === 'timeframe_ended') return;
    if (status !== 201) throw unexpected('order', status, body);
    notebook.orders.push({ ...asked, id: String(body['id']) });
  };
}

type Draws = (timeframe: number) => string;

function askedOf(clock: CrashClock, draws: Draws, random: () => number) {
  const ahead = aheadMin + Math.floor(random() * (aheadMax - aheadMin));
  return {
    prosumerId: drawOf(homes, random),
    timeframe: draws(clock.current() + ahead),
    side: drawOf(['sell', 'buy'] as const, random),
    energyWh: 1 + Math.floor(random() * 200),
  };
}

/** Creates prosumers whose ids the app gives, so that only its key keeps one from being two. */
function prosumers({ client, clock, notebook }: CrashLoadParts, street: string): Client {
  let number = 0;
  return async (random) => {
    number += 1;
    const name = `Newcomer ${street} ${number}`;
    const { status, body } = await client.ask(
      'POST',
      '/prosumers',
      {
        ...{ gridId: crashGridId, name, address: 'Lane 2', type: 'household' },
        activeFrom: clock.instantOf(100_000),
      },
      randomUUID(),
    );
    if (status !== 201) throw unexpected('prosumer', status, body);
    notebook.prosumers.set(String(body['id']), name);
    await sleep(10 * pauseMs * random());
  };
}

/** Changes the name of the grid again and again. What is not answered yet may be there or not. */
function settings({ client, notebook }: CrashLoadParts): Client {
  let number = 0;
  return async () => {
    number += 1;
    const name = `Crash ${number}`;
    const { status, body } = await client.ask('PATCH', gridPath, { name });
    if (status !== 200) throw unexpected('setting', status, body);
    notebook.gridName = name;
    await sleep(pauseMs);
  };
}

/** The timer that closes what is due, fired by hand: the host's own goes by the system's clock. */
function timer({ client }: CrashLoadParts): Client {
  return async () => {
    await client.ask('POST', '/admin/functions/closeTimeframes?wait=true', {});
    await sleep(timerEveryMs);
  };
}

/** Asks for the run of the month to become final, again and again: it does once. */
function billing({ client, notebook }: CrashLoadParts): Client {
  return async () => {
    await finalize(client, notebook);
    await sleep(billingEveryMs);
  };
}

/** Remembers hashes of trades that were shown: they must be in the chain for ever. */
function reader({ client, clock, notebook }: CrashLoadParts): Client {
  return async (random) => {
    const timeframe = clock.instantOf(Math.max(0, clock.current() - 4));
    const path = `/trades?gridId=${crashGridId}&timeframe=${timeframe}&limit=20`;
    const { body } = await client.ask('GET', path);
    const { value } = body;
    if (!Array.isArray(value)) throw unexpected('trades', 200, body);
    const shown = value.map(({ hash }) => String(hash));
    if (notebook.hashes.size < hashesMax) for (const hash of shown) notebook.hashes.add(hash);
    await sleep(5 * pauseMs * random());
  };
}

function unexpected(what: string, status: number, body: object): Error {
  return new Error(`A ${what} was answered with ${status}: ${JSON.stringify(body)}`);
}
