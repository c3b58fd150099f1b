import type { Static } from 'typebox';
import type { DayCompleteness } from '../domain/completeness.ts';
import type { GridId } from '../domain/ids.ts';
import type { InstantRange } from '../domain/localTime.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Completeness } from '../schemas/completeness.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import { pageAnswer } from './page.ts';

/** A page of completeness. The address of the next names the range, which would else move with time. */
export function completenessBody(
  url: string,
  gridId: GridId,
  {
    range,
    items,
    next,
    purgedBefore,
  }: {
    readonly range: InstantRange;
    readonly items: readonly DayCompleteness[];
    readonly next?: unknown;
    readonly purgedBefore?: Instant;
  },
): DeepReadonly<Static<typeof Completeness>> {
  const withRange = new URL(url);
  withRange.searchParams.set('from', range.from);
  withRange.searchParams.set('to', range.to);
  const deleted = purgedBefore && { readingsDeletedBefore: purgedBefore };
  return { gridId, ...range, ...deleted, ...pageAnswer(withRange.href, items, next) };
}
