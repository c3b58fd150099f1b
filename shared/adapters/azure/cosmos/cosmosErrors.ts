/** The answers of Cosmos DB that the stores act upon. */
export const status = {
  notModified: 304,
  notFound: 404,
  conflict: 409,
  preconditionFailed: 412,
  retryWith: 449,
} as const;

/** Others kept changing the same document: the work was not done, and may well be when tried again. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
}

/**
 * Timeout, gone (a partition moved), throttled, write conflict to be repeated, unavailable. 403 is
 * not among them: a write that is forbidden while a region fails over is rare, a missing role is not.
 */
const passingStatuses = new Set<unknown>([408, 410, 429, status.retryWith, 503]);
const passingCodes = new Set<unknown>([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'REQUEST_SEND_ERROR',
  'TimeoutError',
]);

/**
 * Is this failure, which the SDK gave up on, one after which the same request may well succeed?
 * Whether a write behind a broken connection was done is not known; every write here may be repeated.
 */
export function isCosmosTransient(error: unknown): boolean {
  if (error instanceof ContentionError) return true;
  const code = codeOf(error);
  return passingStatuses.has(code) || passingCodes.has(code);
}

/** The HTTP status or the system's code of a failure; undefined for what is no failure of a request. */
export function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return error.code;
}

/** What a request that was refused has cost, in request units. */
export function chargeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('headers' in error)) return 0;
  const { headers } = error;
  if (typeof headers !== 'object' || headers === null) return 0;
  if (!('x-ms-request-charge' in headers)) return 0;
  const charge = Number(headers['x-ms-request-charge']);
  return Number.isFinite(charge) ? charge : 0;
}
