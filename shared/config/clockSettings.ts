import { type Environment, givenOf, SettingsError, wholeNumber } from './environment.ts';

/** The system's clock, or one that started at an origin and runs faster. */
export type ClockSettings =
  | { readonly kind: 'system' }
  | {
      readonly kind: 'scaled';
      readonly originMs: number;
      readonly realOriginMs: number;
      readonly speed: number;
    };

const speedMax = 100_000;
const names = ['CLOCK_ORIGIN_MS', 'CLOCK_REAL_ORIGIN_MS', 'CLOCK_SPEED'] as const;

/** Reads the three settings of the clock, which belong together. Throws SettingsError. */
export function clockSettings(environment: Environment): ClockSettings {
  const given = givenOf(environment, names);
  if (given.length === 0) return { kind: 'system' };
  if (given.length < names.length) {
    throw new SettingsError(
      `${names.join(', ')} belong together; only ${given.join(', ')} is set.`,
    );
  }
  return {
    kind: 'scaled',
    originMs: wholeNumber(environment, 'CLOCK_ORIGIN_MS', Number.MAX_SAFE_INTEGER),
    realOriginMs: wholeNumber(environment, 'CLOCK_REAL_ORIGIN_MS', Number.MAX_SAFE_INTEGER),
    speed: wholeNumber(environment, 'CLOCK_SPEED', speedMax),
  };
}
