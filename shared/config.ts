/** Everything the environment decides, read once. */
export type Settings = {
  /** Directory of the embedded stores. */
  readonly dataDirectory: string;
  readonly queues: { readonly timeframes: string; readonly trades: string };
  readonly clock: ClockSettings;
};

/** The system's clock, or one that started at an origin and runs faster. */
export type ClockSettings =
  | { readonly kind: 'system' }
  | {
      readonly kind: 'scaled';
      readonly originMs: number;
      readonly realOriginMs: number;
      readonly speed: number;
    };

/** A setting that is missing or wrong. The message names it and says what it should be. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const speedMax = 100_000;
const queueNamePattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,259}$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings. Throws SettingsError for the first that is missing or wrong. */
export function readSettings(environment: Environment): Settings {
  return {
    dataDirectory: required(environment, 'DATA_DIR', 'the directory of the embedded stores'),
    queues: {
      timeframes: queueName(environment, 'TIMEFRAMES_QUEUE', 'timeframes'),
      trades: queueName(environment, 'TRADES_QUEUE', 'trades'),
    },
    clock: clockSettings(environment),
  };
}

function clockSettings(environment: Environment): ClockSettings {
  const names = ['CLOCK_ORIGIN_MS', 'CLOCK_REAL_ORIGIN_MS', 'CLOCK_SPEED'] as const;
  const given = names.filter((name) => isGiven(environment[name]));
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

function required(environment: Environment, name: string, meaning: string): string {
  const value = environment[name];
  if (isGiven(value)) return value;
  throw new SettingsError(`${name} is not set: ${meaning}.`);
}

function queueName(environment: Environment, name: string, byDefault: string): string {
  const value = isGiven(environment[name]) ? environment[name] : byDefault;
  if (queueNamePattern.test(value)) return value;
  throw new SettingsError(`${name} is "${value}", which is no name of a queue.`);
}

function wholeNumber(environment: Environment, name: string, max: number): number {
  const text = environment[name] ?? '';
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= 1 && value <= max) return value;
  throw new SettingsError(`${name} is "${text}"; it must be a whole number from 1 to ${max}.`);
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
