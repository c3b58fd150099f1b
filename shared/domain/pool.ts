import { allotProRata } from './allotProRata.ts';
import type { Clearing } from './clearing.ts';
import type { PriceRule, Prices } from './grid.ts';
import type { MarketSide } from './marketSide.ts';
import { poolPrice } from './poolPrice.ts';

/**
 * Clears the pool of one timeframe: the scarce side trades in full, the abundant one by
 * `allotProRata`. Pure: the same sides and prices, the same answer.
 */
export function clearPool(
  sellers: MarketSide,
  buyers: MarketSide,
  rule: PriceRule,
  prices: Prices,
): Clearing {
  const tradedWh = Math.min(sellers.totalWh, buyers.totalWh);
  return {
    priceMsatPerKwh: poolPrice(rule, prices, {
      supplyWh: sellers.totalWh,
      demandWh: buyers.totalWh,
    }),
    tradedWh,
    sellers: { ...sellers, peerWh: allotProRata(sellers.energiesWh, tradedWh) },
    buyers: { ...buyers, peerWh: allotProRata(buyers.energiesWh, tradedWh) },
  };
}
