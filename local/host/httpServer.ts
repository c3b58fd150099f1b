import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminApi } from './adminApi.ts';
import { describeError, type HostLog } from './hostLog.ts';
import { BodyTooLargeError, bodyBytesOf, readBody, toRpcHttp } from './httpRequestData.ts';
import { writeBare, writeRpcHttp } from './httpResponseWriter.ts';
import type { Admission, RequestQueue } from './requestQueue.ts';
import type { RouteMatch, Router } from './router.ts';
import type { RpcHttp } from './rpcTypes.ts';
import { limitServer, serverOptions, statusOfExcess } from './serverLimits.ts';

export type HttpServer = {
  readonly url: string;
  /**
   * Takes no new connection, ends idle ones, and lets the others have their answer; cuts those whose
   * request is not there when all others are answered, and any that are left after `timeoutMs`.
   */
  close(timeoutMs: number): Promise<void>;
};

export type HttpServerParts = {
  /** 0 takes any port that is free. */
  readonly port: number;
  readonly router: Router;
  readonly queue: RequestQueue;
  /** Runs an HTTP function; the answer is undefined where the function gave none. */
  readonly run: (functionName: string, request: RpcHttp) => Promise<RpcHttp | undefined>;
  readonly admin: AdminApi;
  /** Called once the address is known, and before the first request is taken. */
  readonly onListening?: (url: string) => void;
  readonly log: HostLog;
  /** How long a caller may take over an answer before it is cut; 30 seconds if not given. */
  readonly answerMsMax?: number;
};

/** How long a caller may take over an answer: 5 MB at 170 kB a second. */
const ANSWER_MS_MAX = 30_000;
/** How long a server that ends waits for a request that has begun to come in. */
const LINGER_MS = 1_000;
/** Who is turned away for others soon finds room. */
const RETRY_AFTER_SECONDS = 1;

/** Serves functions on 127.0.0.1 with the manners of the Functions host. */
export async function startHttpServer(parts: HttpServerParts): Promise<HttpServer> {
  let isStopping = false;
  const answering = new Set<ServerResponse>();
  const server = createServer(serverOptions, (request, response) => {
    if (isStopping) response.setHeader('connection', 'close');
    answering.add(response);
    response.once('close', () => answering.delete(response));
    answer(parts, request, response).catch((error: unknown) => fail(parts.log, response, error));
  });
  limitServer(server);
  const url = () => `http://127.0.0.1:${addressOf(server).port}`;
  await listen(server, parts.port, () => parts.onListening?.(url()));
  return {
    url: url(),
    async close(timeoutMs) {
      isStopping = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const response of answering) {
        if (!response.headersSent) response.setHeader('connection', 'close');
      }
      const cut = () => server.closeAllConnections();
      const timer = setTimeout(cut, timeoutMs);
      const check = setInterval(() => {
        if (answering.size === 0) cut();
      }, LINGER_MS);
      await promise;
      clearTimeout(timer);
      clearInterval(check);
    },
  };
}

async function answer(
  parts: HttpServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { router, queue, admin } = parts;
  const excess = statusOfExcess(request);
  if (excess !== undefined) return writeBare(response, excess);
  const url = parseUrl(request);
  if (url === undefined) return writeBare(response, 400);
  if (admin.owns(url.pathname)) return await admin.answer(request, response, url);
  const match = router(request.method ?? 'GET', url.pathname);
  if (match === undefined) return writeBare(response, 404);
  const admission = queue.admit(bodyBytesOf(request));
  if (admission === undefined) {
    response.setHeader('retry-after', RETRY_AFTER_SECONDS);
    return writeBare(response, 429);
  }
  try {
    await answerAdmitted(parts, { request, response, url, match, admission });
  } finally {
    admission.leave();
  }
}

type Admitted = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly match: RouteMatch;
  readonly admission: Admission;
};

async function answerAdmitted(
  { run, answerMsMax = ANSWER_MS_MAX }: HttpServerParts,
  { request, response, url, match, admission }: Admitted,
): Promise<void> {
  // Whoever sends slowly keeps nobody from a turn.
  const body = await readBody(request);
  await admission.turn();
  const rpcRequest = toRpcHttp(request, url, match.params, body);
  const outcome = await settle(() => run(match.functionName, rpcRequest));
  admission.endTurn();
  // What the function threw has been logged with its invocation; the caller learns nothing of it.
  if (!outcome.isOk) return writeBare(response, 500);
  if (response.destroyed) return;
  const closed = once(response, 'close');
  const timer = setTimeout(() => response.destroy(), answerMsMax);
  writeRpcHttp(response, request.method === 'HEAD', outcome.value);
  // Until then it is held: those who take no answers must not fill the memory with them.
  await closed;
  clearTimeout(timer);
}

async function settle<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly isOk: true; readonly value: Value } | { readonly isOk: false }> {
  try {
    return { isOk: true, value: await work() };
  } catch {
    return { isOk: false };
  }
}

function fail(log: HostLog, response: ServerResponse, error: unknown): void {
  if (error instanceof BodyTooLargeError) {
    response.setHeader('connection', 'close');
    writeBare(response, 413);
    return;
  }
  // A caller that hung up while sending gets no answer, and is nobody's fault.
  if (response.destroyed) return;
  const message = `A request could not be answered: ${describeError(error)}`;
  log({ level: 'error', category: 'system', source: 'Host', message });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  writeBare(response, 500);
}

/** The address the caller used; undefined for none, or several. Dot segments are gone, escapes stay. */
function parseUrl(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  const [host = '127.0.0.1', ...others] = request.headersDistinct['host'] ?? [];
  if (others.length > 0) return undefined;
  const address = target.startsWith('/') ? `http://${host}${target}` : target;
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

async function listen(server: Server, port: number, onListening: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => {
    onListening();
    resolve();
  });
  try {
    await promise;
  } catch (error) {
    throw new Error(`Cannot listen on 127.0.0.1:${port}; choose another with --port.`, {
      cause: error,
    });
  }
  server.off('error', reject);
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address;
}
