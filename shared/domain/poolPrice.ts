import { assert } from './assert.ts';
import type { PriceRule, Prices } from './grid.ts';
import { divHalfEven, type MsatPerKwh, msatPerKwh } from './units.ts';

/** What the accounts of a timeframe have to spare in sum, and what they lack. */
export type SupplyAndDemand = { readonly supplyWh: number; readonly demandWh: number };

/**
 * What accounts pay each other in the pool: the mid-market rate, the grid's fixed price, or one that
 * follows supply and demand. Rounded once, halves to the even neighbour. Between export and import
 * price wherever a fixed price is.
 */
export function poolPrice(
  price: PriceRule,
  prices: Pick<Prices, 'importPriceMsatPerKwh' | 'exportPriceMsatPerKwh'>,
  totals: SupplyAndDemand,
): MsatPerKwh {
  if (price.rule === 'fixed') return price.priceMsatPerKwh;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh } = prices;
  if (price.rule === 'mid_market') return middleOf(importPriceMsatPerKwh, exportPriceMsatPerKwh);
  if (totals.supplyWh === 0) return importPriceMsatPerKwh;
  if (totals.supplyWh >= totals.demandWh) return exportPriceMsatPerKwh;
  return ratioPrice(BigInt(importPriceMsatPerKwh), BigInt(exportPriceMsatPerKwh), totals);
}

/** Halfway between two prices, halves to the even neighbour. */
export function middleOf(a: number, b: number): MsatPerKwh {
  return msatPerKwh(Number(divHalfEven(BigInt(a) + BigInt(b), 2n)));
}

/**
 * p = import·export·D / ((import − export)·S + export·D) for 0 < S < D: import at S = 0, export at
 * S = D, falling between. N. Liu et al., "Energy-Sharing Model With Price-Based Demand Response for
 * Microgrids of Peer-to-Peer Prosumers", IEEE Transactions on Power Systems 32(5), 2017.
 */
function ratioPrice(
  importPrice: bigint,
  exportPrice: bigint,
  { supplyWh, demandWh }: SupplyAndDemand,
): MsatPerKwh {
  assert(
    exportPrice <= importPrice,
    () => `export at ${exportPrice} costs more than import at ${importPrice} msat/kWh`,
  );
  // Both prices are 0 where they are equal to it, and then the divisor would be 0 as well.
  if (importPrice === exportPrice) return msatPerKwh(Number(importPrice));
  const supply = BigInt(supplyWh);
  const demand = BigInt(demandWh);
  const divisor = (importPrice - exportPrice) * supply + exportPrice * demand;
  return msatPerKwh(Number(divHalfEven(importPrice * exportPrice * demand, divisor)));
}
