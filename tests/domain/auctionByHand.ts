import fc from 'fast-check';
import type { Terms } from '../../shared/domain/grid.ts';
import type { AccountId } from '../../shared/domain/ids.ts';
import type { Position } from '../../shared/domain/netto.ts';
import type { Order, Side } from '../../shared/domain/order.ts';
import { anyAuctionTerms, anyOrders, anyPositions } from './marketGiven.ts';

/** An auction in which every Wh has its own limit and is looked at by itself. */
export type ByHand = {
  readonly priceMsatPerKwh: number;
  readonly tradedWh: number;
  readonly peerWh: Readonly<Record<string, number>>;
};

/** Auctions small enough to be cleared Wh by Wh. */
export const anySmallAuction = fc
  .tuple(anyPositions, anyOrders, anyAuctionTerms)
  .map(([positions, orders, terms]) => ({
    positions: positions.map((one) => ({ ...one, positionWh: small(one.positionWh) })),
    orders: orders.map((one) =>
      one.energyWh === undefined ? one : { ...one, energyWh: small(one.energyWh) },
    ),
    terms,
  }));

export function clearByHand(
  positions: readonly Position[],
  orders: readonly Order[],
  terms: Terms,
): ByHand {
  const offers = everyWh(positions, 'sell', orders, terms).sort((a, b) => a.limit - b.limit);
  const bids = everyWh(positions, 'buy', orders, terms).sort((a, b) => b.limit - a.limit);
  let tradedWh = 0;
  while ((offers[tradedWh]?.limit ?? Infinity) <= (bids[tradedWh]?.limit ?? -Infinity)) {
    tradedWh += 1;
  }
  const [sold, bought] = [offers, bids].map((side) => shareByHand(side, tradedWh));
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh } = terms.tariff;
  const a = offers[tradedWh - 1]?.limit ?? importPriceMsatPerKwh;
  const b = bids[tradedWh - 1]?.limit ?? exportPriceMsatPerKwh;
  return { priceMsatPerKwh: halfEven(a + b), tradedWh, peerWh: { ...sold, ...bought } };
}

/** The limit of each Wh of an account on its side, the best first. */
export function limitsPerWh(
  accountId: AccountId,
  energyWh: number,
  side: Side,
  orders: readonly Order[],
  { market, tariff }: Terms,
): readonly number[] {
  const own = orders.filter((one) => one.prosumerId === accountId && one.side === side);
  const isReplaced = own.some((one) => one.timeframe !== undefined);
  const left = own
    .filter((one) => one.timeframe !== undefined || !isReplaced)
    .map((one) => ({ limit: one.limitPriceMsatPerKwh, leftWh: one.energyWh ?? energyWh }))
    .sort((a, b) => (side === 'sell' ? a.limit - b.limit : b.limit - a.limit));
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = tariff;
  const importCost = importPriceMsatPerKwh + (tariff.importGridFeeMsatPerKwh ?? 0);
  const bidMax = importCost - gridFeeMsatPerKwh;
  const auction = market.mechanism === 'auction' ? market : undefined;
  const limits = Array.from({ length: energyWh }, () => {
    const best = left.find(({ leftWh }) => leftWh > 0);
    if (best !== undefined) best.leftWh -= 1;
    return side === 'sell'
      ? Math.max(exportPriceMsatPerKwh, best?.limit ?? auction?.sellLimitMsatPerKwh ?? 0)
      : Math.min(bidMax, best?.limit ?? auction?.buyLimitMsatPerKwh ?? bidMax);
  });
  return limits.sort((a, b) => (side === 'sell' ? a - b : b - a));
}

type OneWh = { readonly accountId: AccountId; readonly limit: number };

function everyWh(
  positions: readonly Position[],
  side: Side,
  orders: readonly Order[],
  terms: Terms,
): OneWh[] {
  return positions.flatMap(({ accountId, positionWh }) => {
    const energyWh = Math.max(0, side === 'sell' ? positionWh : -positionWh);
    const limits = limitsPerWh(accountId, energyWh, side, orders, terms);
    return limits.map((limit) => ({ accountId, limit }));
  });
}

/** All that is before the limit of the last Wh, and of what is at it each account its share. */
function shareByHand(side: readonly OneWh[], tradedWh: number): Record<string, number> {
  const last = side[tradedWh - 1]?.limit;
  const inside = side.findIndex(({ limit }) => limit === last);
  const shares: Record<string, number> = {};
  const asked: Record<string, number> = {};
  for (const [index, { accountId, limit }] of side.entries()) {
    shares[accountId] ??= 0;
    if (last !== undefined && index < inside) shares[accountId] += 1;
    if (limit === last) asked[accountId] = (asked[accountId] ?? 0) + 1;
  }
  const all = Object.values(asked).reduce((sum, wh) => sum + wh, 0);
  const leftWh = tradedWh - Math.max(0, inside);
  let oddWh = leftWh;
  // The numbers are so small that the quotas are exact but for their last digits.
  const rows = Object.entries(asked).map(([id, wh]) => {
    const quota = Math.floor((wh * leftWh) / all);
    shares[id] = (shares[id] ?? 0) + quota;
    oddWh -= quota;
    return { id, remainder: (wh * leftWh) % all };
  });
  rows.sort((a, b) => b.remainder - a.remainder || (a.id < b.id ? -1 : 1));
  for (const { id } of rows.slice(0, oddWh)) shares[id] = (shares[id] ?? 0) + 1;
  return shares;
}

function halfEven(twice: number): number {
  const half = Math.floor(twice / 2);
  return twice % 2 === 0 || half % 2 === 0 ? half : half + 1;
}

function small<Wh extends number>(energyWh: Wh): Wh {
  return (energyWh === 0 ? 0 : energyWh % 12 || 12) as Wh;
}
