import { assert } from '../domain/assert.ts';
import type { Page, PageRequest } from '../ports/page.ts';

/** How many rows to read for a page: one more than it holds shows whether another follows. */
export function rowsFor({ limit }: PageRequest<unknown>): number {
  assert(Number.isSafeInteger(limit) && limit >= 1, `a page holds 1 or more, not ${limit}`);
  return limit + 1;
}

/** Cuts `rowsFor(page)` rows or more to a page, with the key of its last as `next` if more follow. */
export function pageOf<Item, Key>(
  items: readonly Item[],
  { limit }: PageRequest<Key>,
  keyOf: (item: Item) => Key,
): Page<Item, Key> {
  const last = items[limit - 1];
  if (items.length <= limit || last === undefined) return { items };
  return { items: items.slice(0, limit), next: keyOf(last) };
}
