import type { FixedRateSettings } from '../../config/rateSettings.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RateSource } from '../../ports/rateSource.ts';

/** Rates that somebody has fixed: they are always the present ones. */
export function fixedRates({ rates }: Pick<FixedRateSettings, 'rates'>, clock: Clock): RateSource {
  return {
    ageMinutesMax,
    async rate(currency) {
      const rate = rates.get(currency);
      if (rate === undefined) return undefined;
      return { source: 'fixed', currency, pair: `BTC/${currency}`, rate, fetchedAt: clock.now() };
    },
  };
}

/** Never reached: they are those of the moment at which they are asked for. */
const ageMinutesMax = 60;
