import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A stand-in for the exports of the API: pages of numbered rows, and failures where it is told to.
 * Independent of the app on purpose: it is the contract that these tests assume.
 */
export type ExportStandIn = {
  readonly url: string;
  /** Paths with their query, of every request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
};

export type Fault = 'refuse' | 'cut' | 'page' | { readonly status: number };

/** `faultOf` says, by the number of the request from 1, whether and how it fails. */
export async function startExportStandIn(
  rows: number,
  faultOf: (request: number) => Fault | undefined = () => undefined,
  linkOf: (query: string) => string = (query) => `<http://elsewhere/app${query}>; rel="next"`,
): Promise<ExportStandIn> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const fault = faultOf(requests.length);
    if (fault === 'refuse') return request.socket.destroy();
    if (typeof fault === 'object') {
      return response.writeHead(fault.status).end('{"code":"unavailable","detail":"later"}');
    }
    if (fault === 'page') {
      return response.setHeader('content-type', 'text/html').end('<h1>Log in</h1>\n');
    }
    const { searchParams: query } = new URL(request.url ?? '', 'http://here');
    const first = Number(query.get('cursor') ?? 0);
    const end = Math.min(first + Number(query.get('limit')), rows);
    const format = query.get('format') ?? 'csv';
    const text = pageOf(format, first, end);
    const isCsv = format === 'csv';
    response.setHeader('content-type', isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson');
    query.set('cursor', String(end));
    if (end < rows) response.setHeader('link', linkOf(`?${query}`));
    response.setHeader('content-length', Buffer.byteLength(text));
    if (fault !== 'cut') return response.end(text);
    response.write(text.slice(0, 5));
    return setTimeout(() => request.socket.destroy(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The rows from `first` to `end`, as one page has them. */
export function pageOf(format: string, first: number, end: number): string {
  const numbers = Array.from({ length: end - first }, (_, n) => first + n);
  if (format === 'ndjson') return numbers.map((n) => `{"n":${n}}\n`).join('');
  return (first === 0 ? 'n\r\n' : '') + numbers.map((n) => `${n}\r\n`).join('');
}
