import type { AccountKey } from './bitcoin.ts';
import type { GridId } from './ids.ts';
import type { RateSnapshot } from './tariffPrice.ts';
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
  /** What the prices were computed from, once, where they were given in a currency. */
  readonly priceOfRecord?: FiatTariff & { readonly rate: RateSnapshot };
};

/** Prices in a currency (ISO 4217) per kWh, as decimals: `0.3245`. */
export type FiatTariff = {
  readonly currency: string;
  readonly importPricePerKwh: string;
  readonly exportPricePerKwh: string;
  readonly gridFeePerKwh: string;
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
