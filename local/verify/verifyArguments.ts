import { parseArgs } from 'node:util';
import { isId, parseProsumerId } from '../../shared/domain/ids.ts';
import { errorCodeOf } from '../errorCode.ts';

export type VerifyArguments = {
  readonly gridId: string;
  /** The API; not asked where there are files. */
  readonly url: string;
  readonly files: readonly string[];
  readonly prosumerId?: string;
  readonly isPart: boolean;
  readonly known: readonly string[];
};

/** Wrong usage: said to whoever gave the options, and nothing was checked. */
export class VerifyUsageError extends Error {
  override readonly name = 'VerifyUsageError';
}

export const verifyUsage = `Checks a mini grid from what the API shows of it, or from its exports alone.

  npm run verify -- --grid ID [options]

  --url URL      the API (http://127.0.0.1:7071)
  --file FILE    an export as NDJSON, .gz or not, instead of the API; once for each file
  --part         the files are a range of the grid: its chain may begin before them
  --known HASH   a hash kept from earlier, which a trade must have; once for each
  --prosumer ID  what this prosumer can check of its own trades; over the API

Each trade is computed anew: id, parties, amounts and its hash, SHA-256 of its RFC 8785 JSON. Then
the chain, the postings, the accounts, and each netto against what was traded. The first thing that
is wrong is named, with what was expected and what is there; and what could not be checked is said.
Exit code: 0 all in order, 1 something is wrong, 2 wrong usage, 3 it could not be checked.
`;

/** Reads the command line; undefined when help was asked for. Throws VerifyUsageError. */
export function readVerifyArguments(args: readonly string[]): VerifyArguments | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  const { grid, url, prosumer, file = [], known = [], part = false } = values;
  if (grid === undefined) throw new VerifyUsageError('Which mini grid? Give --grid ID.');
  if (!isId(grid)) throw new VerifyUsageError(`--grid ${grid} is no id of a grid.`);
  if (prosumer !== undefined && parseProsumerId(prosumer) === undefined) {
    throw new VerifyUsageError(`--prosumer ${prosumer} is no id of a prosumer.`);
  }
  if (file.length > 0 && (url !== undefined || prosumer !== undefined)) {
    throw new VerifyUsageError('--file is instead of --url and --prosumer, not beside them.');
  }
  if (part && file.length === 0) throw new VerifyUsageError('--part is of files: give --file.');
  if (known.length > 0 && prosumer !== undefined) {
    throw new VerifyUsageError('--known is of a grid, not of a prosumer.');
  }
  const strange = known.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
  if (strange !== undefined) {
    throw new VerifyUsageError(`--known is 64 digits of lower-case hex, not ${strange}.`);
  }
  return {
    gridId: grid,
    url: urlOf(url ?? 'http://127.0.0.1:7071'),
    files: file,
    ...(prosumer !== undefined && { prosumerId: prosumer }),
    isPart: part,
    known,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const options = { grid: text, url: text, prosumer: text, file: texts, known: texts, part: flag };
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { ...flag, short: 'h' } } });
  } catch (error) {
    if (errorCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new VerifyUsageError(`${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
}

/** The base of the API: of an address without a path it is `/api`. */
function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new VerifyUsageError(`--url is an http address, not ${text}.`);
  }
  return url.pathname === '/' ? new URL('/api', url).href : text;
}
