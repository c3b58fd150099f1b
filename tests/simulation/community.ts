import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { BillingSettings, Grid, Market, Tariff } from '../../shared/domain/grid.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import {
  addMinutes,
  type Instant,
  nextTimeframe,
  type Timeframe,
} from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { createGrid } from '../../shared/operations/createGrid.ts';
import { createProsumer } from '../../shared/operations/createProsumer.ts';
import type { PostedInterval } from '../../shared/operations/postedReadings.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type TestWallet, testWallet } from '../bitcoin/testWallet.ts';
import type { Chance } from './chance.ts';

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

/** Account keys that grids have, may get and may share. */
export const gridWallets: readonly TestWallet[] = [0, 1, 2].map((n) => testWallet(`grid ${n}`));

const beginning = '2026-09-28T00:00:00Z' as Timeframe;
const membersAtFirst = 3;
/** Longer after its end no timeframe closes. */
export const graceMinutesMax = 90;
/** What a prosumer may sell, and buy, ahead for one timeframe. */
export const aheadEnergyWhMax = 25_000;
const dayMinutes = 1_440;

/** Three grids of different zones. The first two have one account key. */
export async function openCommunities(ports: Ports, chance: Chance): Promise<Community[]> {
  const communities: Community[] = [];
  for (const [gridId, timeZone, wallet, timeframeMinutes] of [
    ['berlin', 'Europe/Berlin', 0, dayMinutes],
    ['hudson', 'America/New_York', 0, dayMinutes],
    ['waikato', 'Pacific/Auckland', 1, dayMinutes / 2],
  ] as const) {
    const created = await createGrid(ports, {
      id: gridId as GridId,
      name: gridId,
      timeZone,
      timeframeMinutes,
      graceMinutes: chance.between(0, graceMinutesMax),
      activeFrom: beginning,
      paused: false,
      missingReadings: chance.hits(0.5) ? 'estimate' : 'missing',
      correctionDays: chance.pick([8, 40, 60]) ?? 60,
      aheadEnergyWhMax,
      market: gridId === 'hudson' ? { mechanism: 'auction' } : marketOf(chance),
      tariff: tariffOf(chance),
      billing: { accountKey: gridWallets[wallet]?.accountKey ?? null, ...billingOf(chance) },
    });
    if (!created.ok) throw new Error(created.refusal.detail);
    const community: Community = {
      gridId: gridId as GridId,
      timeZone,
      timeframeMinutes,
      prosumerIds: [],
      postedUntil: beginning,
      sent: new Map(),
      answered: new Map(),
    };
    for (let n = 0; n < membersAtFirst; n += 1) await joinCommunity(ports, community);
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
export function billingOf(chance: Chance): Omit<BillingSettings, 'accountKey'> {
  const from = chance.between(1, 3);
  return {
    confirmations: chance.hits(0.5)
      ? [{ fromSat: 0, confirmations: from }]
      : [
          { fromSat: 0, confirmations: from },
          { fromSat: 40_000, confirmations: from + chance.between(1, 3) },
        ],
    dueDays: chance.between(0, 30),
    minimumSat: chance.pick([0, 0, 1_000, 20_000]) ?? 0,
    payoutFeePaidBy: chance.hits(0.5) ? 'payees' : 'operator',
    addressCooldownHours: chance.between(0, 72),
  };
}

/** Somebody new, from the next timeframe on that is not closed. */
export async function joinCommunity(ports: Ports, community: Community): Promise<void> {
  const { gridId, prosumerIds } = community;
  const id = `${gridId}-${prosumerIds.length + 1}` as ProsumerId;
  prosumerIds.push(id);
  const about = { name: id, address: 'Main street', type: 'household' } as const;
  await createProsumer(ports, { id, gridId, ...about });
}

/** Readings of all timeframes that have ended, but for those that a meter forgot. */
export async function postWhatEnded(
  ports: Ports,
  community: Community,
  chance: Chance,
): Promise<void> {
  const { prosumerIds, timeframeMinutes } = community;
  const intervals: PostedInterval[] = [];
  const now = ports.clock.now();
  while (addMinutes(community.postedUntil, timeframeMinutes) <= now) {
    for (const prosumerId of prosumerIds) {
      if (chance.hits(0.07)) continue;
      intervals.push(nextReading(community, prosumerId, community.postedUntil, chance));
    }
    community.postedUntil = nextTimeframe(community.postedUntil, timeframeMinutes);
  }
  await postNoted(ports, community, intervals);
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
  ports: Ports,
  { gridId, answered }: Community,
  readings: readonly PostedInterval[],
): Promise<void> {
  if (readings.length === 0) return;
  const intervals = readings.map((reading, index) => ({ ...reading, index }));
  const posted = await postReadings(ports, gridId, { intervals, registers: [] });
  if (!posted.ok) throw new Error(posted.refusal.detail);
  for (const { index, status } of posted.value) {
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
