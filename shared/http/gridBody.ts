import type { Static } from 'typebox';
import type { Grid, GridTotals, Market } from '../domain/grid.ts';
import type { Member } from '../domain/prosumer.ts';
import type { GridProsumer, Grid as GridSchema, MarketInput } from '../schemas/grid.ts';
import type { DeepReadonly } from '../schemas/input.ts';

/** A grid as the API shows it: the terms that hold from the latest version on, and its totals. */
export function gridBody({
  grid,
  totals,
}: {
  readonly grid: Grid;
  readonly totals: GridTotals;
}): DeepReadonly<Static<typeof GridSchema>> {
  const { terms, ...settings } = grid;
  const { market, tariff } = terms[terms.length - 1] ?? terms[0];
  const { prosumerCount, producedWh, consumedWh, lastClosedTimeframe } = totals;
  return {
    ...settings,
    market: marketBody(market),
    tariff,
    prosumerCount,
    producedWh,
    consumedWh,
    nettoWh: producedWh - consumedWh,
    ...(lastClosedTimeframe && { lastClosedTimeframe }),
  };
}

function marketBody({ mechanism, price }: Market): MarketInput {
  return price.rule === 'mid_market'
    ? { mechanism, priceRule: 'mid_market' }
    : { mechanism, priceRule: 'fixed', fixedPriceMsatPerKwh: price.priceMsatPerKwh };
}

/** The market of a request as the domain has it. */
export function marketOf(input: MarketInput): Market {
  return input.priceRule === 'fixed'
    ? { mechanism: 'pool', price: { rule: 'fixed', priceMsatPerKwh: input.fixedPriceMsatPerKwh } }
    : { mechanism: 'pool', price: { rule: 'mid_market' } };
}

/** A member of a grid with its netto over all closed timeframes. */
export function gridProsumerBody(
  member: Member & { readonly producedWh: number; readonly consumedWh: number },
): DeepReadonly<Static<typeof GridProsumer>> {
  return { ...member, nettoWh: member.producedWh - member.consumedWh };
}
