/** The answers of Blob Storage that the adapter acts upon. */
export const status = { notFound: 404, conflict: 409, preconditionFailed: 412 } as const;

/** Timeout, throttled, and what its servers say of themselves when they are busy or moving. */
const passingStatuses = new Set<unknown>([408, 429, 500, 502, 503, 504]);
/** No answer at all: the connection could not be made, or broke. */
const passingCodes = new Set<unknown>([
  'REQUEST_SEND_ERROR',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Is this failure, which the SDK gave up on, one after which the same request may well succeed? What
 * was written may have arrived all the same: a repeat finds its own content and is content.
 */
export function isBlobTransient(error: unknown): boolean {
  const found = statusOf(error);
  if (found !== undefined) return passingStatuses.has(found);
  return passingCodes.has(codeOf(error)) || isOutOfTime(error);
}

/** So the SDK calls a request that was ended, which here only its limit of time does. */
function isOutOfTime(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('name' in error)) return false;
  return error.name === 'AbortError';
}

/** The HTTP status of an answer that is a failure; undefined for any other failure. */
export function statusOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return error.statusCode;
}

/** What the service calls a failure, such as `ContainerNotFound`. */
export function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return error.code;
}
