/** Tags of one If-Match header, at most. */
const tagsMax = 10;
const headerLengthMax = 2_000;
const tagList = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*$/;

/** What a request asks of the state that it changes. */
export type IfMatch =
  | { readonly kind: 'any' }
  /** One of these tags, without quotes. Weak tags are left out: they never match here (RFC 9110). */
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  | { readonly kind: 'malformed' };

/** Reads an If-Match header: a list of tags, `*`, or nothing. */
export function parseIfMatch(header: string | null): IfMatch {
  const text = header?.trim() ?? '*';
  if (text === '*') return { kind: 'any' };
  const tags = readTags(text);
  if (tags === undefined) return { kind: 'malformed' };
  const strong = tags.filter((tag) => tag.startsWith('"'));
  return { kind: 'tags', tags: strong.map((tag) => tag.slice(1, -1)) };
}

/** The tags that a header lists, in quotes and as if all were strong; undefined for what is no list. */
export function tagsOf(header: string): readonly string[] | undefined {
  return readTags(header.trim())?.map((tag) => tag.replace(/^W\//, ''));
}

function readTags(text: string): readonly string[] | undefined {
  if (text.length > headerLengthMax || !tagList.test(text)) return undefined;
  const tags = text.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.length > tagsMax ? undefined : tags;
}
