import type { JsonObject } from '../jsonFields.ts';
import { Finding } from './finding.ts';

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const hashPattern = /^[0-9a-f]{64}$/;
const moneyPattern = /^(?:0|-?[1-9][0-9]*)$/;

/** A text of a row. Throws a Finding where it is none, as all of these do. */
export function textField(thing: string, row: JsonObject, field: string): string {
  const value = row[field];
  if (typeof value === 'string') return value;
  throw new Finding(thing, `a text in ${field}`, shown(value));
}

/** An instant in UTC to the second: in its one spelling, whose order is that of time. */
export function instantField(thing: string, row: JsonObject, field: string): string {
  return matching(thing, row, field, instantPattern, 'an instant as 2026-11-01T00:00:00Z');
}

/** 64 digits of lower-case hex. */
export function hashField(thing: string, row: JsonObject, field: string): string {
  return matching(thing, row, field, hashPattern, '64 digits of hex');
}

/** Money in µsat, as its one decimal. */
export function moneyField(thing: string, row: JsonObject, field: string): bigint {
  return BigInt(matching(thing, row, field, moneyPattern, 'µsat as a decimal'));
}

/** A safe integer, negative ones included. */
export function integerField(thing: string, row: JsonObject, field: string): number {
  const value = row[field];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Finding(thing, `an integer in ${field}`, shown(value));
}

/** A safe integer from `least` on. */
export function countField(thing: string, row: JsonObject, field: string, least = 0): number {
  const value = integerField(thing, row, field);
  if (value >= least) return value;
  throw new Finding(thing, `${field} from ${least} on`, String(value));
}

/** One of a few words. */
export function wordField<const Word extends string>(
  thing: string,
  row: JsonObject,
  field: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === row[field]);
  if (found !== undefined) return found;
  throw new Finding(thing, `${words.join(', ')} in ${field}`, shown(row[field]));
}

function matching(
  thing: string,
  row: JsonObject,
  field: string,
  pattern: RegExp,
  expected: string,
): string {
  const value = row[field];
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new Finding(thing, `${expected} in ${field}`, shown(value));
}

const shownMax = 80;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, shownMax);
}
