import { assert } from './assert.ts';
import type { Clearing, Margin } from './clearing.ts';
import type { PriceRule, Terms } from './grid.ts';
import { divHalfEven, type MsatPerKwh } from './units.ts';

/** A price with what it comes from: numerator ÷ denominator, a half going to the even neighbour. */
export type ExplainedPrice = {
  readonly rule: PriceRule['rule'] | 'uniform';
  readonly priceMsatPerKwh: MsatPerKwh;
  /** Of an auction with a volume: the limits at which it ran out. */
  readonly margin?: Margin;
  /** Absent where the price is one of the given ones as it stands. */
  readonly quotient?: Quotient;
};

type Quotient = { readonly numerator: bigint; readonly denominator: bigint };

/** Explains the price of a market that was cleared on these terms. Throws when it cannot be so. */
export function explainPrice(clearing: Clearing, { market, tariff }: Terms): ExplainedPrice {
  const { priceMsatPerKwh, margin } = clearing;
  const rule = market.mechanism === 'auction' ? 'uniform' : market.price.rule;
  const importPrice = BigInt(tariff.importPriceMsatPerKwh);
  const exportPrice = BigInt(tariff.exportPriceMsatPerKwh);
  const quotient =
    rule === 'fixed'
      ? undefined
      : rule === 'supply_demand_ratio'
        ? ratioOf(importPrice, exportPrice, clearing)
        : margin === undefined
          ? middleOf(importPrice, exportPrice)
          : middleOf(BigInt(margin.sellLimitMsatPerKwh), BigInt(margin.buyLimitMsatPerKwh));
  if (quotient !== undefined) {
    const price = divHalfEven(quotient.numerator, quotient.denominator);
    assert(
      price === BigInt(priceMsatPerKwh),
      () => `${rule} explains a price of ${price}, where ${priceMsatPerKwh} msat/kWh were cleared`,
    );
  }
  return { rule, priceMsatPerKwh, ...(margin && { margin }), ...(quotient && { quotient }) };
}

function middleOf(a: bigint, b: bigint): Quotient {
  return { numerator: a + b, denominator: 2n };
}

/** Undefined where the price is the import price, or the export price. */
function ratioOf(
  importPrice: bigint,
  exportPrice: bigint,
  { sellers, buyers }: Clearing,
): Quotient | undefined {
  const [supply, demand] = [BigInt(sellers.totalWh), BigInt(buyers.totalWh)];
  if (supply === 0n || supply >= demand || importPrice === exportPrice) return undefined;
  return {
    numerator: importPrice * exportPrice * demand,
    denominator: (importPrice - exportPrice) * supply + exportPrice * demand,
  };
}
