/** An answer that was given, to be given again. */
export type StoredAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What is kept of a request with an Idempotency-Key. */
export type IdempotencyRecord = {
  /** SHA-256 of method, path and body. */
  readonly requestHash: string;
  /** The id that the request makes something under, so that a repeat makes the same thing. */
  readonly assignedId: string;
  readonly answer?: StoredAnswer;
};

/** How long an answer is kept: 48 hours. */
export const answerKeptMinutes = 48 * 60;

/** Answers by Idempotency-Key. Kept for 48 hours, then free to be used again. */
export type IdempotencyStore = {
  /** Takes the key for a request, or answers the record that has it. */
  begin(key: string, record: IdempotencyRecord): Promise<IdempotencyRecord>;
  /** Keeps the answer, unless one is kept already; says which one is. */
  complete(key: string, answer: StoredAnswer): Promise<StoredAnswer>;
};
