import { clearAuction } from './auction.ts';
import type { Clearing } from './clearing.ts';
import type { Terms } from './grid.ts';
import { sideOf } from './marketSide.ts';
import type { Position } from './netto.ts';
import type { Order } from './order.ts';
import { clearPool } from './pool.ts';

/**
 * Clears the market of one timeframe by the mechanism of its terms, which have no windows left.
 * Positions come by id ascending, `mini-grid` among them; orders in any order, and the pool asks
 * for none. Pure: the same positions, orders and terms, the same answer.
 */
export function clearMarket(
  positions: readonly Position[],
  orders: readonly Order[],
  { market, tariff }: Terms,
): Clearing {
  const sellers = sideOf(positions, 'sell');
  const buyers = sideOf(positions, 'buy');
  return market.mechanism === 'pool'
    ? clearPool(sellers, buyers, market.price, tariff)
    : clearAuction(sellers, buyers, orders, market, tariff);
}
