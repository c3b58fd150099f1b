import { parseDecimal } from './decimal.ts';
import { accept, type Result, refuse } from './result.ts';
import { type Instant, secondsBetween } from './timeframe.ts';
import { divHalfEven, type MsatPerKwh, msatPerKwh, priceMsatPerKwhMax } from './units.ts';

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

/** Why there is no price of record. */
export type PriceFault = 'amount_malformed' | 'rate_malformed' | 'price_too_high';

/**
 * The price of record in msat/kWh: amount / rate × 1e11, as one bitcoin is 1e11 msat. One division,
 * to the nearest, halves to the even neighbour; exact up to there. Both are decimals as `parseDecimal`
 * reads them, the amount in the rate's currency and the rate above 0.
 */
export function priceOfRecord(amountPerKwh: string, rate: string): Result<MsatPerKwh, PriceFault> {
  const amount = parseDecimal(amountPerKwh);
  if (amount === undefined) return refuse('amount_malformed');
  const divisor = parseDecimal(rate);
  if (divisor === undefined || divisor.digits === 0n) return refuse('rate_malformed');
  const price = divHalfEven(
    amount.digits * 10n ** BigInt(divisor.places) * msatPerBitcoin,
    divisor.digits * 10n ** BigInt(amount.places),
  );
  if (price > priceMsatPerKwhMax) return refuse('price_too_high');
  return accept(msatPerKwh(Number(price)));
}

/** Is the rate older than so many minutes? */
export function isStale(
  { fetchedAt }: Pick<RateSnapshot, 'fetchedAt'>,
  now: Instant,
  maxMinutes: number,
): boolean {
  return secondsBetween(fetchedAt, now) > maxMinutes * 60;
}

const msatPerBitcoin = 100_000_000_000n;
