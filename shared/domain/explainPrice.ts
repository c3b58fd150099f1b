import { assert } from './assert.ts';
import type { Clearing, Margin } from './clearing.ts';
import type { PriceRule, Terms } from './grid.ts';
import { middleQuotient, type Quotient, ratioQuotient } from './poolPrice.ts';
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

/** Explains the price of a market that was cleared on these terms. Throws when it cannot be so. */
export function explainPrice(clearing: Clearing, terms: Terms): ExplainedPrice {
  const { priceMsatPerKwh, margin } = clearing;
  const { market } = terms;
  const rule = market.mechanism === 'auction' ? 'uniform' : market.price.rule;
  const quotient = quotientOf(rule, clearing, terms);
  if (quotient !== undefined) {
    const price = divHalfEven(quotient.numerator, quotient.denominator);
    assert(
      price === BigInt(priceMsatPerKwh),
      () => `${rule} explains a price of ${price}, where ${priceMsatPerKwh} msat/kWh were cleared`,
    );
  }
  return { rule, priceMsatPerKwh, ...(margin && { margin }), ...(quotient && { quotient }) };
}

function quotientOf(
  rule: ExplainedPrice['rule'],
  { sellers, buyers, margin }: Clearing,
  { tariff }: Terms,
): Quotient | undefined {
  if (rule === 'fixed') return undefined;
  if (rule === 'supply_demand_ratio') {
    return ratioQuotient(tariff, { supplyWh: sellers.totalWh, demandWh: buyers.totalWh });
  }
  return margin === undefined
    ? middleQuotient(tariff.importPriceMsatPerKwh, tariff.exportPriceMsatPerKwh)
    : middleQuotient(margin.sellLimitMsatPerKwh, margin.buyLimitMsatPerKwh);
}
