/**
 * What happened to a grid, as plain data: both the app and the model are told this and nothing else.
 * Times are whole minutes from the start of the grid's first timeframe; timeframes are counted from 0.
 */
export type History = {
  readonly gridId: string;
  readonly timeZone: string;
  /** Start of the first timeframe: `2026-10-25T00:00:00Z`. */
  readonly start: string;
  readonly timeframeMinutes: number;
  readonly timeframes: number;
  readonly graceMinutes: number;
  readonly estimates: boolean;
  readonly aheadEnergyWhMax?: number;
  /** Absent: more than any history lasts. */
  readonly correctionDays?: number;
  readonly terms: HistoryTerms;
  readonly prosumers: readonly HistoryProsumer[];
  /** In the order in which they happened. */
  readonly steps: readonly Step[];
};

export type HistoryProsumer = { readonly id: string; readonly aheadEnergyWhMax?: number };

export type Side = 'sell' | 'buy';

/** Prices in msat/kWh. */
export type HistoryPrices = {
  readonly importPrice: number;
  readonly exportPrice: number;
  readonly gridFee: number;
  readonly importFee?: number;
};
export type HistoryWindow = HistoryPrices & {
  readonly from: string;
  readonly to: string;
  readonly days?: readonly string[];
};
export type HistoryMarket =
  | { readonly kind: 'mid_market' }
  | { readonly kind: 'fixed'; readonly price: number }
  | { readonly kind: 'supply_demand_ratio' }
  | { readonly kind: 'auction'; readonly sellLimit?: number; readonly buyLimit?: number };
export type HistoryTerms = {
  readonly market: HistoryMarket;
  readonly prices: HistoryPrices;
  readonly windows: readonly HistoryWindow[];
};

export type HistoryReading = {
  /** Place among the prosumers of the history. */
  readonly who: number;
  readonly timeframe: number;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly version: number;
  readonly quality: 'measured' | 'estimated';
};
export type OrderAsked = {
  readonly side: Side;
  readonly energyWh?: number;
  readonly limit: number;
};

/** Ids of trades ahead and orders are those of the steps that made them. */
export type Step = { readonly at: number } & Deed;
export type Deed =
  /** `from` and `until` are timeframes; without `from`, from the grid's first on. */
  | {
      readonly deed: 'join';
      readonly who: number;
      readonly from?: number;
      readonly until?: number;
    }
  | { readonly deed: 'leave'; readonly who: number }
  | {
      readonly deed: 'ahead';
      readonly id: string;
      readonly who: number;
      readonly timeframe: number;
      readonly side: Side;
      readonly energyWh: number;
      readonly limit?: number;
    }
  | { readonly deed: 'cancelAhead'; readonly id: string }
  /** Without a timeframe it is a standing one. */
  | ({
      readonly deed: 'order';
      readonly id: string;
      readonly who: number;
      readonly timeframe?: number;
    } & OrderAsked)
  | ({ readonly deed: 'replace'; readonly id: string } & OrderAsked)
  | { readonly deed: 'cancelOrder'; readonly id: string }
  | { readonly deed: 'tariff'; readonly timeframe: number; readonly terms: HistoryTerms }
  | { readonly deed: 'read'; readonly readings: readonly HistoryReading[] }
  /** The timer fires, and what it asked for is delivered as the trouble has it. */
  | { readonly deed: 'tick'; readonly trouble: Trouble };

export type Trouble = {
  readonly seed: number;
  readonly shuffles: boolean;
  readonly doubles: boolean;
  /** Messages that are left to the next time. */
  readonly delays: boolean;
  /** Two instances work at the same time, each on a part of the messages. */
  readonly isTwofold: boolean;
  /** Handlers die in the middle, and their messages come again. */
  readonly crashes: boolean;
};

/** When a timeframe starts, in minutes from the start of the first. */
export function startOf({ timeframeMinutes }: History, timeframe: number): number {
  return timeframe * timeframeMinutes;
}

/** The timeframe that a time lies in. */
export function timeframeIn({ timeframeMinutes }: History, at: number): number {
  return Math.floor(at / timeframeMinutes);
}

/** A time of a history in UTC, to the second. */
export function instantAt({ start }: History, at: number): string {
  return `${new Date(Date.parse(start) + at * 60_000).toISOString().slice(0, 19)}Z`;
}
