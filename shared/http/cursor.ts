/** Told apart from cursors of a later shape, which are then refused rather than misread. */
const version = 'a';

/** An opaque cursor of the key after which a list goes on. */
export function encodeCursor(key: unknown): string {
  return version + Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key in a cursor; undefined when it is no cursor, or one of another list. */
export function decodeCursor<Key>(
  cursor: string,
  isKey: (value: unknown) => value is Key,
): Key | undefined {
  if (!cursor.startsWith(version)) return undefined;
  const key = parseJson(Buffer.from(cursor.slice(version.length), 'base64url').toString());
  return isKey(key) ? key : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
