import type { IdempotencyRecord } from '../ports/idempotencyStore.ts';

/** A kept answer as a table has it; without an answer as long as the request has none. */
export type AnswerRow = {
  readonly requestHash: string;
  readonly assignedId: string;
  readonly status: number | null;
  readonly headers: string | null;
  readonly body: string | null;
};

/** What such a row says of a request. */
export function answerRecordOf(row: AnswerRow): IdempotencyRecord {
  const { requestHash, assignedId, status, headers, body } = row;
  if (status === null || headers === null || body === null) return { requestHash, assignedId };
  const answer = { status, headers: JSON.parse(headers) as Record<string, string>, body };
  return { requestHash, assignedId, answer };
}
