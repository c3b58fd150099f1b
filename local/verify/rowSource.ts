import { isJsonObject, type JsonObject } from '../jsonFields.ts';
import { Finding } from './finding.ts';

/** A row as it came, and where it stands. */
export type SourceRow = { readonly place: string; readonly json: JsonObject };

/** Rows in the order of an export, some at a time. May be read once. */
export type RowSource = AsyncIterable<readonly SourceRow[]>;

/** Reads a line of newline-delimited JSON. Throws a Finding where it is none. */
export function rowOf(line: string, place: string): SourceRow {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new Finding(place, 'a JSON object', JSON.stringify(line.slice(0, shownMax)));
  }
  if (isJsonObject(json)) return { place, json };
  throw new Finding(place, 'a JSON object', line.slice(0, shownMax));
}

const shownMax = 80;
