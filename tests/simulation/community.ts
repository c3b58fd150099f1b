import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import type { BillingSettings, Grid } from '../../shared/domain/grid.ts';
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
};

/** Account keys that grids have, may get and may share. */
export const gridWallets: readonly TestWallet[] = [0, 1, 2].map((n) => testWallet(`grid ${n}`));

const beginning = '2026-09-28T00:00:00Z' as Timeframe;
const membersAtFirst = 3;
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
      graceMinutes: chance.between(0, 90),
      activeFrom: beginning,
      paused: false,
      market: { mechanism: 'pool', price: { rule: 'mid_market' } },
      tariff: {
        importPriceMsatPerKwh: msatPerKwh(chance.between(300_000, 900_000)),
        exportPriceMsatPerKwh: msatPerKwh(chance.between(10_000, 290_000)),
        gridFeeMsatPerKwh: msatPerKwh(chance.below(20_000)),
      },
      billing: { accountKey: gridWallets[wallet]?.accountKey ?? null, ...billingOf(chance) },
    });
    if (!created.ok) throw new Error(created.refusal.detail);
    const community: Community = {
      gridId: gridId as GridId,
      timeZone,
      timeframeMinutes,
      prosumerIds: [],
      postedUntil: beginning,
    };
    for (let n = 0; n < membersAtFirst; n += 1) await joinCommunity(ports, community);
    communities.push(community);
  }
  return communities;
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
  const { gridId, prosumerIds, timeframeMinutes } = community;
  const intervals = [];
  const now = ports.clock.now();
  while (addMinutes(community.postedUntil, timeframeMinutes) <= now) {
    for (const [place, prosumerId] of prosumerIds.entries()) {
      if (chance.hits(0.05)) continue;
      // The first of a grid produces more than it consumes, most of the time.
      const producedMax = place % 3 === 0 ? 30_000 : 9_000;
      intervals.push({
        index: intervals.length,
        prosumerId,
        timeframe: community.postedUntil as Instant,
        producedWh: wattHours(chance.below(producedMax)),
        consumedWh: wattHours(chance.below(18_000)),
        quality: 'measured' as const,
        version: 1,
        source: 'meter',
      });
    }
    community.postedUntil = nextTimeframe(community.postedUntil, timeframeMinutes);
  }
  if (intervals.length > 0) await postReadings(ports, gridId, { intervals, registers: [] });
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
