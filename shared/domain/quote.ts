import type { Terms } from './grid.ts';
import { divHalfEven, type MsatPerKwh, msatPerKwh } from './units.ts';

/**
 * The price at which `mini-grid` buys and sells ahead: the grid's fixed price where its rule is
 * fixed, else the mid-market rate, (import + export) / 2 with halves to the even neighbour. So too
 * where the price is only known when the timeframe closes: by supply and demand, or by auction.
 * `mini-grid` then takes part with what it is left with, and bears the difference between the two
 * prices; the limits on what is traded ahead bound it. Pure. The terms are those of the timeframe.
 */
export function quotedPrice({ market, tariff }: Terms): MsatPerKwh {
  if (market.mechanism === 'pool' && market.price.rule === 'fixed') {
    return market.price.priceMsatPerKwh;
  }
  const sum = BigInt(tariff.importPriceMsatPerKwh) + BigInt(tariff.exportPriceMsatPerKwh);
  return msatPerKwh(Number(divHalfEven(sum, 2n)));
}
