import type { Timeframe } from '../../domain/timeframe.ts';
import type { TimeframeRange } from '../../ports/closingStore.ts';

/**
 * A half-open range as two texts, `from` inclusive and `to` exclusive, narrowed to what comes after
 * `after`. One bound at each end lets SQLite seek to it; of two it would seek to either.
 */
export function boundsOf(range: TimeframeRange, after?: Timeframe): { from: string; to: string } {
  const from = range.from ?? '';
  const to = range.to ?? afterAll;
  if (after === undefined) return { from, to };
  const next = justAfter(after);
  return { from: next > from ? next : from, to };
}

// Both compare as text with timeframes, which are digits, `-`, `:`, `T` and `Z` of one length.
const afterAll = '~';

function justAfter(timeframe: Timeframe): string {
  return `${timeframe} `;
}
