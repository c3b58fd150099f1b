import { parseArgs } from 'node:util';
import { isId } from '../../shared/domain/ids.ts';
import { isTimeZone } from '../../shared/domain/localTime.ts';
import { errorCodeOf } from '../errorCode.ts';
import { type ImportOptions, readingsPerPostMax } from './importReadings.ts';
import { ImportUsageError } from './readingColumns.ts';
import { type AmbiguousChoice, ambiguousChoices } from './readingRows.ts';

export type ImportArguments = {
  readonly file: string;
  readonly url: string;
  readonly options: ImportOptions;
  readonly rejectsFile?: string;
  /** Begins at the first line whatever was posted before. */
  readonly restart: boolean;
};

export const importUsage = `Posts a CSV of readings to a mini grid.

  npm run import -- --grid ID FILE.csv[.gz] [options]

  --url URL                the API (http://127.0.0.1:7071/api)
  --time-zone ZONE         zone of times without an offset, as Europe/Berlin or UTC;
                           not needed where the column's name ends in _utc
  --time-column NAME       start of the interval (the first that begins with interval_start)
  --prosumer-column NAME   (prosumer_id)
  --produced-column NAME   whole Wh (produced_wh)
  --consumed-column NAME   whole Wh (consumed_wh)
  --ambiguous CHOICE       rows of the hour that the clock shows twice in autumn:
                             refuse    report them by line (this is what happens unasked)
                             first     they are the first pass
                             second    they are the second pass
                             sequence  two rows of a prosumer with one time: first, then second
                             split     one row is the sum of both: halved, marked as estimated
  --source NAME            kept with each reading (import)
  --batch N                readings per request, 2 to ${readingsPerPostMax} (${readingsPerPostMax})
  --rejects FILE           writes every rejected line there, with its number and code
  --restart                begins again instead of where it stopped

Where the API asks for a token, it is taken from the environment: API_TOKEN.
Rows whose time the clock skips in spring are passed over if they are 0 Wh, else rejected.
Run it again after a failure: it goes on after the last batch that was acknowledged.
Exit code: 0 all taken, 1 some rejected or a failure, 2 wrong usage.
`;

/** Reads the command line; undefined when help was asked for. Throws ImportUsageError. */
export function readImportArguments(args: readonly string[]): ImportArguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [file, ...others] = positionals;
  if (file === undefined) throw new ImportUsageError('Which file? Give one CSV.');
  if (others.length > 0) throw new ImportUsageError(`One file at a time, not also ${others[0]}.`);
  if (values.grid === undefined) throw new ImportUsageError('Which mini grid? Give --grid ID.');
  if (!isId(values.grid)) throw new ImportUsageError(`--grid ${values.grid} is no id of a grid.`);
  const timeZone = values['time-zone'];
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new ImportUsageError(`--time-zone ${timeZone} is no IANA time zone.`);
  }
  return {
    file,
    url: urlOf(values.url ?? 'http://127.0.0.1:7071/api'),
    options: {
      gridId: values.grid,
      columns: withoutAbsent({
        time: values['time-column'],
        prosumer: values['prosumer-column'],
        produced: values['produced-column'],
        consumed: values['consumed-column'],
      }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ambiguous: ambiguousOf(values.ambiguous ?? 'refuse'),
      source: values.source ?? 'import',
      batchSize: batchSizeOf(values.batch ?? String(readingsPerPostMax)),
    },
    ...(values.rejects === undefined ? {} : { rejectsFile: values.rejects }),
    restart: values.restart === true,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        grid: text,
        url: text,
        'time-zone': text,
        'time-column': text,
        'prosumer-column': text,
        'produced-column': text,
        'consumed-column': text,
        ambiguous: text,
        source: text,
        batch: text,
        rejects: text,
        restart: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    if (errorCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new ImportUsageError(`${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
}

function ambiguousOf(text: string): AmbiguousChoice {
  const choice = ambiguousChoices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new ImportUsageError(`--ambiguous is one of ${ambiguousChoices.join(', ')}, not ${text}.`);
}

function batchSizeOf(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 2 && size <= readingsPerPostMax) return size;
  throw new ImportUsageError(`--batch is from 2 to ${readingsPerPostMax}, not ${text}.`);
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new ImportUsageError(`--url is an http address, not ${text}.`);
}

function withoutAbsent<Name extends string>(
  values: Readonly<Record<Name, string | undefined>>,
): { readonly [name in Name]?: string } {
  const present: { [name in Name]?: string } = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) present[name] = value;
  }
  return present;
}
