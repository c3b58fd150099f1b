import type { EdgeDeps, HttpAnswer } from './edge.ts';
import { problemAnswer } from './respond.ts';

const retryAfterSeconds = 5;

/**
 * Answers what was thrown: 503 for a failure that passes, 500 for anything else. The answer says
 * nothing of it but the id under which it is logged.
 */
export function failureAnswer(
  error: unknown,
  { ids, isTransient, log }: Pick<EdgeDeps, 'ids' | 'isTransient' | 'log'>,
  functionName: string,
): HttpAnswer {
  const id = ids.next();
  const instance = `urn:uuid:${id}`;
  const isPassing = isTransient(error);
  log.error(isPassing ? 'Request could not be served' : 'Request failed', {
    id,
    functionName,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  if (isPassing) {
    const detail = 'Something that the app needs does not answer. Try again later.';
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return problemAnswer({ code: 'unavailable', detail, instance }, headers);
  }
  const detail = 'The app made a mistake. It is logged under the id in `instance`.';
  return problemAnswer({ code: 'internal_error', detail, instance });
}
