import { encodeCursor } from './cursor.ts';

/** A page of a collection as every list answers it. */
export type PageAnswer<Item> = { readonly value: readonly Item[]; readonly nextLink?: string };

/**
 * The answer to a list: its items, and where the rest is, as the address that was asked for with
 * the cursor set and every other parameter kept. `next` is the key to go on after, if there is more.
 */
export function pageAnswer<Item>(
  requestUrl: string,
  items: readonly Item[],
  next: unknown,
): PageAnswer<Item> {
  if (next === undefined) return { value: items };
  return { value: items, nextLink: nextUrl(requestUrl, next) };
}

/** The address that was asked for with the cursor of the next page. */
export function nextUrl(requestUrl: string, next: unknown): string {
  const url = new URL(requestUrl);
  url.searchParams.set('cursor', encodeCursor(next));
  return url.href;
}
