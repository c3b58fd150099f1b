import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cleanUp, type RunningApp, startApp } from './app.ts';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_PER_MINUTE: '0' } });
}, 60_000);
afterAll(cleanUp);

const host = 'Host: localhost\r\nConnection: close\r\n';

/** What the host answers to these bytes, sent as they are. */
async function raw(bytes: string): Promise<{ readonly status: number; readonly text: string }> {
  const { port } = new URL(app.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(bytes, 'latin1');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text };
}

/** Nothing that tells a stranger what the app is made of, or where it lies. */
function expectDiscreet(text: string): void {
  expect(text).not.toMatch(/node_modules|\.ts\b|\bat \w+ \(|sqlite|ajv|jose|azure|x-powered-by/i);
  expect(text).not.toMatch(/^server:/im);
  expect(text).not.toMatch(/access-control/i);
  expect(text.length).toBeLessThan(5_000);
}

test.each([
  ['/api/grids/../health/live', 200],
  ['/api/%2e%2e/api/health/live', 200],
  ['/api/docs/../../../etc/passwd', 404],
  ['/api/docs/..%2f..%2fetc%2fpasswd', 400],
  ['/api/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 400],
  ['/api/docs/..%5c..%5cetc', 400],
  ['/api/docs/swagger-ui.css%00.png', 400],
  ['/api/docs/.env', 404],
  ['/api/grids/%00', 400],
  ['/api/grids/%0d%0aSet-Cookie:x', 400],
  ['/api/grids/a%2Fb', 404],
  ['/api/grids/a%252Fb', 404],
  ['/api/grids/%ZZ', 404],
  ['/api/grids/%', 404],
  ['/api/grids/%C0%80', 404],
  ['/api/grids/%ED%A0%80', 404],
  [`/api/grids/${'a'.repeat(201)}`, 400],
  ['/api/grids/', 200],
  ['/api/GRIDS', 200],
  ['/api\\grids', 200],
  ['/api//grids', 404],
  ['/api/grids;x=1', 404],
  ['/api/grids?a[]=1', 400],
  ['/api/grids?limit=1&limit=2', 400],
  [`/api/grids?${'a&'.repeat(60)}`, 400],
  ['/api/grids?__proto__[x]=1', 400],
  ['/api/grids?limit=%00', 400],
  ['/api/grids?%ZZ=%', 400],
  ['/admin/../api/health/live', 200],
  ['//evil.example/api/grids', 404],
  ['http://evil.example/api/grids', 403],
  ['ftp://localhost/api/grids', 400],
  ['*', 400],
])('GET %s: %i', async (target, status) => {
  const answer = await raw(`GET ${target} HTTP/1.1\r\n${host}\r\n`);
  expect(answer.status).toBe(status);
  expectDiscreet(answer.text);
});

const json = 'Content-Type: application/json\r\n';

test.each([
  ['two types', `${json}${json}Content-Length: 2\r\n\r\n{}`, 415],
  ['a body in gzip', `${json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`, 415],
  [
    'another charset',
    'Content-Type: application/json; charset=x\r\nContent-Length: 2\r\n\r\n{}',
    415,
  ],
  [
    'two keys',
    `${json}Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}`,
    400,
  ],
  ['chunks', `${json}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 411],
  ['no body', `${json}Content-Length: 0\r\n\r\n`, 400],
  [
    'another method in a header',
    `${json}X-HTTP-Method-Override: GET\r\nContent-Length: 2\r\n\r\n{}`,
    400,
  ],
  ['a body that is far too large', `${json}Content-Length: 999999999\r\n\r\n`, 413],
])('POST /api/grids with %s', async (_name, rest, status) => {
  const answer = await raw(`POST /api/grids HTTP/1.1\r\n${host}${rest}`);
  expect(answer.status).toBe(status);
  expectDiscreet(answer.text);
});

test('a page from elsewhere is not let in, and told nothing', async () => {
  const asked = `Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n`;
  const answer = await raw(`OPTIONS /api/grids HTTP/1.1\r\n${host}${asked}\r\n`);
  expect(answer.status).toBe(405);
  expectDiscreet(answer.text);
});
