import { setTimeout } from 'node:timers/promises';
import { ChainUnavailableError } from '../../ports/chain.ts';
import { textWithin } from '../textWithin.ts';

/** How long a server of the chain is waited for, and how often it is asked. */
export type FetchLimits = {
  readonly requestMs: number;
  /** How often in all where it cannot be reached, or has too much to do. */
  readonly attemptsMax: number;
  /** Before the second attempt; twice as long before each further one. */
  readonly pauseMs: number;
  /** Of an answer: what follows the chain for many may have it from somebody else. */
  readonly bytesMax: number;
};

/** What a node says of a wallet with a hundred thousand payments has half as many bytes. */
export const fetchLimits: FetchLimits = {
  requestMs: 30_000,
  attemptsMax: 4,
  pauseMs: 250,
  bytesMax: 100_000_000,
};

export type Fetched = { readonly status: number; readonly text: string };

/**
 * Sends a request that may be repeated, and reads the answer. Throws ChainUnavailableError where
 * there is none, and where the server only says that it cannot answer now. Messages name the host
 * alone: paths have addresses in them, and headers a login.
 */
export async function fetchText(
  url: string,
  init: RequestInit,
  limits: FetchLimits,
): Promise<Fetched> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(url, init, limits);
    if (outcome.kind === 'fetched') return outcome.fetched;
    if (!outcome.isPassing || attempt >= limits.attemptsMax) throw outcome.error;
    await setTimeout(limits.pauseMs * 2 ** (attempt - 1));
  }
}

type Outcome =
  | { readonly kind: 'fetched'; readonly fetched: Fetched }
  | {
      readonly kind: 'failed';
      readonly error: ChainUnavailableError;
      /** Is another attempt worth its time? */
      readonly isPassing: boolean;
    };

/** Too many requests, and what a proxy or a full work queue answers. */
const busyStatuses = [429, 502, 503, 504];

async function attemptOnce(
  url: string,
  init: RequestInit,
  { requestMs, bytesMax }: FetchLimits,
): Promise<Outcome> {
  const { host } = new URL(url);
  const signal = AbortSignal.timeout(requestMs);
  try {
    // Elsewhere nothing is sent: a login and a wallet's addresses are for the host of the settings.
    const response = await fetch(url, { ...init, signal, redirect: 'error' });
    const text = await textWithin(response, bytesMax);
    if (!busyStatuses.includes(response.status)) {
      return { kind: 'fetched', fetched: { status: response.status, text } };
    }
    return failed(`${host} has too much to do: ${response.status}`, true);
  } catch (error) {
    if (error instanceof RangeError) {
      return failed(`${host} answers with more than ${bytesMax} bytes`, false, error);
    }
    // One that was waited for as long as this has more to do than it can: no use in asking again.
    return failed(`${host} does not answer`, !signal.aborted, error);
  }
}

function failed(message: string, isPassing: boolean, cause?: unknown): Outcome {
  return { kind: 'failed', error: new ChainUnavailableError(message, { cause }), isPassing };
}
