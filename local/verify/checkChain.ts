import type { Segment } from './checkRevisions.ts';
import type { ClosingRow } from './closingRow.ts';
import { expectField, Finding } from './finding.ts';

/** What stands before the first trade of a grid. */
export const zeroHash = '0'.repeat(64);

export type Chain = {
  /** The hash that it ends at; of parts, that of the last one. */
  readonly hash: string;
  /** How often it is taken up anew: 1, but where the exports are a range of the grid. */
  readonly partCount: number;
};

/**
 * Links the segments of a grid, each by the hash before its first trade: one begins at 64 zeros, each
 * other at the end of exactly one, nothing forks, nothing is left over. Of a part of a grid, any may
 * begin at what is not there. Throws a Finding.
 */
export function checkChain(
  segments: readonly Segment[],
  closings: readonly ClosingRow[] | undefined,
  isPart: boolean,
): Chain {
  const byStart = new Map<string, Segment>();
  for (const segment of segments) {
    const other = byStart.get(segment.previousHash);
    if (other !== undefined) {
      const taken = `a hash that ${nameOf(other)} does not begin at too`;
      throw new Finding(nameOf(segment), `previousHash ${taken}`, segment.previousHash);
    }
    byStart.set(segment.previousHash, segment);
  }
  const ends = new Set([zeroHash, ...segments.map(({ hash }) => hash)]);
  const loose = segments.filter(({ previousHash }) => !ends.has(previousHash));
  const [first] = loose;
  if (first !== undefined && !isPart) {
    const expected = 'previousHash at which another timeframe ends';
    throw new Finding(nameOf(first), expected, first.previousHash);
  }
  const starts = [...(byStart.has(zeroHash) ? [zeroHash] : []), ...loose.map(startOf)];
  // The place in the chain of each hash at which a segment ends.
  const places = new Map([[zeroHash, 0]]);
  let hash = zeroHash;
  for (const start of starts) hash = walk(byStart, start, places);
  const left = segments.find((segment) => !places.has(segment.hash));
  if (left !== undefined) {
    throw new Finding(nameOf(left), 'a way back to the start of the chain', left.previousHash);
  }
  if (closings !== undefined) checkClosingOrder(closings, places, hash);
  return { hash, partCount: Math.max(1, starts.length) };
}

function nameOf({ timeframe, revision }: Segment): string {
  return `timeframe ${timeframe} revision ${revision}`;
}

function startOf({ previousHash }: Segment): string {
  return previousHash;
}

/** Follows the chain from a hash on, and answers the one it ends at. */
function walk(
  byStart: ReadonlyMap<string, Segment>,
  start: string,
  places: Map<string, number>,
): string {
  let hash = start;
  for (let steps = 0; steps <= byStart.size; steps += 1) {
    const next = byStart.get(hash);
    if (next === undefined) break;
    hash = next.hash;
    places.set(hash, places.size);
  }
  return hash;
}

/**
 * The closings in the order in which they were made go along the chain and never back, are as many
 * as there are revisions, and the last of them has the hash that the chain ends at.
 */
function checkClosingOrder(
  closings: readonly ClosingRow[],
  places: ReadonlyMap<string, number>,
  hash: string,
): void {
  const made = closings.toSorted((a, b) => a.closingNumber - b.closingNumber);
  let reached = 0;
  let number = 0;
  for (const closing of made) {
    const thing = `timeframe ${closing.timeframe} (closing ${closing.closingNumber})`;
    if (closing.closingNumber === number)
      throw new Finding(thing, 'a number of its own', 'one twice');
    number = closing.closingNumber;
    const place = places.get(closing.previousHash);
    if (place === undefined) {
      throw new Finding(thing, 'previousHash that a trade has', closing.previousHash);
    }
    if (place < reached) {
      const expected = 'previousHash after those of the closings before it';
      throw new Finding(thing, expected, closing.previousHash);
    }
    reached = places.get(closing.hash) ?? place;
  }
  const last = made.at(-1);
  if (last === undefined) return;
  const thing = `timeframe ${last.timeframe} (closing ${last.closingNumber})`;
  expectField(thing, 'hash at the end of the chain', hash, last.hash);
  const revisions = made.reduce((sum, { revision }) => sum + revision + 1, 0);
  expectField(thing, 'closingNumber, as many as there are revisions', revisions, number);
}
