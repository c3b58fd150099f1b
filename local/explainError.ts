import { ApiProblem } from './apiClient.ts';
import { errorCodeOf } from './errorCode.ts';

/** A failure in words; its stack only where it is none of those that a user can meet. */
export function explainError(error: unknown): string {
  if (error instanceof ApiProblem) return error.message;
  if (!(error instanceof Error)) return String(error);
  return errorCodeOf(error) !== undefined || error.cause !== undefined
    ? error.message
    : String(error.stack);
}
