import { assert } from './assert.ts';
import type { PriceRule, Prices } from './grid.ts';
import { divHalfEven, type MsatPerKwh, msatPerKwh } from './units.ts';

/** What the accounts of a timeframe have to spare in sum, and what they lack. */
export type SupplyAndDemand = { readonly supplyWh: number; readonly demandWh: number };

type PlantPrices = Pick<Prices, 'importPriceMsatPerKwh' | 'exportPriceMsatPerKwh'>;

/**
 * What accounts pay each other in the pool: the mid-market rate, the grid's fixed price, or one that
 * follows supply and demand. Rounded once, halves to the even neighbour. Between export and import
 * price wherever a fixed price is.
 */
export function poolPrice(
  price: PriceRule,
  prices: PlantPrices,
  totals: SupplyAndDemand,
): MsatPerKwh {
  if (price.rule === 'fixed') return price.priceMsatPerKwh;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh } = prices;
  if (price.rule === 'mid_market') return middleOf(importPriceMsatPerKwh, exportPriceMsatPerKwh);
  const quotient = ratioQuotient(prices, totals);
  if (quotient !== undefined) return priceOf(quotient);
  return totals.supplyWh === 0 ? importPriceMsatPerKwh : exportPriceMsatPerKwh;
}

/** A price before it is rounded: numerator ÷ denominator. */
export type Quotient = { readonly numerator: bigint; readonly denominator: bigint };

/** Halfway between two prices, halves to the even neighbour. */
export function middleOf(a: number, b: number): MsatPerKwh {
  return priceOf(middleQuotient(a, b));
}

export function middleQuotient(a: number, b: number): Quotient {
  return { numerator: BigInt(a) + BigInt(b), denominator: 2n };
}

/**
 * p = import·export·D / ((import − export)·S + export·D) for 0 < S < D: import at S = 0, export at
 * S = D, falling between. Undefined where the price is one of the two as it stands. N. Liu et al.,
 * "Energy-Sharing Model With Price-Based Demand Response for Microgrids of Peer-to-Peer Prosumers",
 * IEEE Transactions on Power Systems 32(5), 2017.
 */
export function ratioQuotient(
  { importPriceMsatPerKwh, exportPriceMsatPerKwh }: PlantPrices,
  { supplyWh, demandWh }: SupplyAndDemand,
): Quotient | undefined {
  // Both prices are 0 where they are equal to it, and then the divisor would be 0 as well.
  const isOneOfTwo = importPriceMsatPerKwh === exportPriceMsatPerKwh;
  if (isOneOfTwo || supplyWh === 0 || supplyWh >= demandWh) return undefined;
  const [importPrice, exportPrice] = [BigInt(importPriceMsatPerKwh), BigInt(exportPriceMsatPerKwh)];
  assert(
    exportPrice <= importPrice,
    () => `export at ${exportPrice} costs more than import at ${importPrice} msat/kWh`,
  );
  const [supply, demand] = [BigInt(supplyWh), BigInt(demandWh)];
  return {
    numerator: importPrice * exportPrice * demand,
    denominator: (importPrice - exportPrice) * supply + exportPrice * demand,
  };
}

function priceOf({ numerator, denominator }: Quotient): MsatPerKwh {
  return msatPerKwh(Number(divHalfEven(numerator, denominator)));
}
