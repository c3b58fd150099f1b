import type { FiatPrices, FiatTariff, Prices, Tariff } from '../domain/grid.ts';
import type { FieldError, Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { isStale, priceOfRecord, type RateSnapshot } from '../domain/tariffPrice.ts';
import { type MsatPerKwh, msatPerKwh } from '../domain/units.ts';
import type { Ports } from '../ports/ports.ts';

/** Prices as an operator gives them: in millisatoshi, or in a currency. */
export type AskedTariff = Omit<Tariff, 'priceOfRecord'> | FiatTariff;

export type PricingPorts = Pick<Ports, 'rates' | 'clock'>;

/**
 * The integer prices of a tariff. Those in a currency are converted once, here, and all at the one
 * rate that the source has now; the rate is kept beside them. A rate that is too old is refused.
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

/** What was asked for: at a repeat the same prices in a currency may have another rate. */
export function askedOf({ priceOfRecord, ...prices }: Tariff): AskedTariff {
  if (priceOfRecord === undefined) return prices;
  const { rate: _, ...asked } = priceOfRecord;
  return asked;
}

/** The same with what it leaves out: a fee that is not there is 0. */
export function statedTariff(asked: AskedTariff): AskedTariff {
  if ('currency' in asked) return withFee(asked, { importGridFeePerKwh: '0' });
  return withFee(asked, { importGridFeeMsatPerKwh: msatPerKwh(0) });
}

function withFee<Asked extends AskedTariff>(
  asked: Asked,
  fee: Partial<Prices & FiatPrices>,
): Asked {
  const windows = asked.windows?.map((window) => ({ ...fee, ...window }));
  return { ...fee, ...asked, ...(windows && { windows }) };
}

function convert(asked: FiatTariff, rate: RateSnapshot): Result<Tariff, Refusal> {
  const errors: FieldError[] = [];
  const prices = convertPrices(asked, rate, '/tariff', errors);
  const windows = asked.windows?.map(({ from, to, days, ...fiat }, at) => ({
    from,
    to,
    ...(days && { days }),
    ...convertPrices(fiat, rate, `/tariff/windows/${at}`, errors),
  }));
  if (errors.length === 0) {
    return accept({ ...prices, ...(windows && { windows }), priceOfRecord: { ...asked, rate } });
  }
  const detail = 'A price in this currency cannot be expressed in millisatoshi per kWh.';
  return refuse({ code: 'setting_inconsistent', detail, errors });
}

/** The prices at a rate. One that there is no price for is 0, and an error is added that says so. */
function convertPrices(
  fiat: FiatPrices,
  rate: RateSnapshot,
  pointer: string,
  errors: FieldError[],
): Prices {
  const priceOf = (field: keyof FiatPrices, amount: string): MsatPerKwh => {
    const price = priceOfRecord(amount, rate.rate);
    if (price.ok) return price.value;
    errors.push({
      pointer: `${pointer}/${field}`,
      detail: `is no price at a rate of ${rate.rate}`,
    });
    return msatPerKwh(0);
  };
  const { importGridFeePerKwh } = fiat;
  return {
    importPriceMsatPerKwh: priceOf('importPricePerKwh', fiat.importPricePerKwh),
    exportPriceMsatPerKwh: priceOf('exportPricePerKwh', fiat.exportPricePerKwh),
    gridFeeMsatPerKwh: priceOf('gridFeePerKwh', fiat.gridFeePerKwh),
    ...(importGridFeePerKwh !== undefined && {
      importGridFeeMsatPerKwh: priceOf('importGridFeePerKwh', importGridFeePerKwh),
    }),
  };
}
