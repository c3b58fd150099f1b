import type { Writable } from 'node:stream';
import { mediaTypeOf } from '../../shared/http/exportText.ts';
import { ApiProblem, createApiClient } from '../apiClient.ts';
import type { ExportArguments } from './exportArguments.ts';
import { type ExportProgress, type ExportSink, streamSink } from './exportSink.ts';
import { openPartialFile } from './partialFile.ts';

export type ExportSurroundings = {
  /** Where the export goes without a file. */
  readonly output: Writable;
  readonly say: (line: string) => void;
  /** What callers of the API are known by, where it asks for that. */
  readonly token?: () => Promise<string>;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
};

const pagesMax = 1_000_000;
const pagesPerNote = 20;

/** Writes all pages of an export, one at a time, and answers how many rows they have. */
export async function runExport(
  given: ExportArguments,
  surroundings: ExportSurroundings,
): Promise<{ readonly rows: number }> {
  const sink = await openSink(given, surroundings);
  const { rows } = sink.start;
  if (rows > 0) surroundings.say(`Going on after ${rows} rows that an earlier run has written.`);
  try {
    const written = await writePages(given, surroundings, sink);
    await sink.complete();
    return { rows: written };
  } finally {
    await sink.close();
  }
}

async function openSink(
  { file, restart, rowsPerPage: _, ...identity }: ExportArguments,
  { output }: ExportSurroundings,
): Promise<ExportSink> {
  if (file === undefined) return streamSink(output);
  return openPartialFile(file, JSON.stringify(identity), restart);
}

async function writePages(
  given: ExportArguments,
  surroundings: ExportSurroundings,
  sink: ExportSink,
): Promise<number> {
  const client = createApiClient({
    ...surroundings,
    url: given.url,
    onRetry: (reason, waitMs) =>
      surroundings.say(`${reason}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
  });
  let { rows, cursor }: ExportProgress = sink.start;
  for (let page = 1; page <= pagesMax; page += 1) {
    const { text, link, contentType } = await client.linked(pathOf(given, cursor));
    if (typeOf(contentType) !== typeOf(mediaTypeOf[given.format])) {
      throw notAnExport(given, contentType);
    }
    rows += linesIn(text) - (given.format === 'csv' && cursor === undefined ? 1 : 0);
    const next = cursorIn(link, given.url);
    if (next === undefined) {
      await sink.append(text, { rows });
      return rows;
    }
    if (next === cursor) throw new Error(`the export does not go on after ${rows} rows`);
    cursor = next;
    await sink.append(text, { rows, cursor });
    if (page % pagesPerNote === 0) surroundings.say(`${rows} rows so far`);
  }
  throw new Error(`the export has more than ${pagesMax} pages: give --rows or a shorter range`);
}

/** Without its parameters, which one on the way may have changed. */
function typeOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

/** Something else than the app answered, such as a proxy with a page to log in. */
function notAnExport({ url, format }: ExportArguments, contentType = 'no type'): ApiProblem {
  return new ApiProblem(url, 200, contentType, `not ${format}: is it the address of the API?`);
}

function pathOf(given: ExportArguments, cursor: string | undefined): string {
  const { gridId, dataset, format, from, to, rowsPerPage } = given;
  const query = new URLSearchParams({
    format,
    limit: String(rowsPerPage),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(cursor !== undefined && { cursor }),
  });
  return `/grids/${gridId}/exports/${dataset}?${query}`;
}

/**
 * The cursor of the next page. Only the cursor: behind a proxy the app may be known by an address at
 * which it cannot be reached from here.
 */
function cursorIn(link: string | undefined, url: string): string | undefined {
  const address = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? '')?.[1];
  if (address === undefined) return undefined;
  const cursor = URL.parse(address, url)?.searchParams.get('cursor');
  if (cursor) return cursor;
  throw new Error(`the answer names a next page without a cursor: ${link}`);
}

/** No cell of an export holds a line break. */
function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
