import type { HttpRateSettings } from '../../config/rateSettings.ts';
import { assert } from '../../domain/assert.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { RateSnapshot } from '../../domain/tariffPrice.ts';
import { type Instant, instantOf } from '../../domain/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import { type RateSource, RateUnavailableError } from '../../ports/rateSource.ts';
import { textWithin } from '../textWithin.ts';
import { ExactNumber, parseExactJson, valueAt } from './exactJson.ts';

export type RateLimits = { readonly requestMs: number; readonly bytesMax: number };

const rateLimits: RateLimits = { requestMs: 10_000, bytesMax: 1_000_000 };
const currencyPattern = /^[A-Z]{3}$/;
/** What sources answer that do not have a currency. */
const unknownStatuses = [400, 404];

/**
 * Rates from a JSON document on the web, fetched each time. Messages name the host alone, since the
 * rest of the URL may have the key of an account in it.
 */
export function httpRates(
  settings: Omit<HttpRateSettings, 'kind'>,
  clock: Clock,
  changes: Partial<RateLimits> = {},
): RateSource {
  const limits = { ...rateLimits, ...changes };
  return {
    ageMinutesMax: settings.maxAgeMinutes,
    async rate(currency) {
      assert(currencyPattern.test(currency), () => `"${currency}" is no currency`);
      return fetchRate(settings, currency, clock, limits);
    },
  };
}

async function fetchRate(
  { url, path }: Pick<HttpRateSettings, 'url' | 'path'>,
  currency: string,
  clock: Clock,
  limits: RateLimits,
): Promise<RateSnapshot | undefined> {
  const target = new URL(url.replaceAll('{currency}', currency));
  const source = target.hostname;
  const { status, text, ageSeconds } = await ask(target, limits);
  if (unknownStatuses.includes(status)) return undefined;
  if (status !== 200) throw unavailable(source, `answers ${status}`);
  const found = valueAt(documentOf(source, text), path.replaceAll('{currency}', currency));
  if (found === undefined || found === null) return undefined;
  const rate = found instanceof ExactNumber ? found.text : found;
  if (typeof rate !== 'string' || !isPositive(rate)) {
    throw unavailable(source, 'answers with something that is no rate');
  }
  const fetchedAt = before(clock.now(), ageSeconds);
  return { source, currency, pair: `BTC/${currency}`, rate, fetchedAt };
}

function isPositive(rate: string): boolean {
  const decimal = parseDecimal(rate);
  return decimal !== undefined && decimal.digits > 0n;
}

type Answer = {
  readonly status: number;
  readonly text: string;
  /** How long the answer lay in caches on its way. */
  readonly ageSeconds: number;
};

/** A redirection is a failure: it may lead to where anybody can change the answer. */
async function ask(target: URL, { requestMs, bytesMax }: RateLimits): Promise<Answer> {
  try {
    const response = await fetch(target, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(requestMs),
    });
    const age = response.headers.get('age') ?? '';
    return {
      status: response.status,
      text: await textWithin(response, bytesMax),
      ageSeconds: /^\d{1,9}$/.test(age) ? Number(age) : 0,
    };
  } catch (cause) {
    throw unavailable(target.hostname, 'does not answer as it should', cause);
  }
}

function documentOf(source: string, text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw unavailable(source, 'answers with something that is no JSON', cause);
  }
}

function before(now: Instant, seconds: number): Instant {
  return instantOf(Date.parse(now) - seconds * 1000);
}

function unavailable(source: string, what: string, cause?: unknown): RateUnavailableError {
  return new RateUnavailableError(`The source of rates, ${source}, ${what}.`, { cause });
}
