import { parseProsumerId } from '../../shared/domain/ids.ts';
import { energyWhMax } from '../../shared/domain/units.ts';
import type { CsvRecord } from './csv.ts';
import { createTimeReader, type RowTime } from './localTimes.ts';
import { ImportUsageError, type ReadingColumns } from './readingColumns.ts';

/**
 * What a row means whose local time came twice (the hour after the clocks went back):
 * `refuse` it; take it for the `first` or the `second` pass; `sequence`: of two rows of a prosumer
 * with the same time the earlier row is the first pass; `split`: one row stands for both passes and
 * is halved, the odd Wh to the first, an estimate and marked as one.
 */
export const ambiguousChoices = ['refuse', 'first', 'second', 'sequence', 'split'] as const;
export type AmbiguousChoice = (typeof ambiguousChoices)[number];

/** A reading as the API takes it. */
export type ReadingInput = {
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly quality?: 'estimated';
  readonly source: string;
};

/** What became of a row before anything is posted; a row may give two readings (`split`). */
export type RowOutcome = { readonly record: CsvRecord } & (
  | { readonly kind: 'reading'; readonly reading: ReadingInput }
  | { readonly kind: 'rejected'; readonly code: string }
  | { readonly kind: 'skipped'; readonly reason: string }
);

export type RowReader = {
  read(record: CsvRecord): readonly RowOutcome[];
  /** What was still held back: rows that waited in vain for their second pass. */
  end(): readonly RowOutcome[];
};

/** Rows held back until their second pass comes: four half-hours of many prosumers. */
const heldRowsMax = 200_000;

type Row = { readonly record: CsvRecord; readonly reading: Omit<ReadingInput, 'timeframe'> };

/** Turns the records of a CSV into readings, one pass, in order. The same records give the same. */
export function createRowReader(
  columns: ReadingColumns,
  ambiguous: AmbiguousChoice,
  source: string,
): RowReader {
  const readTime = createTimeReader(columns.timeZone);
  const held = createHeldRows();

  function read(record: CsvRecord): readonly RowOutcome[] {
    if ('problem' in record) return [rejected(record, 'csv_malformed')];
    const { fields } = record;
    if (fields.length !== columns.count) return [rejected(record, 'field_count_differs')];
    const time = readTime(fields[columns.time] ?? '');
    if (time.kind === 'zone_missing') {
      throw new ImportUsageError(
        `Line ${record.line} has a time without an offset, and nothing says in which zone it is. ` +
          'Give --time-zone, as Europe/Berlin or UTC.',
      );
    }
    if (time.kind === 'malformed') return [rejected(record, 'time_malformed')];
    const prosumerId = (fields[columns.prosumer] ?? '').trim();
    if (parseProsumerId(prosumerId) === undefined) {
      return [rejected(record, 'prosumer_id_malformed')];
    }
    const producedWh = energyOf(fields[columns.produced] ?? '');
    const consumedWh = energyOf(fields[columns.consumed] ?? '');
    if (producedWh === undefined || consumedWh === undefined) {
      return [rejected(record, 'energy_malformed')];
    }
    const row: Row = { record, reading: { prosumerId, producedWh, consumedWh, source } };
    return place(row, time);
  }

  function place(row: Row, time: Exclude<RowTime, { kind: 'malformed' | 'zone_missing' }>) {
    if (time.kind === 'two') {
      return ambiguous === 'sequence' ? held.take(row, time) : assign(row, time, ambiguous);
    }
    const alone = held.release(row.reading.prosumerId);
    if (time.kind === 'one') return [...alone, at(row, time.instant)];
    return [...alone, nonexistent(row)];
  }

  return { read, end: () => held.releaseAll() };
}

/** Clocks skip this time. Metering systems fill the gap with zeros; energy in it is a mistake. */
function nonexistent({ record, reading }: Row): RowOutcome {
  return reading.producedWh === 0 && reading.consumedWh === 0
    ? { kind: 'skipped', record, reason: 'time does not exist' }
    : rejected(record, 'local_time_does_not_exist');
}

function assign(
  row: Row,
  { earlier, later }: Extract<RowTime, { kind: 'two' }>,
  ambiguous: Exclude<AmbiguousChoice, 'sequence'>,
): readonly RowOutcome[] {
  switch (ambiguous) {
    case 'refuse':
      return [rejected(row.record, 'local_time_ambiguous')];
    case 'first':
      return [at(row, earlier)];
    case 'second':
      return [at(row, later)];
    case 'split':
      return [half(row, earlier, Math.ceil), half(row, later, Math.floor)];
  }
}

/** One of the two halves; Math.ceil gives the odd Wh to the one, Math.floor leaves it off the other. */
function half({ record, reading }: Row, timeframe: string, round: (n: number) => number) {
  return at(
    {
      record,
      reading: {
        ...reading,
        producedWh: round(reading.producedWh / 2),
        consumedWh: round(reading.consumedWh / 2),
        quality: 'estimated',
      },
    },
    timeframe,
  );
}

/** Rows of the doubled hour that wait for the row of the second pass. */
function createHeldRows() {
  const heldByProsumer = new Map<string, Map<string, Row>>();
  let count = 0;

  function release(prosumerId: string): readonly RowOutcome[] {
    const rows = heldByProsumer.get(prosumerId);
    if (rows === undefined) return [];
    heldByProsumer.delete(prosumerId);
    count -= rows.size;
    return [...rows.values()].map(({ record }) => rejected(record, 'local_time_unpaired'));
  }

  return {
    take(row: Row, { earlier, later }: Extract<RowTime, { kind: 'two' }>): readonly RowOutcome[] {
      const { prosumerId } = row.reading;
      const rows = heldByProsumer.get(prosumerId) ?? new Map<string, Row>();
      const first = rows.get(earlier);
      if (first !== undefined) {
        rows.delete(earlier);
        count -= 1;
        return [at(first, earlier), at(row, later)];
      }
      if (count >= heldRowsMax) {
        throw new Error(`more than ${heldRowsMax} rows wait for the second pass of their hour`);
      }
      heldByProsumer.set(prosumerId, rows.set(earlier, row));
      count += 1;
      return [];
    },
    release,
    releaseAll: () => [...heldByProsumer.keys()].flatMap(release),
  };
}

function at({ record, reading }: Row, timeframe: string): RowOutcome {
  return { kind: 'reading', record, reading: { ...reading, timeframe } };
}

function rejected(record: CsvRecord, code: string): RowOutcome {
  return { kind: 'rejected', record, code };
}

/** Whole Wh from 0 to what a reading may hold; `12.0` is 12. */
function energyOf(text: string): number | undefined {
  if (!/^\d+(?:\.0+)?$/.test(text.trim())) return undefined;
  const energyWh = Number(text);
  return energyWh <= energyWhMax ? energyWh : undefined;
}
