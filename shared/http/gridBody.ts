import type { Static } from 'typebox';
import { type Caller, isWithin } from '../domain/caller.ts';
import {
  type BillingChange,
  type BillingSettings,
  billingDefaults,
  type Grid,
  type GridTotals,
  gridDefaults,
  type Terms,
} from '../domain/grid.ts';
import type { Member } from '../domain/prosumer.ts';
import type { BillingInput } from '../schemas/billingSettings.ts';
import type { GridProsumer, Grid as GridSchema } from '../schemas/grid.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import { marketBody } from './marketBody.ts';

/** A grid as the API shows it: with the terms of the next timeframe to start, and its totals. */
export function gridBody({
  grid,
  nextTerms: { market, tariff },
  totals,
}: {
  readonly grid: Grid;
  readonly nextTerms: Terms;
  readonly totals: GridTotals;
}): DeepReadonly<Static<typeof GridSchema>> {
  const {
    terms: _,
    billing = billingDefaults,
    missingReadings = gridDefaults.missingReadings,
    correctionDays = gridDefaults.correctionDays,
    aheadEnergyWhMax = gridDefaults.aheadEnergyWhMax,
    personalDataDays = gridDefaults.personalDataDays,
    ...settings
  } = grid;
  const { prosumerCount, producedWh, consumedWh, lastClosedTimeframe } = totals;
  return {
    ...settings,
    missingReadings,
    correctionDays,
    aheadEnergyWhMax,
    personalDataDays,
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

/**
 * The same, for others than its operators without the account key: whoever has it knows the address
 * of every invoice.
 */
export function gridBodyFor(
  caller: Caller,
  view: Parameters<typeof gridBody>[0],
): ReturnType<typeof gridBody> {
  const body = gridBody(view);
  if (isWithin(caller.operates, view.grid.id)) return body;
  const { accountKey: _, ...billing } = body.billing;
  return { ...body, billing };
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

/** A member of a grid with its netto over all closed timeframes. */
export function gridProsumerBody(
  member: Member & { readonly producedWh: number; readonly consumedWh: number },
): DeepReadonly<Static<typeof GridProsumer>> {
  return { ...member, nettoWh: member.producedWh - member.consumedWh };
}
