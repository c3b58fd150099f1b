import { resolve } from 'node:path';
import { answerFaults } from '../functions/answerFaults.ts';
import type { Answer } from '../functions/api.ts';
import type { FuzzRequest } from './fuzzRequest.ts';

/** The longest that an answer may take, in milliseconds; far above what any needs. */
export const answerMsMax = 5_000;

/** What a stranger must not be told: stacks, paths of the server, names from inside of a store. */
const inner = [
  /\n\s+at \S/,
  /file:\/\//,
  /node_modules/,
  /\bnode:\w/,
  /SQLITE_|\bsqlite\b/i,
  /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|AssertionError)\b/,
];
const home = resolve(import.meta.dirname, '../..');

/** What is wrong with an answer, whatever was asked; empty where nothing is. */
export function checkAnswer(
  { method, path }: FuzzRequest,
  answer: Answer,
  tookMs: number,
): readonly string[] {
  const { status, headers, body } = answer;
  const faults: string[] = [];
  if (status >= 500) faults.push(`status ${status}`);
  if (tookMs > answerMsMax) faults.push(`took ${Math.round(tookMs)} ms`);
  for (const fault of answerFaults(method, path, answer)) faults.push(JSON.stringify(fault));
  if (status >= 400) {
    if (body?.status !== status) faults.push(`a problem of status ${body?.status} as ${status}`);
    faults.push(...toldFaults(JSON.stringify([headers, body])));
  }
  return faults;
}

/** What a text tells that is nobody's business. */
export function toldFaults(text: string): readonly string[] {
  const told = inner.flatMap((pattern) => pattern.exec(text)?.slice(0, 1) ?? []);
  const all = text.includes(home) ? [...told, home] : told;
  return all.map((what) => `tells ${JSON.stringify(what)}`);
}
