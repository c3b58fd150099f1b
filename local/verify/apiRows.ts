import { type ApiClient, ApiProblem } from '../apiClient.ts';
import { isJsonObject, objectOf } from '../jsonFields.ts';
import { rowOf, type SourceRow } from './rowSource.ts';

const pagesMax = 1_000_000;
const rowsPerExportPage = 10_000;
const rowsPerPage = 1_000;

export type Dataset = 'trades' | 'postings' | 'nettos';

/** All rows of an export of a grid, page by page. Throws a Finding on a row that is none. */
export async function* exportedRows(
  client: ApiClient,
  gridId: string,
  dataset: Dataset,
): AsyncGenerator<readonly SourceRow[]> {
  let cursor: string | undefined;
  let number = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const query = queryOf({ format: 'ndjson', limit: String(rowsPerExportPage) }, cursor);
    const path = `/grids/${gridId}/exports/${dataset}${query}`;
    const { text, link, contentType = 'no type' } = await client.linked(path);
    if (!contentType.startsWith('application/x-ndjson')) {
      throw new ApiProblem(path, 200, contentType, 'not an export: is it the address of the API?');
    }
    const rows: SourceRow[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      number += 1;
      rows.push(rowOf(line, `row ${number} of ${dataset}`));
    }
    yield rows;
    const next = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? '')?.[1];
    if (next === undefined) return;
    cursor = cursorAfter(path, next, cursor);
  }
  throw new Error(`the export of ${dataset} has more than ${pagesMax} pages`);
}

/** All items of a collection, page by page. `path` has no query. */
export async function* listedRows(
  client: ApiClient,
  path: string,
): AsyncGenerator<readonly SourceRow[]> {
  let cursor: string | undefined;
  let number = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = objectOf(
      await client.get(path + queryOf({ limit: String(rowsPerPage) }, cursor)),
    );
    const { value, nextLink } = answer;
    if (!Array.isArray(value)) throw new Error(`${path} answered no list`);
    yield value.filter(isJsonObject).map((json) => {
      number += 1;
      return { place: `item ${number} of ${path}`, json };
    });
    if (typeof nextLink !== 'string') return;
    cursor = cursorAfter(path, nextLink, cursor);
  }
  throw new Error(`${path} has more than ${pagesMax} pages`);
}

function queryOf(query: Readonly<Record<string, string>>, cursor: string | undefined): string {
  return `?${new URLSearchParams({ ...query, ...(cursor !== undefined && { cursor }) })}`;
}

/** Only the cursor: behind a proxy the app may be known by an address that is not to be reached. */
function cursorAfter(path: string, next: string, before: string | undefined): string {
  const cursor = URL.parse(next, 'http://localhost')?.searchParams.get('cursor');
  if (!cursor || cursor === before) throw new Error(`${path} does not go on after a page`);
  return cursor;
}
