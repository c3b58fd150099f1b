import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { Grid, Market, Tariff } from '../../shared/domain/grid.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import {
  addMinutes,
  type Instant,
  nextTimeframe,
  type Timeframe,
} from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { marketBody } from '../../shared/http/marketBody.ts';
import type { PostedInterval } from '../../shared/operations/postedReadings.ts';
import { type TestWallet, testWallet } from '../bitcoin/testWallet.ts';
import type { Answer } from '../functions/api.ts';
import { check, checkSame } from './books.ts';
import type { Chance } from './chance.ts';
import type { Asked } from './clients.ts';
import type { World } from './world.ts';

/** A grid of the simulation, and what the simulation remembers of it. */
export type Community = Pick<Grid, 'timeZone' | 'timeframeMinutes'> & {
  readonly gridId: GridId;
  /** Who ever joined. */
  readonly prosumerIds: ProsumerId[];
  /** Up to here readings were posted. */
  postedUntil: Timeframe;
  /** The highest version that was sent, by prosumer and timeframe. */
  readonly sent: Map<string, PostedInterval>;
  /** The highest version that the app said it has, by the same. */
  readonly answered: Map<string, number>;
};

/** How a request gets to the app. */
export type Send = (asked: Asked) => Promise<Answer | undefined>;

/** Account keys that grids have, may get and may share. */
export const gridWallets: readonly TestWallet[] = [0, 1, 2].map((n) => testWallet(`grid ${n}`));

const beginning = '2026-09-28T00:00:00Z' as Timeframe;
const membersAtFirst = 3;
/** Longer after its end no timeframe closes. */
export const graceMinutesMax = 90;
/** What a prosumer may sell, and buy, ahead for one timeframe. */
export const aheadEnergyWhMax = 25_000;
const dayMinutes = 1_440;

const places = [
  ['hudson', 'America/New_York', 0, dayMinutes],
  ['berlin', 'Europe/Berlin', 0, dayMinutes],
  ['waikato', 'Pacific/Auckland', 1, dayMinutes / 2],
] as const;

/** One grid to three, of different zones. The first two have one account key. */
export async function openCommunities(world: World): Promise<Community[]> {
  const { chance, clients } = world;
  const communities: Community[] = [];
  const count = chance.pick([1, 2, 2, 3]);
  for (const [gridId, timeZone, wallet, timeframeMinutes] of places.slice(0, count)) {
    const created = clients.post('/grids', {
      id: gridId,
      name: gridId,
      timeZone,
      timeframeMinutes,
      graceMinutes: chance.between(0, graceMinutesMax),
      activeFrom: beginning,
      paused: false,
      missingReadings: chance.hits(0.5) ? 'estimate' : 'missing',
      correctionDays: chance.pick([3, 8, 40, 60]) ?? 60,
      personalDataDays: chance.pick([0, 5, 30]) ?? 30,
      aheadEnergyWhMax,
      market: gridId === 'hudson' ? { mechanism: 'auction' } : marketBody(marketOf(chance)),
      tariff: tariffOf(chance),
      billing: { accountKey: gridWallets[wallet]?.accountKey ?? null, ...billingOf(chance) },
    });
    const answer = await clients.ask(world.one().ports, created);
    check(answer === undefined || answer.status === 201, `${gridId} could not be created`);
    const community: Community = {
      gridId: gridId as GridId,
      timeZone,
      timeframeMinutes,
      prosumerIds: [],
      postedUntil: beginning,
      sent: new Map(),
      answered: new Map(),
    };
    for (let n = 0; n < membersAtFirst; n += 1) await joinCommunity(world, community);
    communities.push(community);
  }
  return communities;
}

/** A market of any kind. */
export function marketOf(chance: Chance): Market {
  const fixed = { rule: 'fixed', priceMsatPerKwh: msatPerKwh(295_000) } as const;
  const markets: readonly Market[] = [
    { mechanism: 'auction' },
    { mechanism: 'auction' },
    { mechanism: 'pool', price: { rule: 'mid_market' } },
    { mechanism: 'pool', price: { rule: 'supply_demand_ratio' } },
    { mechanism: 'pool', price: fixed },
  ];
  return chance.pick(markets) ?? { mechanism: 'auction' };
}

