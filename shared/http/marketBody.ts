import type { Market, PriceRule } from '../domain/grid.ts';
import type { MarketInput } from '../schemas/market.ts';

/** A market as the API shows it. */
export function marketBody(market: Market): MarketInput {
  if (market.mechanism === 'auction') return market;
  const { mechanism, price } = market;
  return price.rule === 'fixed'
    ? { mechanism, priceRule: 'fixed', fixedPriceMsatPerKwh: price.priceMsatPerKwh }
    : { mechanism, priceRule: price.rule };
}

/** The market of a request as the domain has it. */
export function marketOf(input: MarketInput): Market {
  if (input.mechanism === 'auction') return input;
  return { mechanism: 'pool', price: priceRuleOf(input) };
}

function priceRuleOf(input: Extract<MarketInput, { readonly mechanism: 'pool' }>): PriceRule {
  return input.priceRule === 'fixed'
    ? { rule: 'fixed', priceMsatPerKwh: input.fixedPriceMsatPerKwh }
    : { rule: input.priceRule ?? 'mid_market' };
}
