import type { CosmosClientOptions } from '@azure/cosmos';

type HttpClient = NonNullable<CosmosClientOptions['httpClient']>;
type PipelineRequest = Parameters<HttpClient['sendRequest']>[0];
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

/** A request of the SDK, as a plan of faults sees it. */
export type Sent = {
  readonly container: string;
  readonly method: string;
  /** `docs` for a create or a query, `docs/{id}` for one document. */
  readonly path: string;
  readonly isQuery: boolean;
  readonly isWrite: boolean;
  readonly body: string;
};

/** An answer instead of the server's, or a connection that breaks before the server has it or after. */
export type Fault =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** The server has done it all the same. */
      readonly isDone?: boolean;
    }
  | 'resetBefore'
  | 'resetAfter';

/** Which requests fail, and how. It may take its time, and do other things meanwhile. */
export type FaultPlan = (sent: Sent) => Fault | undefined | Promise<Fault | undefined>;

/** Sends what the SDK sends, but for the requests that the plan has a fault for. */
export function faultyHttp(plan: FaultPlan): HttpClient {
  return {
    async sendRequest(request) {
      const fault = await plan(sentOf(request));
      if (fault === 'resetBefore') throw connectionReset();
      if (typeof fault === 'object') {
        if (fault.isDone === true) await forward(request);
        return answer(request, fault.status, fault.headers ?? {}, '{"message":"injected"}');
      }
      const response = await forward(request);
      if (fault === 'resetAfter') throw connectionReset();
      return response;
    },
  };
}

/** A plan for the requests that `applies` picks: the faults one after another, then none. */
export function inTurn(faults: readonly Fault[], applies: (sent: Sent) => boolean): FaultPlan {
  const left = [...faults];
  return (sent) => (applies(sent) ? left.shift() : undefined);
}

function sentOf({ method, url, headers, body }: PipelineRequest): Sent {
  // Both requests of a query: the one for its plan and the one for its rows.
  const isQuery = headers.get('content-type') === 'application/query+json';
  const { pathname } = new URL(url);
  const path = pathname.replace(/^.*?(?=docs(?:\/|$))/, '');
  const container = /\/colls\/([^/]+)/.exec(pathname)?.[1] ?? '';
  const isWrite = path.startsWith('docs') && method !== 'GET' && !isQuery;
  return { container, method, path, isQuery, isWrite, body: typeof body === 'string' ? body : '' };
}

async function forward(request: PipelineRequest): Promise<PipelineResponse> {
  const { method, url, headers, body } = request;
  const response = await fetch(url, {
    method,
    headers: headers.toJSON(),
    ...(typeof body === 'string' && { body }),
  });
  const text = await response.text();
  return answer(request, response.status, Object.fromEntries(response.headers), text);
}

function answer(
  request: PipelineRequest,
  status: number,
  headers: Readonly<Record<string, string>>,
  bodyAsText: string,
): PipelineResponse {
  return { request, status, headers: headersOf(headers), bodyAsText };
}

function headersOf(given: Readonly<Record<string, string>>): PipelineResponse['headers'] {
  const headers = new Headers(given);
  return {
    get: (name) => headers.get(name) ?? undefined,
    has: (name) => headers.has(name),
    set: (name, value) => headers.set(name, String(value)),
    delete: (name) => headers.delete(name),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers.entries(),
  };
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
