import type { ApiClient } from '../apiClient.ts';
import { numberIn, objectOf, objectsIn, textIn } from '../jsonFields.ts';
import { type CsvRecord, createCsvParser } from './csv.ts';
import { addLine, emptyTally, type ImportTally } from './importTally.ts';
import { type ColumnNames, findColumns, ImportUsageError } from './readingColumns.ts';
import {
  type AmbiguousChoice,
  createRowReader,
  type ReadingInput,
  type RowOutcome,
  type RowReader,
} from './readingRows.ts';

export type ImportOptions = {
  readonly gridId: string;
  readonly columns: ColumnNames;
  readonly timeZone?: string;
  readonly ambiguous: AmbiguousChoice;
  readonly source: string;
  /** Readings per request, 2 to `readingsPerPostMax`. */
  readonly batchSize: number;
};

/** What the API takes in one request. */
export const readingsPerPostMax = 10_000;

/** A line that was rejected, and why. */
export type RejectedLine = { readonly record: CsvRecord; readonly code: string };

/** How far an import is: all records up to `records`, the header not counted, are done with. */
export type ImportProgress = { readonly records: number; readonly tally: ImportTally };

export type ImportHooks = {
  /** Goes on after this; the records before it are read again but not posted. */
  readonly resumeFrom?: ImportProgress;
  /** Called with the header before anything is posted. */
  readonly started?: (header: CsvRecord) => Promise<void>;
  /** Called after each batch that the API has acknowledged, with the lines rejected in it. */
  readonly acknowledged?: (
    progress: ImportProgress,
    rejectedLines: readonly RejectedLine[],
  ) => Promise<void>;
};

/**
 * Posts a CSV of readings to a grid, in order, in batches, holding one batch in memory. Safe to
 * repeat from anywhere: a reading that is there already is a duplicate. Throws ImportUsageError on a
 * header that does not fit, and what the client throws when the API cannot be reached.
 */
export async function importReadings(
  client: Pick<ApiClient, 'post'>,
  text: AsyncIterable<string>,
  options: ImportOptions,
  hooks: ImportHooks = {},
): Promise<ImportProgress> {
  const parser = createCsvParser();
  const done = hooks.resumeFrom?.records ?? 0;
  const batch = createBatch(client, options, hooks);
  let rows: RowReader | undefined;
  let records = 0;

  async function take(some: readonly CsvRecord[]): Promise<void> {
    for (const record of some) {
      if (rows === undefined) {
        rows = readHeader(record, options);
        await hooks.started?.(record);
        continue;
      }
      const outcomes = rows.read(record);
      records += 1;
      if (records > done) await batch.add(outcomes, records);
    }
  }

  for await (const piece of text) await take(parser.push(piece));
  await take(parser.end());
  if (rows === undefined) throw new ImportUsageError('The file is empty: there is no header.');
  return batch.finish(rows.end(), records);
}

function readHeader(record: CsvRecord, options: ImportOptions): RowReader {
  if ('problem' in record) {
    throw new ImportUsageError(`The header (line ${record.line}): ${record.problem}.`);
  }
  const columns = findColumns(record.fields, options.columns, options.timeZone);
  return createRowReader(columns, options.ambiguous, options.source);
}

/** Collects what became of records and posts it when there is a request full. */
function createBatch(
  client: Pick<ApiClient, 'post'>,
  { gridId, batchSize }: ImportOptions,
  { resumeFrom, acknowledged }: ImportHooks,
) {
  let tally = resumeFrom?.tally ?? emptyTally;
  let outcomes: RowOutcome[] = [];
  let through = resumeFrom?.records ?? 0;

  async function flush(): Promise<void> {
    const readings = outcomes.filter((outcome) => outcome.kind === 'reading');
    const answer =
      readings.length === 0
        ? undefined
        : await postReadings(
            client,
            gridId,
            readings.map(({ reading }) => reading),
          );
    const rejectedLines: RejectedLine[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'rejected') rejectedLines.push(outcome);
      if (outcome.kind === 'skipped') tally = addSkipped(tally, outcome);
    }
    for (const { index, code } of answer?.rejected ?? []) {
      const record = readings[index]?.record;
      if (record === undefined) throw new Error(`the API rejected item ${index}, which is none`);
      rejectedLines.push({ record, code });
    }
    rejectedLines.sort((a, b) => a.record.line - b.record.line);
    tally = addAnswer(tally, answer, rejectedLines);
    outcomes = [];
    await acknowledged?.({ records: through, tally }, rejectedLines);
  }

  return {
    /** Adds what a record gave. A batch ends between records, so that a checkpoint can name one. */
    async add(more: readonly RowOutcome[], record: number): Promise<void> {
      if (outcomes.length > 0 && outcomes.length + more.length > batchSize) await flush();
      outcomes.push(...more);
      through = record;
    },
    async finish(more: readonly RowOutcome[], records: number): Promise<ImportProgress> {
      // What was held back to the end may be more than a request takes, and comes only rejected.
      outcomes.push(...more);
      through = records;
      if (outcomes.length > 0) await flush();
      return { records, tally };
    },
  };
}

type Answer = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: readonly { readonly index: number; readonly code: string }[];
};

async function postReadings(
  client: Pick<ApiClient, 'post'>,
  gridId: string,
  readings: readonly ReadingInput[],
): Promise<Answer> {
  const path = `/grids/${encodeURIComponent(gridId)}/readings`;
  const answer = objectOf(await client.post(path, { readings }));
  const rejected = objectsIn(answer, 'results')
    .filter((result) => result['status'] === 'rejected')
    .map((result) => ({ index: numberIn(result, 'index'), code: textIn(result, 'code') }));
  return {
    accepted: numberIn(answer, 'accepted'),
    duplicate: numberIn(answer, 'duplicate'),
    late: numberIn(answer, 'late'),
    rejected,
  };
}

function addAnswer(
  tally: ImportTally,
  answer: Answer | undefined,
  rejectedLines: readonly RejectedLine[],
): ImportTally {
  return {
    ...tally,
    accepted: tally.accepted + (answer?.accepted ?? 0),
    duplicate: tally.duplicate + (answer?.duplicate ?? 0),
    late: tally.late + (answer?.late ?? 0),
    rejected: tally.rejected + rejectedLines.length,
    rejectedByCode: rejectedLines.reduce(
      (groups, { record, code }) => addLine(groups, code, record.line),
      tally.rejectedByCode,
    ),
  };
}

function addSkipped(
  tally: ImportTally,
  { record, reason }: Extract<RowOutcome, { kind: 'skipped' }>,
): ImportTally {
  return {
    ...tally,
    skipped: tally.skipped + 1,
    skippedByReason: addLine(tally.skippedByReason, reason, record.line),
  };
}
