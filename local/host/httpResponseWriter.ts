import type { ServerResponse } from 'node:http';
import type { RpcCookie, RpcHttp } from './rpcTypes.ts';

/** Statuses whose answer has no body and no length. */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/** Sends a function's answer. A function that answered nothing is a 204. */
export function writeRpcHttp(
  response: ServerResponse,
  isHead: boolean,
  answer: RpcHttp | undefined,
): void {
  if (answer === undefined) {
    response.writeHead(204).end();
    return;
  }
  response.statusCode = Number(answer.statusCode ?? 200);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  for (const cookie of answer.cookies ?? []) {
    response.appendHeader('set-cookie', serializeCookie(cookie));
  }
  const body = answer.body?.bytes;
  if (bodilessStatuses.has(response.statusCode)) {
    response.end();
    return;
  }
  // The length of what is sent, whatever the function said; only a HEAD may know better.
  if (!isHead || !response.hasHeader('content-length')) {
    response.setHeader('content-length', body?.byteLength ?? 0);
  }
  response.end(isHead ? undefined : body);
}

/** Sends an answer of the host itself: no body. */
export function writeBare(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

/** Sends an answer of the host itself as JSON. */
export function writeJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  const headers = { 'content-type': 'application/json', 'content-length': body.byteLength };
  response.writeHead(status, headers).end(body);
}

const sameSiteNames = { none: undefined, lax: 'lax', strict: 'strict', explicitNone: 'none' };

/** As ASP.NET Core writes it: the value percent-encoded, the path `/` where none is given. */
function serializeCookie(cookie: RpcCookie): string {
  const { domain, expires, maxAge, secure, httpOnly } = cookie;
  const sameSite = sameSiteNames[cookie.sameSite ?? 'none'];
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (expires !== undefined) {
    parts.push(`expires=${new Date(expires.value.seconds * 1000).toUTCString()}`);
  }
  if (maxAge !== undefined) parts.push(`max-age=${Math.trunc(maxAge.value)}`);
  if (domain !== undefined) parts.push(`domain=${domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (secure?.value === true) parts.push('secure');
  if (sameSite !== undefined) parts.push(`samesite=${sameSite}`);
  if (httpOnly?.value === true) parts.push('httponly');
  return parts.join('; ');
}
