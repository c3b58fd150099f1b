import type { AccountKey } from './bitcoin.ts';
import type { GridId } from './ids.ts';
import type { RateSnapshot } from './tariffPrice.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { MsatPerKwh } from './units.ts';

/** How the price among prosumers comes about in the pool. */
export type PriceRule =
  | { readonly rule: 'mid_market' }
  | { readonly rule: 'fixed'; readonly priceMsatPerKwh: MsatPerKwh }
  /** From the import price, where nothing is supplied, down to the export price at supply = demand. */
  | { readonly rule: 'supply_demand_ratio' };

export type Market = PoolMarket | AuctionMarket;
export type PoolMarket = { readonly mechanism: 'pool'; readonly price: PriceRule };
/** Sealed limit orders, one uniform price. */
export type AuctionMarket = {
  readonly mechanism: 'auction';
  /** What energy without an order is sold for at least; absent: the export price. */
  readonly sellLimitMsatPerKwh?: MsatPerKwh;
  /** What energy without an order is bought for at most; absent: what the power plant takes. */
  readonly buyLimitMsatPerKwh?: MsatPerKwh;
};

export type Prices = {
  readonly importPriceMsatPerKwh: MsatPerKwh;
  readonly exportPriceMsatPerKwh: MsatPerKwh;
  /** What the buyer of a local trade (`peer`, `grid`) pays to `mini-grid` beside the price. */
  readonly gridFeeMsatPerKwh: MsatPerKwh;
  /** What the buyer of an import pays to `mini-grid` beside the price; absent: nothing. */
  readonly importGridFeeMsatPerKwh?: MsatPerKwh;
};

export type Tariff = Prices & {
  /** Prices by time of use. A timeframe has those of the first window that its start lies in. */
  readonly windows?: readonly TariffWindow[];
  /** What the prices were computed from, once, where they were given in a currency. */
  readonly priceOfRecord?: FiatTariff & { readonly rate: RateSnapshot };
};

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * A half-open time of the grid's local day, `HH:MM` each. One that ends at or before it begins lasts
 * over midnight, and belongs to the day on which it began.
 */
export type WindowTime = {
  readonly from: string;
  readonly to: string;
  /** Absent: every day. */
  readonly days?: readonly Weekday[];
};
export type TariffWindow = WindowTime & Prices;

/** Prices in a currency (ISO 4217) per kWh, as decimals: `0.3245`. */
export type FiatPrices = {
  readonly importPricePerKwh: string;
  readonly exportPricePerKwh: string;
  readonly gridFeePerKwh: string;
  readonly importGridFeePerKwh?: string;
};
export type FiatTariff = FiatPrices & {
  readonly currency: string;
  readonly windows?: readonly (WindowTime & FiatPrices)[];
};

/** Market and tariff from one timeframe on. A timeframe is settled with the version valid at its start. */
export type Terms = {
  readonly validFrom: Instant;
  readonly market: Market;
  readonly tariff: Tariff;
};

/** How a grid is billed and paid. JSON-safe as it stands: satoshi here are safe integers. */
export type BillingSettings = {
  /** The grid's own account (BIP84). Without it invoices have no address, and nothing is paid out. */
  readonly accountKey?: AccountKey;
  /** Accounts that it had before: invoices that name their addresses may still be paid. */
  readonly formerAccountKeys?: readonly AccountKey[];
  /** Confirmations at which a payment is credited; of the steps that its amount reaches, the highest. */
  readonly confirmations: readonly { readonly fromSat: number; readonly confirmations: number }[];
  /** Days from issuing an invoice until it is due. */
  readonly dueDays: number;
  /** An amount below this, or below what its script can carry, is carried over instead of billed. */
  readonly minimumSat: number;
  /** Who pays the fee of a payout. */
  readonly payoutFeePaidBy: 'payees' | 'operator';
  /** Hours in which a changed payout address is not used yet. */
  readonly addressCooldownHours: number;
};

/** What to change of how a grid is billed; null takes the account key away. */
export type BillingChange = Partial<Omit<BillingSettings, 'accountKey' | 'formerAccountKeys'>> & {
  /** As it was given: what it is, is still to be read. */
  readonly accountKey?: string | null;
};

/** What holds where a grid says nothing. */
export const billingDefaults: BillingSettings = {
  confirmations: [{ fromSat: 0, confirmations: 3 }],
  dueDays: 14,
  minimumSat: 0,
  payoutFeePaidBy: 'payees',
  addressCooldownHours: 24,
};

export const missingReadings = ['missing', 'estimate'] as const;
export type MissingReadings = (typeof missingReadings)[number];

/** What holds where a grid says nothing. */
export const gridDefaults = {
  missingReadings: 'missing',
  correctionDays: 60,
  aheadEnergyWhMax: 10_000,
  personalDataDays: 30,
} as const satisfies Partial<Grid>;

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
  /** What a timeframe is settled on where a reading is missing; absent: on nothing, `missing`. */
  readonly missingReadings?: MissingReadings;
  /** For how many days after its start a timeframe is corrected; absent: `gridDefaults`. */
  readonly correctionDays?: number;
  /** What a prosumer may sell, and buy, ahead for one timeframe; absent: `gridDefaults`. */
  readonly aheadEnergyWhMax?: number;
  /**
   * For how many days a deactivated prosumer is known by name once its last timeframe is no longer
   * corrected; absent: `gridDefaults`.
   */
  readonly personalDataDays?: number;
  /** For how many days readings are kept; absent: for ever. */
  readonly readingRetentionDays?: number;
  /** Absent: `billingDefaults`. */
  readonly billing?: BillingSettings;
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
