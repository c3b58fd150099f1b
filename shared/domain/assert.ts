/** Throws when an invariant does not hold: a bug, never an expected refusal. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** A broken invariant. It is never caught to carry on: the work in hand stops and nothing is written. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}
