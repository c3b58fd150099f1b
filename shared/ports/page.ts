/** One page of a list in a stable order. `next` is the key to go on after; absent on the last page. */
export type Page<Item, Key = string> = {
  readonly items: readonly Item[];
  readonly next?: Key;
};

/** Which page to read: the items after `after`, at most `limit` (1 or more). */
export type PageRequest<Key = string> = {
  readonly after?: Key;
  readonly limit: number;
};

/** A stored thing and the tag of its state, without quotes; a conditional write names the tag it read. */
export type Versioned<Value> = { readonly value: Value; readonly etag: string };
