import type { IncomingMessage } from 'node:http';
import type { RouteParams } from './routeTemplate.ts';
import type { NullableString, RpcHttp } from './rpcTypes.ts';

/** Largest request body the Functions host takes by default. */
export const BODY_BYTES_MAX = 104_857_600;

/** How long a whole request may take to come in: 8 MB at 70 kB a second. */
export const REQUEST_MS_MAX = 120_000;
/** The slowest that a body may come once some time is over, as Kestrel has it. */
const BODY_BYTES_PER_SECOND_MIN = 240;
const PACE_GRACE_MS = 5_000;
const PACE_CHECK_MS = 1_000;

/** The request's body is longer than `BODY_BYTES_MAX`. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** A request as the host hands it to a worker that asked for raw bytes. */
export function toRpcHttp(
  request: IncomingMessage,
  url: URL,
  params: RouteParams,
  body: Uint8Array | undefined,
): RpcHttp {
  return {
    url: `${url.origin}${url.pathname}${url.search}`,
    method: request.method ?? 'GET',
    nullableHeaders: toHeaders(request),
    ...(url.search.length > 1 ? { nullableQuery: toQuery(url.searchParams) } : {}),
    nullableParams: toNullable(params),
    ...(body === undefined ? {} : { body: { bytes: body } }),
  };
}

/**
 * The length of the body that the request announces; 0 where it announces none. Throws
 * BodyTooLargeError.
 */
export function bodyBytesOf(request: IncomingMessage): number {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > BODY_BYTES_MAX) throw new BodyTooLargeError();
  return length;
}

/**
 * The body, where a length was announced: the host gives a worker nothing of a chunked one. Cuts the
 * connection of whoever sends it so slowly that it cannot be there in time. Throws BodyTooLargeError
 * before a byte of it is read.
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const length = bodyBytesOf(request);
  if (length === 0) return undefined;
  const chunks: Buffer[] = [];
  let received = 0;
  const endWatch = watchPace(request, length, () => received);
  try {
    for await (const chunk of request) {
      chunks.push(chunk);
      received += chunk.length;
    }
  } finally {
    endWatch();
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
}

/** Room is kept for what is announced: to hold it takes as much as to send it. */
function watchPace(
  request: IncomingMessage,
  length: number,
  receivedBytes: () => number,
): () => void {
  const bytesPerMs = Math.max(BODY_BYTES_PER_SECOND_MIN / 1_000, length / REQUEST_MS_MAX);
  const startMs = performance.now();
  const timer = setInterval(() => {
    const dueMs = performance.now() - startMs - PACE_GRACE_MS;
    if (receivedBytes() < dueMs * bytesPerMs) request.destroy();
  }, PACE_CHECK_MS);
  return () => clearInterval(timer);
}

/** Headers sent several times are joined by a comma, cookies too. */
function toHeaders(request: IncomingMessage): Record<string, NullableString> {
  const headers: Record<string, NullableString> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values !== undefined) headers[name] = { value: values.join(',') };
  }
  return headers;
}

/** Names are the same in any case, and values given several times are joined by a comma. */
function toQuery(search: URLSearchParams): Record<string, NullableString> {
  const byName = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of search) {
    const key = name.toLowerCase();
    const known = byName.get(key);
    if (known === undefined) byName.set(key, { name, values: [value] });
    else known.values.push(value);
  }
  const query: Record<string, NullableString> = {};
  for (const { name, values } of byName.values()) query[name] = { value: values.join(',') };
  return query;
}

function toNullable(values: Readonly<Record<string, string>>): Record<string, NullableString> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
