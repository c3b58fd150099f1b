import { randomInt } from 'node:crypto';
import { parseArgs, types } from 'node:util';

/** What the command line asks for. */
export type CrashOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Absent: a bundle of its own, which starts faster and which no edit of the sources changes. */
  readonly appFile?: string;
};
export type ParsedCrash =
  | { readonly kind: 'run'; readonly options: CrashOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string };

export const crashUsage = `Usage: npm run crash -- [options]

  --kills N   how often the host is killed (default 100)
  --seed N    of the load and of the moments (default: any; it is printed)
  --app FILE  what to host (default: a bundle that is built for it)

Hosts the app and lets clients post readings, correct them, trade, order, add prosumers and change
settings, while the host is killed (SIGKILL) at any moment, in the middle of commits, while it starts
and while it brings old files up to date. In the end all that was acknowledged must be there, once;
balances must be those of a model apart from the app; and the whole grid must pass npm run verify.
Exit code: 0 all in order, 1 not, 2 wrong usage.
`;

const killsMax = 10_000;
const seedMax = 2 ** 31 - 1;

/** Reads the command line's options. An unknown or malformed one is refused with the reason. */
export function parseCrashOptions(args: readonly string[]): ParsedCrash {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { kills: text, seed: text, app: text, help: { type: 'boolean' } },
    });
    if (values.help === true) return { kind: 'help' };
    const options = {
      kills: wholeNumber('--kills', values.kills ?? '100', killsMax),
      seed: wholeNumber('--seed', values.seed ?? String(randomInt(1, seedMax)), seedMax),
      ...(values.app !== undefined && { appFile: values.app }),
    };
    return { kind: 'run', options };
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    return { kind: 'refused', reason: error.message };
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value > 0 && value <= max) return value;
  throw new Error(`${name} is "${text}"; it must be a whole number from 1 to ${max}.`);
}
