import type { Terms } from './grid.ts';

/** Whether the price among accounts may be another one in each timeframe, as the terms have it. */
export function priceVaries({ market }: Pick<Terms, 'market'>): boolean {
  return market.mechanism === 'auction' || market.price.rule === 'supply_demand_ratio';
}
