import { type Grid, gridDefaults, type Tariff } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import { quotedPrice } from '../domain/quote.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { termsAt } from '../domain/terms.ts';
import { type Instant, type Timeframe, timeframeAt, timeframeEnd } from '../domain/timeframe.ts';
import type { MsatPerKwh } from '../domain/units.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { isInGrid, timeframeNotFound } from './listTimeframes.ts';
import { tradableTimeframe } from './tradableTimeframe.ts';

/** At which price `mini-grid` trades ahead for a timeframe, and until when. */
export type Quote = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly priceMsatPerKwh: MsatPerKwh;
  /** The first instant at which it can no longer be traded: its end. */
  readonly tradableUntil: Instant;
  /** The first instant at which a trade can no longer be cancelled: its start. */
  readonly cancellableUntil: Instant;
  readonly aheadEnergyWhMax: number;
} & Pick<Tariff, 'gridFeeMsatPerKwh' | 'importPriceMsatPerKwh' | 'exportPriceMsatPerKwh'>;

/** Quotes a timeframe of a grid that has not ended; without one, that which runs now. */
export async function quoteTimeframe(
  { grids, clock }: Pick<Ports, 'grids' | 'clock'>,
  gridId: GridId,
  at: Instant | undefined,
): Promise<Result<Quote, Refusal>> {
  const grid = (await grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const now = clock.now();
  const asked = at ?? timeframeAt(now, grid.timeframeMinutes);
  if (!isInGrid(grid, asked)) return refuse(timeframeNotFound(gridId, asked));
  const tradable = tradableTimeframe(grid, asked, now, 'timeframe');
  return tradable.ok ? accept(quoteOf(grid, tradable.value)) : tradable;
}

/** What is quoted for a timeframe of the grid, whenever it is. */
export function quoteOf(grid: Grid, timeframe: Timeframe): Quote {
  const terms = termsAt(grid, timeframe);
  const { gridFeeMsatPerKwh, importPriceMsatPerKwh, exportPriceMsatPerKwh } = terms.tariff;
  return {
    gridId: grid.id,
    timeframe,
    priceMsatPerKwh: quotedPrice(terms),
    gridFeeMsatPerKwh,
    importPriceMsatPerKwh,
    exportPriceMsatPerKwh,
    tradableUntil: timeframeEnd(timeframe, grid.timeframeMinutes),
    cancellableUntil: timeframe,
    aheadEnergyWhMax: grid.aheadEnergyWhMax ?? gridDefaults.aheadEnergyWhMax,
  };
}
