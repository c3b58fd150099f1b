import type { Static } from 'typebox';
import {
  type BillingChange,
  type BillingSettings,
  billingDefaults,
  type Grid,
  type GridTotals,
  type Market,
} from '../domain/grid.ts';
import type { Member } from '../domain/prosumer.ts';
import type {
  BillingInput,
  GridProsumer,
  Grid as GridSchema,
  MarketInput,
} from '../schemas/grid.ts';
import type { DeepReadonly } from '../schemas/input.ts';

/** A grid as the API shows it: the terms that hold from the latest version on, and its totals. */
export function gridBody({
  grid,
  totals,
}: {
  readonly grid: Grid;
  readonly totals: GridTotals;
}): DeepReadonly<Static<typeof GridSchema>> {
  const { terms, billing = billingDefaults, ...settings } = grid;
  const { market, tariff } = terms[terms.length - 1] ?? terms[0];
  const { prosumerCount, producedWh, consumedWh, lastClosedTimeframe } = totals;
  return {
    ...settings,
    market: marketBody(market),
    tariff,
    billing: billingBody(billing),
    prosumerCount,
    producedWh,
    consumedWh,
    nettoWh: producedWh - consumedWh,
    ...(lastClosedTimeframe && { lastClosedTimeframe }),
  };
}

function billingBody({
  formerAccountKeys: _,
  minimumSat,
  confirmations,
  ...settings
}: BillingSettings): DeepReadonly<Static<typeof GridSchema>>['billing'] {
  return {
    ...settings,
    minimumSat: String(minimumSat),
    confirmations: confirmations.map(({ fromSat, ...step }) => ({
      ...step,
      fromSat: String(fromSat),
    })),
  };
}

/** The billing settings of a request as the domain has them: no more than 15 digits are safe integers. */
export function billingOf({
  minimumSat,
  confirmations,
  ...settings
}: DeepReadonly<BillingInput>): BillingChange {
  return {
    ...settings,
    ...(minimumSat !== undefined && { minimumSat: Number(minimumSat) }),
    ...(confirmations && {
      confirmations: confirmations.map(({ fromSat, ...step }) => ({
        ...step,
        fromSat: Number(fromSat),
      })),
    }),
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
