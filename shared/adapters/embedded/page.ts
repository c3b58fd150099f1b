import { assert } from '../../domain/assert.ts';
import type { Page, PageRequest } from '../../ports/page.ts';

/** How many rows to read for a page: one more than it holds shows whether another follows. */
export function rowsFor(page: PageRequest<unknown>): number {
  assert(
    Number.isSafeInteger(page.limit) && page.limit >= 1,
    `a page holds 1 or more, not ${page.limit}`,
  );
  return page.limit + 1;
}

/** Cuts `rowsFor(page)` items to a page, with the key of its last as `next` when more follow. */
export function pageOf<Item, Key>(
  items: readonly Item[],
  page: PageRequest<Key>,
  keyOf: (item: Item) => Key,
): Page<Item, Key> {
  if (items.length <= page.limit) return { items };
  const shown = items.slice(0, page.limit);
  const last = shown.at(-1);
  assert(last !== undefined, 'a page that another follows is not empty');
  return { items: shown, next: keyOf(last) };
}
