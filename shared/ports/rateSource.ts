import type { RateSnapshot } from '../domain/tariffPrice.ts';

/** Where the rate between a currency and bitcoin comes from. */
export type RateSource = {
  /** How old a rate may be when a tariff is converted with it, in minutes. */
  readonly ageMinutesMax: number;
  /**
   * The present rate of a currency (ISO 4217, such as EUR). Undefined where the source does not have
   * it. Throws RateUnavailableError when the source does not answer or answers nonsense.
   */
  rate(currency: string): Promise<RateSnapshot | undefined>;
};

/** The source of rates cannot be used now. It passes: the same request may succeed later. */
export class RateUnavailableError extends Error {
  override readonly name = 'RateUnavailableError';
}
