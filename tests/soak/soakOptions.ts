import { parseArgs, types } from 'node:util';

/** What the command line asks for. */
export type SoakOptions = {
  readonly minutes: number;
  /** Readings in a second, and homes: each home has a reading in each timeframe. */
  readonly rate: number;
  readonly growthPercentMax: number;
  /** Absent: a bundle of its own, which no edit of the sources changes meanwhile. */
  readonly appFile?: string;
  readonly seed: number;
};
export type ParsedSoak =
  | { readonly kind: 'run'; readonly options: SoakOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string };

export const soakUsage = `Usage: npm run soak -- [options]

  --minutes N   how long (default 60)
  --rate N      readings in a second, and so many homes (default 500)
  --growth N    by how many percent memory may grow after the first fifth (default 10)
  --app FILE    what to host (default: a bundle that is built for it)
  --seed N      of what is read and how often it is corrected (default 1)

Hosts the app on a clock that runs 900 times as fast, so that a quarter-hour closes every second,
posts the readings of each, corrects some, trades, orders, changes settings and reads all lists, and
says every ten seconds how it goes. Exit code: 0 all within its limits, 1 not, 2 wrong usage.
`;

const minutesMax = 1_440;
const rateMax = 10_000;
const percentMax = 1_000;
const seedMax = 2 ** 31 - 1;

/** Reads the command line's options. An unknown or malformed one is refused with the reason. */
export function parseSoakOptions(args: readonly string[]): ParsedSoak {
  try {
    const text = { type: 'string' } as const;
    const numbers = { minutes: text, rate: text, growth: text, seed: text };
    const { values } = parseArgs({
      args: [...args],
      options: { ...numbers, app: text, help: { type: 'boolean' } },
    });
    if (values.help === true) return { kind: 'help' };
    const options = {
      minutes: numberOf('--minutes', values.minutes ?? '60', minutesMax),
      rate: Math.ceil(numberOf('--rate', values.rate ?? '500', rateMax)),
      growthPercentMax: numberOf('--growth', values.growth ?? '10', percentMax),
      seed: numberOf('--seed', values.seed ?? '1', seedMax),
      ...(values.app !== undefined && { appFile: values.app }),
    };
    return { kind: 'run', options };
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    return { kind: 'refused', reason: error.message };
  }
}

function numberOf(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}(?:\.\d{1,3})?$/.test(text) && value > 0 && value <= max) return value;
  throw new Error(`${name} is "${text}"; it must be a number above 0, up to ${max}.`);
}
