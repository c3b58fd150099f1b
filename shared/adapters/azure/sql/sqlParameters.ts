import mssql from 'mssql';
import { assert } from '../../../domain/assert.ts';
import type { SqlParameters } from './sqlDatabase.ts';

type Parameter = SqlParameters[string];

const idLengthMax = 63;
const instantLengthMax = 20;
const wordLengthMax = 40;
const asciiLengthMax = 200;
const lockLengthMax = 255;
const intMax = 2_147_483_647;

/**
 * Ids, instants and words are VARCHAR as their columns are: an NVARCHAR would make the server
 * convert the column, row by row, instead of seeking in its index.
 */
export function idParameter(value: string): Parameter {
  return { type: mssql.VarChar(idLengthMax), value };
}

export function instantParameter(value: string | null): Parameter {
  return { type: mssql.VarChar(instantLengthMax), value };
}

export function wordParameter(value: string): Parameter {
  return { type: mssql.VarChar(wordLengthMax), value };
}

export function textParameter(value: string, lengthMax: number): Parameter {
  return { type: mssql.NVarChar(lengthMax), value };
}

/** The name of a lock of the application. */
export function lockParameter(value: string): Parameter {
  return { type: mssql.NVarChar(lockLengthMax), value };
}

/** A text of any length, such as JSON. */
export function longTextParameter(value: string | null): Parameter {
  return { type: mssql.NVarChar(mssql.MAX), value };
}

/** Rows for OPENJSON. BIGINTs go as strings, whole. */
export function rowsParameter(rows: readonly unknown[]): Parameter {
  return longTextParameter(
    JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
}

/** What is longer than an id and only of ASCII, such as a hash. */
export function asciiParameter(value: string): Parameter {
  return { type: mssql.VarChar(asciiLengthMax), value };
}

/** A safe integer, or none. */
export function bigIntParameter(value: number | null): Parameter {
  assert(value === null || Number.isSafeInteger(value), () => `${value} is no safe integer`);
  return { type: mssql.BigInt(), value };
}

/** Throws on a number that an INT does not hold. */
export function intParameter(value: number | null): Parameter {
  assert(
    value === null || (Number.isSafeInteger(value) && Math.abs(value) <= intMax),
    () => `${value} is no number for an INT`,
  );
  return { type: mssql.Int(), value };
}
