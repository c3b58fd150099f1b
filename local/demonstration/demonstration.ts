import { join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  addMinutes,
  type Instant,
  instantOf,
  msOf,
  timeframeAt,
} from '../../shared/domain/timeframe.ts';
import { type ApiClient, type ApiClientOptions, createApiClient } from '../apiClient.ts';
import { type JsonObject, numberIn, objectOf, objectsIn, textIn } from '../jsonFields.ts';
import type { BilledMonth } from './billMonth.ts';
import { demonstrationBilling } from './demonstrationBilling.ts';
import type { DemonstrationClock } from './demonstrationClock.ts';
import { type DemonstrationData, loadDemonstrationData } from './demonstrationData.ts';
import {
  demonstrationGraceMinutes,
  demonstrationGridId,
  demonstrationTimeframeMinutes,
  demonstrationTimeZone,
  setUpDemonstrationGrid,
} from './demonstrationGrid.ts';
import { createDemonstrationScreen, type DemonstrationScreen } from './demonstrationScreen.ts';

export type DemonstrationOptions = {
  /** The host's address, without `/api`. */
  readonly url: string;
  readonly clock: Pick<DemonstrationClock, 'nowMs' | 'speed'>;
  /** Where the app has its data: the chain, and the wallets of who pays, are there too. */
  readonly dataDirectory: string;
  readonly write: (text: string) => void;
  /** What it is known to the app by, where that asks for tokens. */
  readonly token?: () => Promise<string>;
  /** Colour on the terminal; without it where there is one and NO_COLOR is not set. */
  readonly isColoured?: boolean;
};

/** A demonstration that has begun; to be stopped while the host still answers. */
export type Demonstration = {
  /** Bills a month and settles it in bitcoin; answers what became of it. */
  bill(): Promise<BilledMonth>;
  stop(): Promise<void>;
};

/** How often it looks for what is to be posted and what has been settled, in real milliseconds. */
const tickMs = 20;
/** Timeframes in one POST when it has fallen behind: 16 readings each, under 10 000 together. */
const timeframesPerPostMax = 600;
/** Timeframes shown one by one; when it is further behind, those before are only counted. */
const timeframesShownMax = 8;
/** Timeframes posted again at the start: a process that was killed may not have come to post them. */
const timeframesRepeated = 8;

type Running = {
  readonly client: ApiClient;
  readonly data: DemonstrationData;
  readonly clock: Pick<DemonstrationClock, 'nowMs' | 'speed'>;
  readonly screen: DemonstrationScreen;
  readonly signal: AbortSignal;
};

type Posted = { readonly timeframe: Instant; readonly postedAtMs: number };

/**
 * Lives through measured quarter-hours of 16 homes, one a second, through the HTTP API alone, and
 * writes a line for each that was settled. What it knows it asks the API: it can be stopped, or
 * killed, and started again at any time.
 */
