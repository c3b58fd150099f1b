/** Wrong usage of the import: said to whoever gave the options, and nothing was posted. */
export class ImportUsageError extends Error {
  override readonly name = 'ImportUsageError';
}

/** The names of the columns, where they are not the usual ones. */
export type ColumnNames = {
  readonly time?: string;
  readonly prosumer?: string;
  readonly produced?: string;
  readonly consumed?: string;
};

/** Where in a record what stands. `timeZone` is absent where times must carry their own offset. */
export type ReadingColumns = {
  readonly count: number;
  readonly time: number;
  readonly prosumer: number;
  readonly produced: number;
  readonly consumed: number;
  readonly timeZone?: string;
};

const timePrefix = 'interval_start';
const utcSuffix = '_utc';

/**
 * Finds the columns in a header. Without a name the time is the first column that begins with
 * `interval_start`, in UTC where its name ends in `_utc`. Throws ImportUsageError when one is missing
 * or when a time zone is given for a column that says it is in UTC.
 */
export function findColumns(
  header: readonly string[],
  names: ColumnNames,
  timeZone: string | undefined,
): ReadingColumns {
  const titles = header.map((title) => title.trim());
  const time =
    names.time === undefined
      ? titles.findIndex((title) => title.startsWith(timePrefix))
      : titles.indexOf(names.time);
  if (time < 0) {
    const wanted = names.time ?? `${timePrefix}…`;
    throw new ImportUsageError(missing('time', wanted, titles));
  }
  const title = titles[time] ?? '';
  const isUtc = names.time === undefined && title.endsWith(utcSuffix);
  if (isUtc && timeZone !== undefined && timeZone !== 'UTC') {
    throw new ImportUsageError(
      `The column "${title}" is in UTC by its name, and --time-zone says ${timeZone}. ` +
        'Leave --time-zone out, or give --time-column as well to have it your way.',
    );
  }
  const zone = timeZone ?? (title.endsWith(utcSuffix) ? 'UTC' : undefined);
  return {
    count: titles.length,
    time,
    prosumer: columnOf('prosumer', names.prosumer ?? 'prosumer_id', titles),
    produced: columnOf('produced', names.produced ?? 'produced_wh', titles),
    consumed: columnOf('consumed', names.consumed ?? 'consumed_wh', titles),
    ...(zone === undefined ? {} : { timeZone: zone }),
  };
}

function columnOf(option: string, name: string, titles: readonly string[]): number {
  const column = titles.indexOf(name);
  if (column < 0) throw new ImportUsageError(missing(option, name, titles));
  return column;
}

function missing(option: string, name: string, titles: readonly string[]): string {
  return (
    `There is no column "${name}" among ${titles.map((title) => `"${title}"`).join(', ')}. ` +
    `Name it with --${option}-column.`
  );
}
