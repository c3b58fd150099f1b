import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../local/host/httpServer.ts';
import { createRequestQueue } from '../../local/host/requestQueue.ts';

const gate = Promise.withResolvers<void>();
const begun = Promise.withResolvers<void>();
let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer({
    port: 0,
    router: (_method, pathname) => ({ functionName: pathname.slice(1), params: {} }),
    queue: createRequestQueue({ concurrentMax: 1, outstandingMax: 1, bodyBytesMax: 1_000 }),
    run: async (functionName) => {
      if (functionName === 'waits') {
        begun.resolve();
        await gate.promise;
      }
      return { statusCode: '200' };
    },
    admin: { owns: () => false, answer: async () => undefined },
    log: () => undefined,
  });
});
afterAll(() => server.close(1_000));

/** What comes back for these bytes, until the server ends the connection. */
async function raw(bytes: string): Promise<string> {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(bytes, 'latin1');
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const head = 'Host: localhost\r\nConnection: close\r\n';
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const headers = (count: number) =>
  Array.from({ length: count }, (_, at) => `X-${at}: 1\r\n`).join('');

test.each([
  ['as many headers as may be', `GET / HTTP/1.1\r\n${head}${headers(98)}\r\n`, 200],
  ['one more header', `GET / HTTP/1.1\r\n${head}${headers(99)}\r\n`, 431],
  ['many headers', `GET / HTTP/1.1\r\n${head}${headers(1_000)}\r\n`, 431],
  ['a header without end', `GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['a long address', `GET /${'x'.repeat(8_191)} HTTP/1.1\r\n${head}\r\n`, 200],
  ['a longer address', `GET /${'x'.repeat(8_192)} HTTP/1.1\r\n${head}\r\n`, 414],
  ['two lengths', `POST / HTTP/1.1\r\n${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
  ['a length of two kinds', `POST / HTTP/1.1\r\n${head}Content-Length: +1\r\n\r\n`, 400],
  [
    'a length and chunks',
    `POST / HTTP/1.1\r\n${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
  ],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${head}X: a\0b\r\n\r\n`, 400],
  ['a bare line end in a header', `GET / HTTP/1.1\r\n${head}X: a\nY\r\n\r\n`, 400],
  ['a header that goes on', `GET / HTTP/1.1\r\n${head}X: a\r\n b\r\n\r\n`, 400],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['two hosts', `GET / HTTP/1.1\r\n${head}Host: other\r\n\r\n`, 400],
  ['no HTTP', 'hello\r\n\r\n', 400],
  [
    'a body that is too large for all',
    `POST / HTTP/1.1\r\n${head}Content-Length: 1001\r\n\r\n`,
    429,
  ],
])('%s', async (_name, bytes, status) => {
  const answer = await raw(bytes);
  expect(statusOf(answer)).toBe(status);
  expect(answer).not.toMatch(/server:|x-powered-by|node/i);
});

test('beyond what may be under way it answers a bare 429, and goes on after it', async () => {
  const waiting = fetch(`${server.url}/waits`);
  await begun.promise;
  const refused = await fetch(`${server.url}/`);
  expect([refused.status, await refused.text()]).toEqual([429, '']);
  gate.resolve();
  expect((await waiting).status).toBe(200);
  expect((await fetch(`${server.url}/`)).status).toBe(200);
});
