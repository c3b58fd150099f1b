/** What a setting is read from: the environment of the process, or that of a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A setting that is missing or wrong. The message names it and says what it should be. It never
 * quotes the value of one that holds, or may by mistake hold, a secret.
 */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The value of a setting; one that is empty is not set. */
export function optional(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

/** Those of the settings that are set, in the order asked for. */
export function givenOf<Name extends string>(
  environment: Environment,
  names: readonly Name[],
): readonly Name[] {
  return names.filter((name) => optional(environment, name) !== undefined);
}

/** The value of a setting. Throws SettingsError with what it is for where it is not set. */
export function required(environment: Environment, name: string, meaning: string): string {
  const value = optional(environment, name);
  if (value !== undefined) return value;
  throw new SettingsError(`${name} is not set: ${meaning}.`);
}

/** Refuses settings that mean nothing without another one, which is not set. */
export function refuseWithout(
  environment: Environment,
  needed: string,
  names: readonly string[],
): void {
  const [given] = givenOf(environment, names);
  if (given !== undefined) throw new SettingsError(`${given} is set, but ${needed} is not.`);
}

/** A whole number from 1 to `max`. Throws SettingsError. */
export function wholeNumber(environment: Environment, name: string, max: number): number {
  const text = environment[name] ?? '';
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= 1 && value <= max) return value;
  throw new SettingsError(`${name} is "${text}"; it must be a whole number from 1 to ${max}.`);
}
