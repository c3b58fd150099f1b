import { divideProduct, sumOf } from './allotProRata.ts';
import { assert } from './assert.ts';
import { isBetterLimit } from './auction.ts';
import type { ClearedSide, Clearing } from './clearing.ts';
import type { Terms } from './grid.ts';
import type { AccountId } from './ids.ts';
import type { Order, Side } from './order.ts';
import { type Tranche, tranchesOf } from './tranches.ts';

/** What an account trades in a market. energyWh = tradedWh + what it trades with the power plant. */
export type ExplainedShare = {
  readonly side: Side;
  readonly energyWh: number;
  /** Of an auction: Σ tranches = energyWh. */
  readonly tranches?: readonly Omit<Tranche, 'index'>[];
  /** Traded without sharing. */
  readonly inFullWh: number;
  /** Where the volume ran out: its share of what was left of that. */
  readonly quota?: ExplainedQuota;
  /** inFullWh + floorWh + oddWh */
  readonly tradedWh: number;
};

/** A share by largest remainder: energyWh · volumeWh = floorWh · totalWh + remainder. */
export type ExplainedQuota = {
  readonly energyWh: number;
  readonly volumeWh: number;
  readonly totalWh: number;
  readonly floorWh: number;
  readonly remainder: number;
  /** volumeWh − Σ floors: as many get one Wh more. */
  readonly leftOverWh: number;
  /** From 1: by remainder descending, then by id. */
  readonly rank: number;
  readonly oddWh: 0 | 1;
};

/**
 * Explains what an account trades in a market that was cleared with these orders and terms; undefined
 * for one whose position is 0. Throws when it is not what was cleared. Linear in the accounts, but
 * for the sorting of orders.
 */
export function explainShare(
  accountId: AccountId,
  clearing: Clearing,
  orders: readonly Order[],
  terms: Terms,
): ExplainedShare | undefined {
  const side = clearing.sellers.ids.includes(accountId) ? 'sell' : 'buy';
  const cleared = side === 'sell' ? clearing.sellers : clearing.buyers;
  const index = cleared.ids.indexOf(accountId);
  if (index < 0) return undefined;
  const share =
    terms.market.mechanism === 'pool'
      ? shareOf(index, cleared.energiesWh, clearing.tradedWh)
      : auctionShare(index, cleared, side, clearing, orders, terms);
  const { inFullWh, quota } = share;
  const tradedWh = inFullWh + (quota === undefined ? 0 : quota.floorWh + quota.oddWh);
  const clearedWh = cleared.peerWh[index] ?? 0;
  assert(
    tradedWh === clearedWh,
    () => `${accountId} is explained to trade ${tradedWh} Wh, where ${clearedWh} Wh were cleared`,
  );
  return { side, energyWh: cleared.energiesWh[index] ?? 0, ...share, tradedWh };
}

type Parts = Pick<ExplainedShare, 'tranches' | 'inFullWh' | 'quota'>;

/** What is better than the margin is traded in full; at it the rest of the volume is shared. */
function auctionShare(
  index: number,
  cleared: ClearedSide,
  side: Side,
  { margin, tradedWh }: Clearing,
  orders: readonly Order[],
  { market, tariff }: Terms,
): Parts {
  assert(market.mechanism === 'auction', 'an auction is explained on the terms of an auction');
  const all = tranchesOf(cleared, side, orders, market, tariff);
  const tranches = all
    .filter((tranche) => tranche.index === index)
    .map(({ index: _, ...tranche }) => tranche);
  if (margin === undefined) return { tranches, inFullWh: 0 };
  const limit = side === 'sell' ? margin.sellLimitMsatPerKwh : margin.buyLimitMsatPerKwh;
  const marginalWh = cleared.ids.map(() => 0);
  let volumeWh = tradedWh;
  let betterWh = 0;
  for (const tranche of all) {
    const { energyWh, limitMsatPerKwh } = tranche;
    if (isBetterLimit(limitMsatPerKwh, limit, side)) {
      volumeWh -= energyWh;
      if (tranche.index === index) betterWh += energyWh;
    } else if (limitMsatPerKwh === limit) {
      marginalWh[tranche.index] = (marginalWh[tranche.index] ?? 0) + energyWh;
    }
  }
  const { inFullWh, quota } = shareOf(index, marginalWh, volumeWh);
  return { tranches, inFullWh: betterWh + inFullWh, ...(quota && { quota }) };
}

/** One of the shares that `allotProRata` makes: in full where all are, else with its quota. */
function shareOf(
  index: number,
  energiesWh: readonly number[],
  volumeWh: number,
): Pick<ExplainedShare, 'inFullWh' | 'quota'> {
  const energyWh = energiesWh[index] ?? 0;
  const totalWh = sumOf(energiesWh);
  if (energyWh === 0 || totalWh === volumeWh) return { inFullWh: energyWh };
  const own = divideProduct(energyWh, volumeWh, totalWh);
  let leftOverWh = volumeWh;
  let rank = 1;
  for (const [at, each] of energiesWh.entries()) {
    const { quotient, remainder } = divideProduct(each, volumeWh, totalWh);
    leftOverWh -= quotient;
    if (remainder > own.remainder || (remainder === own.remainder && at < index)) rank += 1;
  }
  const { quotient: floorWh, remainder } = own;
  const oddWh = rank <= leftOverWh ? 1 : 0;
  const quota = {
    energyWh,
    volumeWh,
    totalWh,
    floorWh,
    remainder,
    leftOverWh,
    rank,
    oddWh,
  } as const;
  return { inFullWh: 0, quota };
}
