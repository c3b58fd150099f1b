import { allotProRata } from './allotProRata.ts';
import type { ClearedSide, Clearing, Margin } from './clearing.ts';
import type { AuctionMarket, Prices } from './grid.ts';
import type { MarketSide } from './marketSide.ts';
import type { Order, Side } from './order.ts';
import { middleOf } from './poolPrice.ts';
import { type Tranche, tranchesOf } from './tranches.ts';

/**
 * Clears the auction of one timeframe at one price. The volume is the largest at which supply meets
 * demand: the maximum over p of min(S(p), D(p)). The price is halfway between the highest limit that
 * is needed to sell it and the lowest to buy it; where nothing is traded, the mid-market rate. The
 * better limit goes first; at the marginal one of a side the rest of the volume is shared by
 * `allotProRata`, per account. Orders come in any order. n log n.
 */
export function clearAuction(
  sellers: MarketSide,
  buyers: MarketSide,
  orders: readonly Order[],
  market: AuctionMarket,
  prices: Prices,
): Clearing {
  const offers = tranchesOf(sellers, 'sell', orders, market, prices);
  const bids = tranchesOf(buyers, 'buy', orders, market, prices);
  const { tradedWh, margin } = cross(curveOf(offers, 'sell'), curveOf(bids, 'buy'));
  if (margin === undefined) {
    return {
      priceMsatPerKwh: middleOf(prices.importPriceMsatPerKwh, prices.exportPriceMsatPerKwh),
      tradedWh,
      sellers: { ...sellers, peerWh: sellers.ids.map(() => 0) },
      buyers: { ...buyers, peerWh: buyers.ids.map(() => 0) },
    };
  }
  return {
    priceMsatPerKwh: middleOf(margin.sellLimitMsatPerKwh, margin.buyLimitMsatPerKwh),
    tradedWh,
    margin,
    sellers: allotSide(sellers, offers, 'sell', margin.sellLimitMsatPerKwh, tradedWh),
    buyers: allotSide(buyers, bids, 'buy', margin.buyLimitMsatPerKwh, tradedWh),
  };
}

/** Is the limit better for the other side than that one, so that it goes first? */
export function isBetterLimit(limit: number, than: number, side: Side): boolean {
  return side === 'sell' ? limit < than : limit > than;
}

/** Energy per limit, the best limit first. */
type Curve = readonly (readonly [limitMsatPerKwh: number, energyWh: number])[];

function curveOf(tranches: readonly Tranche[], side: Side): Curve {
  const energies = new Map<number, number>();
  for (const { limitMsatPerKwh, energyWh } of tranches) {
    energies.set(limitMsatPerKwh, (energies.get(limitMsatPerKwh) ?? 0) + energyWh);
  }
  const sign = side === 'sell' ? 1 : -1;
  return [...energies].sort(([a], [b]) => sign * (a - b));
}

/** Takes the best limits of both sides for as long as the seller's is not above the buyer's. */
function cross(supply: Curve, demand: Curve): { tradedWh: number; margin?: Margin } {
  let tradedWh = 0;
  let margin: Margin | undefined;
  let [at, to] = [0, 0];
  let [suppliedWh, demandedWh] = [0, 0];
  while (at < supply.length && to < demand.length) {
    const [sellLimitMsatPerKwh = 0, offeredWh = 0] = supply[at] ?? [];
    const [buyLimitMsatPerKwh = 0, wantedWh = 0] = demand[to] ?? [];
    if (sellLimitMsatPerKwh > buyLimitMsatPerKwh) break;
    margin = { sellLimitMsatPerKwh, buyLimitMsatPerKwh };
    tradedWh = Math.min(suppliedWh + offeredWh, demandedWh + wantedWh);
    if (suppliedWh + offeredWh === tradedWh) {
      suppliedWh += offeredWh;
      at += 1;
    }
    if (demandedWh + wantedWh === tradedWh) {
      demandedWh += wantedWh;
      to += 1;
    }
  }
  return margin === undefined ? { tradedWh } : { tradedWh, margin };
}

/** What each account of a side trades: all within the marginal limit, at it a share of the rest. */
function allotSide(
  side: MarketSide,
  tranches: readonly Tranche[],
  kind: Side,
  marginalLimit: number,
  tradedWh: number,
): ClearedSide {
  const peerWh = side.ids.map(() => 0);
  const marginalWh = side.ids.map(() => 0);
  let leftWh = tradedWh;
  for (const { index, limitMsatPerKwh, energyWh } of tranches) {
    if (isBetterLimit(limitMsatPerKwh, marginalLimit, kind)) {
      peerWh[index] = (peerWh[index] ?? 0) + energyWh;
      leftWh -= energyWh;
    } else if (limitMsatPerKwh === marginalLimit) {
      marginalWh[index] = (marginalWh[index] ?? 0) + energyWh;
    }
  }
  for (const [index, energyWh] of allotProRata(marginalWh, leftWh).entries()) {
    peerWh[index] = (peerWh[index] ?? 0) + energyWh;
  }
  return { ...side, peerWh };
}
