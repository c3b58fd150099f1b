import { readIfThere } from '../readIfThere.ts';

type Environment = Record<string, string | undefined>;

/** What an app may expect in its environment when it runs here and nothing else is said. */
const defaults: Readonly<Record<string, string>> = {
  FUNCTIONS_WORKER_RUNTIME: 'node',
  AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  TIMEFRAMES_QUEUE: 'timeframes',
  TRADES_QUEUE: 'trades',
};

/**
 * Puts the settings of `local.settings.json`, where that file is there, and then the defaults into
 * the environment. What the environment has already stays as it is.
 */
export function applySettings(environment: Environment, file: string): void {
  for (const [name, value] of Object.entries({ ...defaults, ...readValues(file) })) {
    environment[name] ??= value;
  }
}

/** `%NAME%` in a binding stands for a setting. Throws when the setting is not there. */
export function resolveSettings(text: string, environment: Environment): string {
  return text.replaceAll(/%([^%]+)%/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined)
      throw new Error(`"${text}" names the setting ${name}, which is not set.`);
    return value;
  });
}

function readValues(file: string): Readonly<Record<string, string>> {
  const text = readIfThere(file);
  if (text === undefined) return {};
  const values: unknown = Object(parse(text, file))['Values'] ?? {};
  if (typeof values !== 'object' || values === null) throw invalid(file);
  const entries = Object.entries(values);
  if (!entries.every(([, value]) => typeof value === 'string')) throw invalid(file);
  return Object.fromEntries(entries);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON.`, { cause: error });
  }
}

function invalid(file: string): Error {
  return new Error(`${file}: "Values" must be an object of texts.`);
}
