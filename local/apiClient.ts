import { setTimeout as sleepFor } from 'node:timers/promises';
import { isPrivateEnough } from '../shared/config/serviceUrl.ts';
import { isJsonObject } from './jsonFields.ts';

/** Talks to the HTTP API. Paths begin after `/api`. Answers are parsed JSON. */
export type ApiClient = {
  get(path: string): Promise<unknown>;
  /** The answer, or undefined where there is nothing at this path (404). */
  find(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
  /** An answer that is no JSON, as it came. */
  text(path: string): Promise<string>;
  /** The same, with what its headers say of it. */
  linked(path: string): Promise<Linked>;
};

/** A text, and the headers `Link` and `Content-Type` that came with it. */
export type Linked = {
  readonly text: string;
  readonly link?: string;
  readonly contentType?: string;
};

export type ApiClientOptions = {
  /** The base, `/api` included, as `http://127.0.0.1:7071/api`. */
  readonly url: string;
  /** The bearer token to send, asked for before each request. */
  readonly token?: () => Promise<string>;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Told before each wait, so that nobody wonders why nothing happens. */
  readonly onRetry?: (reason: string, waitMs: number) => void;
  /** Ends requests and waits; what is under way then throws. */
  readonly signal?: AbortSignal;
};

/** An answer that is an error, as RFC 9457 tells it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, code: string, detail: string) {
    super(`${request}: ${status} ${code}${detail === '' ? '' : ` (${detail})`}`);
    this.status = status;
    this.code = code;
  }
}

/** How often a request is tried in all: with the waits below about three minutes. */
export const attemptsMax = 12;
const firstWaitMs = 250;
/** The longest wait between two tries, and the longest that a server may ask for. */
export const waitMsMax = 30_000;
export const retryAfterMsMax = 120_000;
const answerMsMax = 60_000;
const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Makes a client. A lost connection, 429, 502, 503 and 504 are tried again with growing waits, or
 * after what `Retry-After` says; every request made through it is therefore one that may be
 * repeated. Another error is thrown as ApiProblem, a lost connection in the end as it came.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const base = new URL(options.url).href.replace(/\/+$/, '');
  if (options.token !== undefined && !isPrivateEnough(new URL(base))) {
    throw new Error('A token is sent over https only, or to this machine.');
  }
  const answer = (method: string, path: string, body?: unknown) =>
    requestWithRetries(options, { method, url: `${base}${path}`, body });
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { text } = await answer(method, path, body);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    get: (path) => send('GET', path),
    async find(path) {
      try {
        return await send('GET', path);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return undefined;
        throw error;
      }
    },
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
    text: async (path) => (await answer('GET', path)).text,
    linked: (path) => answer('GET', path),
  };
}

type Request = { readonly method: string; readonly url: string; readonly body?: unknown };

async function requestWithRetries(options: ApiClientOptions, request: Request): Promise<Linked> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await requestOnce(options, request);
    if ('answer' in outcome) return outcome.answer;
    if (attempt >= attemptsMax || options.signal?.aborted === true) throw outcome.error;
    const waitMs = outcome.retryAfterMs ?? Math.min(firstWaitMs * 2 ** (attempt - 1), waitMsMax);
    options.onRetry?.(outcome.error.message, waitMs);
    await (options.sleep?.(waitMs) ?? sleepFor(waitMs, undefined, signalOf(options.signal)));
  }
}

type Outcome =
  | { readonly answer: Linked }
  | { readonly error: Error; readonly retryAfterMs?: number };

/** One try. Answers a failure that may pass; throws one that will not. */
async function requestOnce(options: ApiClientOptions, request: Request): Promise<Outcome> {
  const name = `${request.method} ${request.url}`;
  const timeout = AbortSignal.timeout(answerMsMax);
  const token = await options.token?.();
  const headers = {
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(request.url, {
      method: request.method,
      signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
      headers,
      ...body,
    });
    text = await response.text();
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    return { error: new Error(`${name}: no answer (${describe(reason)})`, { cause: error }) };
  }
  if (response.ok) {
    const link = response.headers.get('link');
    const contentType = response.headers.get('content-type');
    return { answer: { text, ...(link && { link }), ...(contentType && { contentType }) } };
  }
  const problem = problemOf(name, response.status, text);
  if (!passingStatuses.has(response.status)) throw problem;
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), Date.now());
  return { error: problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function problemOf(name: string, status: number, text: string): ApiProblem {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Not from the app but from something in front of it: its text is all there is to tell.
    return new ApiProblem(name, status, 'unknown', text.slice(0, 200));
  }
  const fields = isJsonObject(body) ? body : {};
  const errors = Array.isArray(fields['errors']) ? fields['errors'].filter(isJsonObject) : [];
  const first = errors[0];
  const where = first === undefined ? '' : ` ${first['pointer']}: ${first['detail']}`;
  const detail = `${fields['detail'] ?? fields['title'] ?? ''}${where}`.trim();
  return new ApiProblem(name, status, String(fields['code'] ?? 'unknown'), detail);
}

/** Reads `Retry-After` in both its forms, in milliseconds, capped; undefined when it says nothing. */
export function retryAfterOf(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), retryAfterMsMax);
}

function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  return reason.message === '' ? reason.name : reason.message;
}

function signalOf(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal };
}