/** Prices between which every fixed one lies, now and then others by day. */
export function tariffOf(chance: Chance): Tariff {
  const prices = () => ({
    importPriceMsatPerKwh: msatPerKwh(chance.between(300_000, 900_000)),
    exportPriceMsatPerKwh: msatPerKwh(chance.between(10_000, 290_000)),
    gridFeeMsatPerKwh: msatPerKwh(chance.below(20_000)),
    ...(chance.hits(0.3) && { importGridFeeMsatPerKwh: msatPerKwh(chance.below(30_000)) }),
  });
  const byDay = { from: '06:00', to: '22:00' };
  return { ...prices(), ...(chance.hits(0.3) && { windows: [{ ...byDay, ...prices() }] }) };
}

/** Settings of billing, as an operator may choose and change them. */
export function billingOf(chance: Chance): object {
  const from = chance.between(1, 3);
  return {
    confirmations: chance.hits(0.5)
      ? [{ fromSat: '0', confirmations: from }]
      : [
          { fromSat: '0', confirmations: from },
          { fromSat: '40000', confirmations: from + chance.between(1, 3) },
        ],
    dueDays: chance.between(0, 30),
    minimumSat: chance.pick(['0', '0', '1000', '20000']) ?? '0',
    payoutFeePaidBy: chance.hits(0.5) ? 'payees' : 'operator',
    addressCooldownHours: chance.between(0, 72),
  };
}

/** Somebody new, from the next timeframe on that is not closed. */
export async function joinCommunity(
  world: World,
  community: Community,
  send: Send = (asked) => world.clients.ask(world.one().ports, asked),
): Promise<void> {
  const { gridId, prosumerIds } = community;
  const id = `${gridId}-${prosumerIds.length + 1}` as ProsumerId;
  prosumerIds.push(id);
  const about = { name: id, address: 'Main street', type: 'household' } as const;
  await send(world.clients.post('/prosumers', { id, gridId, ...about }));
}

/** Readings of all timeframes that have ended, but for those that a meter forgot. */
export async function postWhatEnded(world: World, community: Community): Promise<void> {
  const { chance } = world;
  const { prosumerIds, timeframeMinutes } = community;
  const intervals: PostedInterval[] = [];
  while (addMinutes(community.postedUntil, timeframeMinutes) <= world.now()) {
    for (const prosumerId of prosumerIds) {
      if (chance.hits(0.07)) continue;
      intervals.push(nextReading(community, prosumerId, community.postedUntil, chance));
    }
    community.postedUntil = nextTimeframe(community.postedUntil, timeframeMinutes);
  }
  await postNoted(world, community, intervals);
}

/** A reading of the next version, of any energies. */
export function nextReading(
  { prosumerIds, sent }: Community,
  prosumerId: ProsumerId,
  timeframe: Instant,
  chance: Chance,
): PostedInterval {
  // The first of a grid produces more than it consumes, most of the time.
  const producedMax = prosumerIds.indexOf(prosumerId) % 3 === 0 ? 30_000 : 9_000;
  const key = `${prosumerId} ${timeframe}`;
  const reading = {
    ...{ index: 0, prosumerId, timeframe, quality: 'measured' as const, source: 'meter' },
    version: (sent.get(key)?.version ?? 0) + 1,
    producedWh: wattHours(chance.below(producedMax)),
    consumedWh: wattHours(chance.below(18_000)),
  };
  sent.set(key, reading);
  return reading;
}

/** Posts readings, and notes which of them the app says it has. */
export async function postNoted(
  world: World,
  { gridId, answered }: Community,
  readings: readonly PostedInterval[],
  send: Send = (asked) => world.clients.ask(world.one().ports, asked),
): Promise<void> {
  if (readings.length === 0) return;
  const body = { readings: readings.map(({ index: _, ...reading }) => reading) };
  const answer = await send(world.clients.post(`/grids/${gridId}/readings`, body));
  if (answer === undefined) return;
  checkSame(answer.status, 200, `the answer to readings of ${gridId}`);
  const results: readonly { readonly index: number; readonly status: string }[] =
    answer.body.results;
  for (const { index, status } of results) {
    const reading = readings[index];
    if (status === 'rejected' || reading === undefined) continue;
    const key = `${reading.prosumerId} ${reading.timeframe}`;
    answered.set(key, Math.max(reading.version, answered.get(key) ?? 0));
  }
}

/** Every period that a grid can have had until now, and the one after. */
export function periodsUntil(now: Instant): readonly BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  const end = addMinutes(now, 31 * dayMinutes).slice(0, 7);
  for (let month = 9; ; month += 1) {
    const year = 2026 + Math.floor((month - 1) / 12);
    const period = `${year}-${String(((month - 1) % 12) + 1).padStart(2, '0')}`;
    if (period > end) return periods;
    periods.push(period as BillingPeriod);
  }
}
