import type { FiatTariff, Tariff } from '../domain/grid.ts';
import type { FieldError, Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { isStale, priceOfRecord, type RateSnapshot } from '../domain/tariffPrice.ts';
import type { Ports } from '../ports/ports.ts';

/** Prices as an operator gives them: in millisatoshi, or in a currency. */
export type AskedTariff = Omit<Tariff, 'priceOfRecord'> | FiatTariff;

export type PricingPorts = Pick<Ports, 'rates' | 'clock'>;

/**
 * The integer prices of a tariff. Those in a currency are converted once, here, at the rate that the
 * source has now; the rate is kept beside them. A rate that is too old is refused.
 */
export async function priceTariff(
  { rates, clock }: PricingPorts,
  asked: AskedTariff,
): Promise<Result<Tariff, Refusal>> {
  if (!('currency' in asked)) return accept(asked);
  const { currency } = asked;
  if (rates === undefined) {
    const detail = 'No source of rates is configured: give the prices in millisatoshi per kWh.';
    return refuse({ code: 'rate_not_configured', detail });
  }
  const rate = await rates.rate(currency);
  if (rate === undefined) {
    const errors = [{ pointer: '/tariff/currency', detail: 'is none that the source has' }];
    return refuse({
      code: 'currency_unknown',
      detail: `There is no rate for ${currency}.`,
      errors,
    });
  }
  if (isStale(rate, clock.now(), rates.ageMinutesMax)) {
    const detail = `The rate ${rate.pair} of ${rate.source} is of ${rate.fetchedAt}, which is too long ago.`;
    return refuse({ code: 'rate_stale', detail });
  }
  return convert(asked, rate);
}

function convert(asked: FiatTariff, rate: RateSnapshot): Result<Tariff, Refusal> {
  const importPrice = priceOfRecord(asked.importPricePerKwh, rate.rate);
  const exportPrice = priceOfRecord(asked.exportPricePerKwh, rate.rate);
  const gridFee = priceOfRecord(asked.gridFeePerKwh, rate.rate);
  if (importPrice.ok && exportPrice.ok && gridFee.ok) {
    return accept({
      importPriceMsatPerKwh: importPrice.value,
      exportPriceMsatPerKwh: exportPrice.value,
      gridFeeMsatPerKwh: gridFee.value,
      priceOfRecord: { ...asked, rate },
    });
  }
  const errors: FieldError[] = Object.entries({
    importPricePerKwh: importPrice,
    exportPricePerKwh: exportPrice,
    gridFeePerKwh: gridFee,
  }).flatMap(([field, { ok }]) =>
    ok ? [] : [{ pointer: `/tariff/${field}`, detail: `is no price at a rate of ${rate.rate}` }],
  );
  const detail = 'A price in this currency cannot be expressed in millisatoshi per kWh.';
  return refuse({ code: 'setting_inconsistent', detail, errors });
}
