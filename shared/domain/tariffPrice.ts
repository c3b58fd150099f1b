import type { Instant } from './timeframe.ts';

/** A rate as it was fetched: how much one bitcoin cost in a currency. */
export type RateSnapshot = {
  /** Where it is from: a name or host, without secrets. */
  readonly source: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Such as `BTC/EUR`. */
  readonly pair: string;
  /** Units of the currency for one bitcoin: a positive decimal as text, such as `90000.50`. */
  readonly rate: string;
  readonly fetchedAt: Instant;
};
