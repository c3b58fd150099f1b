import { parseArgs } from 'node:util';
import { isId } from '../../shared/domain/ids.ts';
import { type Instant, parseInstant } from '../../shared/domain/timeframe.ts';
import { attemptsMax } from '../apiClient.ts';
import { errorCodeOf } from '../errorCode.ts';

const datasets = ['trades', 'nettos', 'postings'] as const;
const formats = ['csv', 'ndjson'] as const;
const rowsPerPageDefault = 5_000;
const rowsPerPageMax = 10_000;

export type ExportArguments = {
  readonly url: string;
  readonly gridId: string;
  readonly dataset: (typeof datasets)[number];
  readonly format: (typeof formats)[number];
  readonly from?: Instant;
  readonly to?: Instant;
  readonly rowsPerPage: number;
  /** Absent: the export goes to stdout. */
  readonly file?: string;
  /** Begins at the first page whatever an earlier run has written. */
  readonly restart: boolean;
};

/** Wrong usage of the export: said to whoever gave the options, and nothing was asked for. */
export class ExportUsageError extends Error {
  override readonly name = 'ExportUsageError';
}

export const exportUsage = `Writes what is recorded of a mini grid to a file, or to stdout.

  npm run export -- --grid ID --dataset DATASET [options]

  --dataset DATASET   ${datasets.join(', ')}
  --from INSTANT      timeframes from this start on, as 2026-11-01T00:00:00Z (the first)
  --to INSTANT        timeframes before this start (none left out)
  --format FORMAT     csv or ndjson, a JSON object to a line (by the end of --out, else csv)
  --out FILE          written as FILE.partial and renamed once it is whole, over what is there
  --url URL           the API (http://127.0.0.1:7071)
  --rows N            rows per request, 1 to ${rowsPerPageMax} (${rowsPerPageDefault})
  --restart           begins again instead of where a run with the same options stopped

Where the API asks for a token, it is taken from the environment: API_TOKEN.
A page that fails in passing is asked for up to ${attemptsMax} times. Run it again after a failure: with
--out it goes on after the last page that was written. npm itself writes to stdout: without --out
it is npm run --silent export.
Exit code: 0 all written, 1 a failure, 2 wrong usage.
`;

/** Reads the command line; undefined when help was asked for. Throws ExportUsageError. */
export function readExportArguments(args: readonly string[]): ExportArguments | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  if (values.grid === undefined) throw new ExportUsageError('Which mini grid? Give --grid ID.');
  if (!isId(values.grid)) throw new ExportUsageError(`--grid ${values.grid} is no id of a grid.`);
  const from = instantOf('--from', values.from);
  const to = instantOf('--to', values.to);
  return {
    url: urlOf(values.url ?? 'http://127.0.0.1:7071'),
    gridId: values.grid,
    dataset: oneOf('--dataset', datasets, values.dataset),
    format: oneOf('--format', formats, values.format ?? formatOf(values.out)),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    rowsPerPage: rowsOf(values.rows ?? String(rowsPerPageDefault)),
    ...(values.out !== undefined && { file: values.out }),
    restart: values.restart === true,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const texts = { grid: text, dataset: text, from: text, to: text, format: text, out: text };
  const others = { url: text, rows: text, restart: flag, help: { ...flag, short: 'h' } };
  try {
    return parseArgs({ args: [...args], options: { ...texts, ...others } });
  } catch (error) {
    if (errorCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new ExportUsageError(`${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
}

function oneOf<const Word extends string>(
  option: string,
  words: readonly Word[],
  text: string | undefined,
): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const given = text === undefined ? '' : `, not ${text}`;
  throw new ExportUsageError(`${option} is one of ${words.join(', ')}${given}.`);
}

function formatOf(file: string | undefined): string {
  return formats.find((format) => file?.endsWith(`.${format}`)) ?? 'csv';
}

function instantOf(option: string, text: string | undefined): Instant | undefined {
  const instant = text === undefined ? undefined : parseInstant(text);
  if (text === undefined || instant !== undefined) return instant;
  throw new ExportUsageError(
    `${option} is an instant in UTC as 2026-11-01T00:00:00Z, not ${text}.`,
  );
}

function rowsOf(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 1 && rows <= rowsPerPageMax) return rows;
  throw new ExportUsageError(`--rows is from 1 to ${rowsPerPageMax}, not ${text}.`);
}

/** The base of the API: of an address without a path it is `/api`. */
function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ExportUsageError(`--url is an http address, not ${text}.`);
  }
  return url.pathname === '/' ? new URL('/api', url).href : text;
}
