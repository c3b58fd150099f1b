import { parseDecimal } from '../domain/decimal.ts';
import {
  type Environment,
  givenOf,
  optional,
  refuseWithout,
  required,
  SettingsError,
  wholeNumber,
} from './environment.ts';
import { isPrivateEnough } from './serviceUrl.ts';

/** Where the rate between a currency and bitcoin comes from. */
export type RateSettings = FixedRateSettings | HttpRateSettings;

/** Rates that stand in the settings: decimals as text, by currency (ISO 4217). */
export type FixedRateSettings = {
  readonly kind: 'fixed';
  readonly rates: ReadonlyMap<string, string>;
};

/** A JSON document on the web. `{currency}` in its URL or path stands for a currency, such as EUR. */
export type HttpRateSettings = {
  readonly kind: 'http';
  readonly url: string;
  /** A JSON pointer (RFC 6901) to the number. */
  readonly path: string;
  /** How old a rate may be when a tariff is converted with it. */
  readonly maxAgeMinutes: number;
};

const maxAgeMinutesDefault = 5;
const maxAgeMinutesMax = 60;
const fixedRatePattern = /^([A-Z]{3})=(.+)$/;
const pathPattern = /^(?:\/(?:[^~/]|~[01])*){1,10}$/;

/** Undefined where no source is named: then prices are given in millisatoshi. Throws SettingsError. */
export function rateSettings(environment: Environment): RateSettings | undefined {
  const fixed = optional(environment, 'RATE_FIXED');
  const url = optional(environment, 'RATE_URL');
  if (fixed !== undefined && url !== undefined) {
    throw new SettingsError('Only one of RATE_FIXED and RATE_URL may be set.');
  }
  if (url !== undefined) return httpRates(environment, url);
  refuseWithout(environment, 'RATE_URL', ['RATE_PATH', 'RATE_MAX_AGE_MINUTES']);
  return fixed === undefined ? undefined : { kind: 'fixed', rates: fixedRates(fixed) };
}

function fixedRates(text: string): ReadonlyMap<string, string> {
  const rates = new Map<string, string>();
  for (const entry of text.split(',')) {
    const [, currency, rate = ''] = fixedRatePattern.exec(entry.trim()) ?? [];
    const decimal = parseDecimal(rate);
    if (currency === undefined || decimal === undefined || decimal.digits === 0n) {
      throw new SettingsError(
        'RATE_FIXED must be a list of rates above 0, such as EUR=90000.50,USD=98000.',
      );
    }
    if (rates.has(currency)) throw new SettingsError(`RATE_FIXED has ${currency} twice.`);
    rates.set(currency, rate);
  }
  return rates;
}

// The URL is not quoted: the key of an account is easily a part of it.
function httpRates(environment: Environment, url: string): HttpRateSettings {
  const parsed = URL.parse(url.replaceAll('{currency}', 'EUR'));
  const isAnonymous = parsed !== null && parsed.username === '' && parsed.password === '';
  if (!isAnonymous || !isPrivateEnough(parsed)) {
    throw new SettingsError(
      'RATE_URL must be a URL like https://HOST/rates/{currency}, without a login in it; http is for this machine only.',
    );
  }
  const path = required(environment, 'RATE_PATH', 'a JSON pointer to the rate, like /data/amount');
  if (!pathPattern.test(path)) {
    throw new SettingsError('RATE_PATH must be a JSON pointer, like /data/amount.');
  }
  if (!`${url}${path}`.includes('{currency}')) {
    throw new SettingsError('RATE_URL or RATE_PATH must say where the {currency} goes.');
  }
  const isAgeGiven = givenOf(environment, ['RATE_MAX_AGE_MINUTES']).length > 0;
  const maxAgeMinutes = isAgeGiven
    ? wholeNumber(environment, 'RATE_MAX_AGE_MINUTES', maxAgeMinutesMax)
    : maxAgeMinutesDefault;
  return { kind: 'http', url, path, maxAgeMinutes };
}
