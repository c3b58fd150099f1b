import type { GridId } from './ids.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { MsatPerKwh } from './units.ts';

/** How the price among prosumers comes about in the pool. */
export type PriceRule =
  | { readonly rule: 'mid_market' }
  | { readonly rule: 'fixed'; readonly priceMsatPerKwh: MsatPerKwh };

export type Market = { readonly mechanism: 'pool'; readonly price: PriceRule };

export type Tariff = {
  readonly importPriceMsatPerKwh: MsatPerKwh;
  readonly exportPriceMsatPerKwh: MsatPerKwh;
  readonly gridFeeMsatPerKwh: MsatPerKwh;
};

/** Market and tariff from one timeframe on. A timeframe is settled with the version valid at its start. */
export type Terms = {
  readonly validFrom: Instant;
  readonly market: Market;
  readonly tariff: Tariff;
};

/** The settings of a mini grid. `terms` is sorted by `validFrom`, ascending, and never empty. */
export type Grid = {
  readonly id: GridId;
  readonly name: string;
  readonly timeZone: string;
  readonly timeframeMinutes: number;
  readonly graceMinutes: number;
  readonly activeFrom: Instant;
  readonly activeUntil?: Instant;
  readonly paused: boolean;
  readonly terms: readonly [Terms, ...Terms[]];
  readonly createdAt: Instant;
};

/** Sums over all closed timeframes of a grid, as of the closing `closingNumber` (0: none yet). */
export type GridTotals = {
  readonly closingNumber: number;
  readonly lastClosedTimeframe?: Timeframe;
  readonly prosumerCount: number;
  readonly producedWh: number;
  readonly consumedWh: number;
};
