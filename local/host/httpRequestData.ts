import type { IncomingMessage } from 'node:http';
import type { RouteParams } from './routeTemplate.ts';
import type { NullableString, RpcHttp } from './rpcTypes.ts';

/** Largest request body the Functions host takes by default. */
export const BODY_BYTES_MAX = 104_857_600;

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
 * The body, where a length was announced: the host gives a worker nothing of a chunked one.
 * Throws BodyTooLargeError before a byte of it is read.
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const length = bodyBytesOf(request);
  if (length === 0) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
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
