import { accept, type Result, refuse } from '../domain/result.ts';
import type { EdgeDeps, EdgeRefusal, HttpAnswer, KeptAnswer, KeptAnswers } from './edge.ts';
import { problemAnswer } from './respond.ts';

/** Without a comma, which stands between the values of a header that was sent twice. */
const keyPattern = /^[\x21-\x2b\x2d-\x7e]{1,255}$/;

/** A request under its key: what tells it from another, and how to do it. */
export type KeyedRequest = {
  readonly key: string;
  /** Method, path and body: the same text is the same request. */
  readonly text: string;
  readonly run: (assignedId: string) => Promise<Outcome>;
};

/** An answer, and whether the same request would get the same one for ever. */
export type Outcome = { readonly answer: HttpAnswer; readonly isFinal: boolean };

/** Reads an Idempotency-Key header; undefined when there is none. */
export function readKey(header: string | null): Result<string | undefined, EdgeRefusal> {
  if (header === null) return accept(undefined);
  if (keyPattern.test(header)) return accept(header);
  const detail = 'An Idempotency-Key is 1 to 255 visible ASCII characters but commas, once.';
  return refuse({ code: 'header_invalid', detail });
}

/**
 * Does a request once: a repeat under its key gets the first answer again. What is kept is success
 * and refusals that can never change. After any other refusal, a failure or a crash nothing was
 * done, or something under `assignedId`: a repeat runs again with the same id, and operations are
 * repeatable under one. Two at once both run, make the same thing, and get the same answer.
 */
export async function answerOnce(
  answers: KeptAnswers,
  { ids, sha256 }: Pick<EdgeDeps, 'ids' | 'sha256'>,
  { key, text, run }: KeyedRequest,
): Promise<HttpAnswer> {
  const requestHash = sha256(text);
  const record = await answers.begin(key, { requestHash, assignedId: ids.next() });
  if (record.requestHash !== requestHash) {
    const detail = 'This Idempotency-Key came with another body before. Use a new key.';
    return problemAnswer({ code: 'idempotency_key_reused', detail });
  }
  if (record.answer !== undefined) return replay(record.answer);
  const { answer, isFinal } = await run(record.assignedId);
  if (isFinal && typeof answer.body === 'string') {
    const { status, headers, body } = answer;
    const kept = await answers.complete(key, { status, headers, body });
    // Who comes at the same time may have been answered in other words: all get those of the first.
    if (kept.status !== status || kept.body !== body) return replay(kept);
  }
  return answer;
}

function replay({ status, headers, body }: KeptAnswer): HttpAnswer {
  return { status, headers: { ...headers, 'idempotency-replayed': 'true' }, body };
}
