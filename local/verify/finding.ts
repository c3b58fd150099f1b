/** The first thing that is wrong: what it is about, what was expected, and what is there. */
export class Finding extends Error {
  override readonly name = 'Finding';

  constructor(thing: string, expected: string, found: string) {
    super(`${thing}: expected ${expected}, found ${found}`);
  }
}

type Comparable = string | number | bigint | undefined;

/** Throws a Finding where a field of a thing is not what it should be. */
export function expectField(
  thing: string,
  field: string,
  expected: Comparable,
  found: Comparable,
): void {
  if (expected !== found) {
    throw new Finding(thing, `${field} ${expected ?? 'absent'}`, String(found ?? 'none'));
  }
}
