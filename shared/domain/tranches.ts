import type { AuctionMarket, Prices } from './grid.ts';
import { type AccountId, compareIds, type OrderId } from './ids.ts';
import { importFeeOf } from './importFee.ts';
import type { MarketSide } from './marketSide.ts';
import type { Order, Side } from './order.ts';

/** Energy of an account that takes part in an auction at one limit. */
export type Tranche = {
  /** Of its account among those of its side. */
  readonly index: number;
  /** The order that it is of; absent: what no order covers. */
  readonly orderId?: OrderId;
  /** As it counts: nobody sells below what the power plant pays, or buys above what it takes. */
  readonly limitMsatPerKwh: number;
  /** Above 0. */
  readonly energyWh: number;
};

/**
 * What a side of an auction takes part with: of each account, in order of the side, its orders, the
 * most eager first and of equal ones the smaller id, for no more in sum than its energy; then what is
 * left of that, at the grid's default limit. Orders for the timeframe replace standing ones of the
 * same prosumer and side. Σ tranches of an account = its energy.
 */
export function tranchesOf(
  { ids, energiesWh }: MarketSide,
  side: Side,
  orders: readonly Order[],
  market: AuctionMarket,
  prices: Prices,
): readonly Tranche[] {
  const counting = countingOrders(orders, side);
  const clamp = clampOf(side, prices);
  const defaultLimit = side === 'sell' ? market.sellLimitMsatPerKwh : market.buyLimitMsatPerKwh;
  const limitMsatPerKwh = clamp(defaultLimit);
  const tranches: Tranche[] = [];
  for (const [index, accountId] of ids.entries()) {
    let leftWh = energiesWh[index] ?? 0;
    for (const order of counting.get(accountId) ?? []) {
      if (leftWh === 0) break;
      const energyWh = Math.min(order.energyWh ?? leftWh, leftWh);
      leftWh -= energyWh;
      const limit = clamp(order.limitPriceMsatPerKwh);
      tranches.push({ index, orderId: order.id, limitMsatPerKwh: limit, energyWh });
    }
    if (leftWh > 0) tranches.push({ index, limitMsatPerKwh, energyWh: leftWh });
  }
  return tranches;
}

/** How a limit of that side counts; absent: as the power plant's price. */
function clampOf(side: Side, prices: Prices): (limit: number | undefined) => number {
  const { exportPriceMsatPerKwh, importPriceMsatPerKwh, gridFeeMsatPerKwh } = prices;
  if (side === 'sell') return (limit) => Math.max(limit ?? 0, exportPriceMsatPerKwh);
  // Below 0 where the grid's fee alone is more than an import: then nothing is bought in the auction.
  const most = importPriceMsatPerKwh + importFeeOf(prices) - gridFeeMsatPerKwh;
  return (limit) => Math.min(limit ?? most, most);
}

/** The orders of a side that count, of each prosumer the most eager first. */
function countingOrders(
  orders: readonly Order[],
  side: Side,
): ReadonlyMap<AccountId, readonly Order[]> {
  const byProsumer = Map.groupBy(
    orders.filter((order) => order.side === side),
    ({ prosumerId }): AccountId => prosumerId,
  );
  const sign = side === 'sell' ? 1 : -1;
  for (const [prosumerId, own] of byProsumer) {
    const forTimeframe = own.filter(({ timeframe }) => timeframe !== undefined);
    const counting = forTimeframe.length > 0 ? forTimeframe : own;
    counting.sort(
      (a, b) => sign * (a.limitPriceMsatPerKwh - b.limitPriceMsatPerKwh) || compareIds(a.id, b.id),
    );
    byProsumer.set(prosumerId, counting);
  }
  return byProsumer;
}
