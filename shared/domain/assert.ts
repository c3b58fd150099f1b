/**
 * Throws when an invariant does not hold: a bug, never an expected refusal. On a hot path the
 * message is given as a function, so that it is only made when it is needed.
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === 'string' ? message : message());
}

/** A broken invariant. It is never caught to carry on: the work in hand stops and nothing is written. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}
