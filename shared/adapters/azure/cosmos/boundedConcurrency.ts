import { mapAtOnce } from '../../mapAtOnce.ts';

/**
 * Requests that one operation has under way at once. More would only be throttled: 500 small
 * creates at 48 at once are done in about 11 round trips.
 */
export const requestsAtOnceMax = 48;

/** Runs `work` on every item as `mapAtOnce` does, `requestsAtOnceMax` at a time. */
export function mapConcurrently<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  return mapAtOnce(requestsAtOnceMax, items, work);
}
