import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import type { Fields } from '../endToEnd/client.ts';

export type PersistentAnswer = { readonly status: number; readonly body: Fields };
export type AskCounts = {
  acknowledged: number;
  /** Requests of which a connection was lost, so that nobody knew whether they were done. */
  cut: number;
  /** Those of them that had been done all the same, as a repeat was told. */
  doneAllTheSame: number;
  refused: number;
};
/** Asks until there is an answer, over as many lives of the host as that takes. */
export type PersistentClient = {
  readonly counts: AskCounts;
  /** With a key wherever a repeat could make a second thing. */
  ask(method: string, path: string, body?: object, key?: string): Promise<PersistentAnswer>;
};

const attemptsMax = 10_000;
const pauseMs = 15;
const answerMsMax = 30_000;
const statusesToRepeat: ReadonlySet<number> = new Set([429, 503]);

/**
 * Paths begin after `/api`, but for those of the host itself. Throws for an answer of 500, and once
 * `signal` says that nobody waits any more.
 */
export function createPersistentClient(url: string, signal: AbortSignal): PersistentClient {
  const counts: AskCounts = { acknowledged: 0, cut: 0, doneAllTheSame: 0, refused: 0 };

  async function tryOnce(method: string, path: string, body?: object, key?: string) {
    const address = `${url}${path.startsWith('/admin/') ? '' : '/api'}${path}`;
    const response = await fetch(address, {
      method,
      signal: AbortSignal.timeout(answerMsMax),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { status } = response;
    const isReplayed = response.headers.has('idempotency-replayed');
    const text = await response.text();
    return { status, isReplayed, body: text === '' ? {} : JSON.parse(text) };
  }

  return {
    counts,
    async ask(method, path, body, key) {
      let isCut = false;
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        signal.throwIfAborted();
        const answer = await tryOnce(method, path, body, key).catch(lostConnection);
        if (answer === 'refused' || answer === 'cut') {
          if (answer === 'cut' && !isCut) counts.cut += 1;
          isCut ||= answer === 'cut';
        } else if (!statusesToRepeat.has(answer.status)) {
          if (answer.status >= 500) {
            throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
          }
          if (answer.status >= 400) counts.refused += 1;
          else counts.acknowledged += 1;
          if (isCut && answer.isReplayed) counts.doneAllTheSame += 1;
          return answer;
        }
        await sleep(pauseMs);
      }
      throw new Error(`${method} ${path} was tried ${attemptsMax} times`);
    },
  };
}

/** Nobody was there, so that nothing was done; or somebody was, and is gone. Throws anything else. */
function lostConnection(error: unknown): 'refused' | 'cut' {
  const cause = types.isNativeError(error) ? error.cause : undefined;
  if (!types.isNativeError(cause)) throw error;
  return 'code' in cause && cause.code === 'ECONNREFUSED' ? 'refused' : 'cut';
}
