import { randomInt } from 'node:crypto';
import { parseArgs, types } from 'node:util';
import { type Endpoint, endpoints } from './openApiEndpoints.ts';

/** What the command line asks for. */
export type FuzzArguments = {
  /** So many in all, spread evenly over the endpoints. */
  readonly requests: number;
  readonly seed: number;
  readonly endpoints: readonly Endpoint[];
  /** As raw bytes to the local host in a process of its own, instead of to functions in this one. */
  readonly isOverSocket: boolean;
};

export type ParsedFuzzArguments =
  | { readonly ok: true; readonly value: FuzzArguments }
  | { readonly ok: false; readonly reason: string };

export const usage = `Usage: npm run fuzz -- [options]

  --requests N    how many in all (default 100000)
  --seed N        the same requests again (default: any, which is printed)
  --route TEXT    only methods and paths with this in them, such as "POST /grids"
  --socket        raw bytes over a socket to the local host, broken ones among them
`;

const seedsCount = 2 ** 31;

/** Reads the command line's options. An unknown or malformed one is refused with the reason. */
export function parseFuzzArguments(args: readonly string[]): ParsedFuzzArguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string', default: '100000' },
        seed: { type: 'string', default: String(randomInt(seedsCount)) },
        route: { type: 'string', default: '' },
        socket: { type: 'boolean', default: false },
      },
    });
    const chosen = endpoints.filter(({ method, path }) =>
      `${method} ${path}`.includes(values.route),
    );
    if (chosen.length === 0) throw new Error(`No method and path has "${values.route}" in it.`);
    return {
      ok: true,
      value: {
        requests: countOf('--requests', values.requests),
        seed: countOf('--seed', values.seed),
        endpoints: chosen,
        isOverSocket: values.socket,
      },
    };
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    return { ok: false, reason: error.message };
  }
}

function countOf(option: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`${option} ${text}: give a whole number.`);
}
