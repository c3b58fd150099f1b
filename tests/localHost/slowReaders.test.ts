import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpServer, startHttpServer } from '../../local/host/httpServer.ts';
import { createRequestQueue } from '../../local/host/requestQueue.ts';

/** More than a connection of this machine holds on its way. */
const answerBytes = 32 * 1024 * 1024;
const answerMsMax = 3_000;
let server: HttpServer;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = await startHttpServer({
    port: 0,
    router: (_method, pathname) => ({ functionName: pathname.slice(1), params: {} }),
    queue: createRequestQueue({ concurrentMax: 1, outstandingMax: 3, bodyBytesMax: 1_000 }),
    run: async (functionName) => ({
      statusCode: '200',
      body: { bytes: Buffer.alloc(functionName === 'large' ? answerBytes : 2, 'x') },
    }),
    admin: { owns: () => false, answer: async () => undefined },
    log: () => undefined,
    answerMsMax,
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close(1_000);
});

/** Asks for an answer and takes nothing of it before it is told to; ends with the connection. */
async function askAndWait(): Promise<void> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.pause();
  socket.on('error', () => undefined);
  socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const { promise, resolve } = Promise.withResolvers<void>();
  // A reset is seen though nothing is read; an end is not.
  socket.once('close', () => resolve());
  await promise;
}

const statusOf = async (path: string) => {
  const response = await fetch(`${server.url}${path}`);
  await response.arrayBuffer();
  return response.status;
};

test('who takes no answer keeps nobody from a turn, is counted, and is cut', async () => {
  const startMs = performance.now();
  const stalled = [askAndWait(), askAndWait()];
  await sleep(100);
  expect(await statusOf('/small')).toBe(200);
  stalled.push(askAndWait());
  await sleep(100);
  expect(await statusOf('/small')).toBe(429);
  for (let round = 0; round < 100 && (await statusOf('/small')) !== 200; round += 1) {
    await sleep(50);
  }
  expect(await statusOf('/small')).toBe(200);
  expect(performance.now() - startMs).toBeGreaterThan(answerMsMax);
  for (const socket of sockets) socket.resume();
  await Promise.all(stalled);
}, 30_000);

test('who takes all of it gets all of it', async () => {
  const response = await fetch(`${server.url}/large`);
  expect((await response.arrayBuffer()).byteLength).toBe(answerBytes);
  expect(await statusOf('/small')).toBe(200);
});
