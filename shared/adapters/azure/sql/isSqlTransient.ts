/**
 * Errors of the server that pass by themselves. The numbers that Azure SQL documents as transient,
 * the victim of a deadlock (1205), a lock that was not granted in time (1222, and our own number
 * for a lock of the application), and a query that ran out of memory or of time for it.
 */
const transientNumbers = new Set([
  615, 926, 1205, 1222, 4060, 4221, 8645, 8651, 10928, 10929, 10936, 40197, 40501, 40540, 40613,
  49918, 49919, 49920, 50002,
]);

/** What the driver and the sockets below it say when a connection is lost, slow or not to be had. */
const transientCodes = new Set([
  'EABORT',
  'EAI_AGAIN',
  'ECANCEL',
  'ECLOSE',
  'ECONNCLOSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EINVALIDSTATE',
  'ENETUNREACH',
  'ENOTOPEN',
  'EPIPE',
  'ESOCKET',
  'ETIMEDOUT',
  'ETIMEOUT',
]);

/** Two transactions inserted the same key: the one that lost finds the row when it looks again. */
const uniqueViolations = new Set([2601, 2627]);

/** From this severity on the server ends the connection, whatever the number of the error. */
const fatalClass = 20;

/** An error hides at most this many others: a wrapped one, those before it, those of a group. */
const partsMax = 32;

/** Is this failure of the SQL database one after which the same request may well succeed? */
export function isSqlTransient(error: unknown): boolean {
  return partsOf(error).some(isTransientPart);
}

/** May an operation that can be repeated be tried again after this error? */
export function isSqlRetriable(error: unknown): boolean {
  return partsOf(error).some(
    (part) => isTransientPart(part) || uniqueViolations.has(Number(part['number'])),
  );
}

/** Was this error raised with one of our own numbers by a statement's THROW? */
export function isSqlNumber(error: unknown, number: number): boolean {
  return partsOf(error).some((part) => part['number'] === number);
}

type Part = Readonly<Record<string, unknown>>;

function isTransientPart(part: Part): boolean {
  const { number, code, class: severity, isTransient, name } = part;
  return (
    (typeof number === 'number' && transientNumbers.has(number)) ||
    (typeof code === 'string' && transientCodes.has(code)) ||
    // The server gives each of its errors a number: without one, the request failed on the way.
    (code === 'EREQUEST' && typeof number !== 'number') ||
    (typeof severity === 'number' && severity >= fatalClass) ||
    // The driver marks a refused login that passes; the pool tells a full house by its name.
    isTransient === true ||
    name === 'TimeoutError'
  );
}

/** The error and those in it: what it wraps, what came before it, and the members of a group. */
function partsOf(error: unknown): readonly Part[] {
  const parts: Part[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && parts.length < partsMax) {
    const next = waiting.shift();
    if (typeof next !== 'object' || next === null) continue;
    // What is thrown may be of any shape, so it is looked at field by field.
    const part = next as Part & { readonly name?: unknown };
    parts.push(partOf(part));
    const { originalError, cause, precedingErrors, errors } = part;
    waiting.push(originalError, cause);
    if (Array.isArray(precedingErrors)) waiting.push(...precedingErrors);
    if (Array.isArray(errors)) waiting.push(...errors);
  }
  return parts;
}

/** With what it inherits, such as the name of its class. */
function partOf({ number, code, class: severity, isTransient, name }: Part): Part {
  return { number, code, class: severity, isTransient, name };
}