export async function startDemonstration(options: DemonstrationOptions): Promise<Demonstration> {
  const { clock, write } = options;
  const screen = createDemonstrationScreen({
    ...options,
    gridId: demonstrationGridId,
    timeZone: demonstrationTimeZone,
    speed: clock.speed,
    graceMinutes: demonstrationGraceMinutes,
    isColoured: options.isColoured ?? isColourWelcome(),
  });
  const abort = new AbortController();
  const file = join(import.meta.dirname, '../data/hamlet16_15min.csv.gz');
  const data = await loadDemonstrationData(file, demonstrationTimeZone);
  const url = `${options.url}/api`;
  const client = createApiClient({
    url,
    ...tokenOf(options),
    signal: abort.signal,
    onRetry: (reason) => screen.note(`${reason}; trying again`),
  });
  const demonstration = { client, data, clock, screen, signal: abort.signal };
  screen.banner(clock.nowMs(), data.prosumerIds.length);
  const next = await begin(demonstration);
  const billing = demonstrationBilling({
    ...options,
    client,
    data,
    nowMs: clock.nowMs,
    signal: abort.signal,
    note: (text) => screen.note(text),
  });
  const isOver = run(demonstration, next).catch((error: unknown) => {
    if (!abort.signal.aborted) write(`The demonstration has ended: ${error}\n`);
  });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    abort.abort();
    await isOver;
    await pause({ url, ...tokenOf(options) }, screen);
    billing.close();
  }
  return {
    async bill() {
      try {
        return await billing.bill();
      } catch (error) {
        if (!abort.signal.aborted) screen.note(`Billing has stopped: ${error}`);
        throw error;
      }
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Sets the grid up, posts what is due, lets it run; answers the next timeframe to be posted. */
async function begin(demonstration: Running): Promise<Instant> {
  const { client, data, clock, screen } = demonstration;
  const now = timeframeAt(instantOf(clock.nowMs()), demonstrationTimeframeMinutes);
  const grid = await setUpDemonstrationGrid(client, data.prosumerIds, now);
  const first = textIn(grid, 'activeFrom') as Instant;
  const lastClosed = grid['lastClosedTimeframe'];
  const open = typeof lastClosed === 'string' ? after(lastClosed as Instant, 1) : first;
  if (msOf(open) > clock.nowMs() + demonstrationTimeframeMinutes * 60_000) {
    screen.note(`The grid is closed up to ${open}: it goes on when the clock is there.`);
  }
  const repeated = after(open, -timeframesRepeated);
  let next = repeated > first ? repeated : first;
  while (next < open) next = await postFrom(demonstration, next, open);
  next = await postEnded(demonstration, next);
  await client.patch(`/grids/${demonstrationGridId}`, { paused: false });
  return next;
}

/** Posts each timeframe when it has ended, and shows each when it has been settled. */
async function run(demonstration: Running, first: Instant): Promise<void> {
  const { signal } = demonstration;
  let next = first;
  let waiting: Posted[] = [];
  let unseen = 0;
  while (!signal.aborted) {
    const before = next;
    next = await postEnded(demonstration, next);
    const postedAtMs = performance.now();
    for (let at = before; at < next; at = after(at, 1)) waiting.push({ timeframe: at, postedAtMs });
    const tooMany = Math.max(waiting.length - timeframesShownMax, 0);
    waiting = waiting.slice(tooMany);
    unseen += tooMany;
    const [oldest] = waiting;
    if (oldest !== undefined && (await showIfSettled(demonstration, oldest, unseen))) {
      waiting.shift();
      unseen = 0;
    } else await sleepFor(tickMs, undefined, { signal });
  }
}

/** Posts the readings of all timeframes from `next` on that have ended; answers the one after. */
async function postEnded(demonstration: Running, next: Instant): Promise<Instant> {
  let at = next;
  while (true) {
    const now = instantOf(demonstration.clock.nowMs());
    const open = timeframeAt(now, demonstrationTimeframeMinutes);
    if (at >= open) return at;
    at = await postFrom(demonstration, at, open);
  }
}

/** Posts the readings of timeframes in [from, to), of one request at most; answers the one after. */
async function postFrom({ client, data }: Running, from: Instant, to: Instant): Promise<Instant> {
  const readings: object[] = [];
  let at = from;
  for (let count = 0; count < timeframesPerPostMax && at < to; count += 1) {
    for (const energy of data.energyAt(at)) {
      readings.push({ ...energy, timeframe: at, source: 'demonstration' });
    }
    at = after(at, 1);
  }
  await client.post(`/grids/${demonstrationGridId}/readings`, { readings });
  return at;
}

async function showIfSettled(
  { client, screen }: Running,
  { timeframe, postedAtMs }: Posted,
  unseen: number,
): Promise<boolean> {
  const found = await client.find(`/grids/${demonstrationGridId}/timeframes/${timeframe}`);
  if (found === undefined) return false;
  const closed = objectOf(found);
  if (textIn(closed, 'status') !== 'settled') return false;
  const tookMs = performance.now() - postedAtMs;
  const accounts = objectOf(await client.get(`/grids/${demonstrationGridId}/accounts?limit=100`));
  if (unseen > 0) screen.note(`… ${unseen} timeframes in between`);
  screen.settled({
    startMs: msOf(timeframe),
    producedWh: numberIn(closed, 'producedWh'),
    consumedWh: numberIn(closed, 'consumedWh'),
    tradedWh: numberIn(closed, 'tradedWh'),
    importedWh: numberIn(closed, 'importedWh'),
    exportedWh: numberIn(closed, 'exportedWh'),
    tradeCount: numberIn(closed, 'tradeCount'),
    priceMsatPerKwh: numberIn(closed, 'priceMsatPerKwh'),
    missing: numberIn(objectOf(closed['readings']), 'missing'),
    balancesUsat: sumOfBalances(objectsIn(accounts, 'value')),
    tookMs,
  });
  return true;
}

/** Σ debits = Σ credits, always: this is 0 as long as the ledger is sound. */
function sumOfBalances(accounts: readonly JsonObject[]): bigint {
  return accounts.reduce((sum, account) => sum + BigInt(textIn(account, 'balanceUsat')), 0n);
}

/** Lets nothing close until the next start has posted what is due: the clock runs on as it starts. */
async function pause(api: ApiClientOptions, screen: DemonstrationScreen): Promise<void> {
  // One try: where the app is already going down, what is missing is posted late.
  const client = createApiClient({ ...api, signal: AbortSignal.timeout(pauseMsMax) });
  try {
    await client.patch(`/grids/${demonstrationGridId}`, { paused: true });
  } catch (error) {
    screen.note(`The grid was not paused: ${error instanceof Error ? error.message : error}`);
  }
}

function tokenOf({ token }: DemonstrationOptions): Pick<ApiClientOptions, 'token'> {
  return token === undefined ? {} : { token };
}

const pauseMsMax = 2_000;

function after(timeframe: Instant, count: number): Instant {
  return addMinutes(timeframe, count * demonstrationTimeframeMinutes);
}

/** https://no-color.org: set and not empty means no colour. */
function isColourWelcome(): boolean {
  return process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}
