import { authSettings } from './authSettings.ts';
import { type Environment, optional, SettingsError } from './environment.ts';

/** How much an instance takes on. */
export type LimitSettings = {
  /** Requests under way at a time. */
  readonly requestsInFlightMax: number;
  /** What each caller may ask for; undefined where that is not limited. */
  readonly rate: { readonly perMinute: number; readonly burst: number } | undefined;
};

/** As many as the Functions host runs at a time, by host.json. */
const inFlightDefault = 100;
const inFlightMax = 10_000;
const perMinuteDefault = 6_000;
const perMinuteMax = 1_000_000;

/**
 * Requests are limited where callers have tokens, and on a machine of one's own where a setting asks
 * for it. Throws SettingsError.
 */
export function limitSettings(environment: Environment): LimitSettings {
  const isOpen = authSettings(environment).kind === 'open';
  const perMinute =
    countOf(environment, 'RATE_LIMIT_PER_MINUTE', 0, perMinuteMax) ??
    (isOpen ? 0 : perMinuteDefault);
  const burst =
    countOf(environment, 'RATE_LIMIT_BURST', 1, perMinuteMax) ?? Math.ceil(perMinute / 2);
  return {
    requestsInFlightMax:
      countOf(environment, 'REQUESTS_IN_FLIGHT_MAX', 1, inFlightMax) ?? inFlightDefault,
    rate: perMinute === 0 ? undefined : { perMinute, burst },
  };
}

function countOf(
  environment: Environment,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const text = optional(environment, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
  throw new SettingsError(`${name} is "${text}"; it must be a whole number from ${min} to ${max}.`);
}
