import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, type RunningApp, startApp } from '../endToEnd/app.ts';

let app: RunningApp;
const sockets: Socket[] = [];
beforeAll(async () => {
  app = await startApp({ appFile: buildBundle() });
  await app.send('POST', '/grids', {
    ...{ id: 'lane', name: 'Lane', timeZone: 'Europe/Berlin', timeframeMinutes: 15 },
    ...{ graceMinutes: 0, paused: true, activeFrom: '2024-05-10T00:00:00Z' },
    market: { mechanism: 'pool' },
    tariff: {
      importPriceMsatPerKwh: 333_333,
      exportPriceMsatPerKwh: 88_889,
      gridFeeMsatPerKwh: 22_222,
    },
  });
  const home = { id: 'a', gridId: 'lane', name: 'a', address: 'Lane', type: 'household' };
  await app.send('POST', '/prosumers', home);
}, 60_000);
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  cleanUp();
});

const startMs = Date.parse('2024-05-10T00:00:00Z');
const readingsPerBody = 200;
const bodyBytes = 1_000_000;
/** Of the app at its largest. What waits is bounded in bytes; the rest is the app itself. */
const peakMibMax = 1_200;

/** A megabyte, most of it blanks: readings of other timeframes for another number. */
function bodyOf(number: number): string {
  const readings = Array.from({ length: readingsPerBody }, (_, at) => ({
    prosumerId: 'a',
    timeframe: new Date(startMs + (number * readingsPerBody + at) * 900_000).toISOString(),
    ...{ producedWh: 1, consumedWh: 2 },
  }));
  return JSON.stringify({ readings }).padEnd(bodyBytes);
}

type Answer = { readonly status: number; readonly retryAfter: string | undefined };

/** A request on a connection of its own. */
async function ask(agent: Agent, method: string, path: string, body = ''): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const sent = httpRequest(`${app.url}/api${path}`, { method, agent, headers }, (response) => {
    const retryAfter = response.headers['retry-after'];
    response.resume();
    response.on('end', () => resolve({ status: Number(response.statusCode), retryAfter }));
  });
  sent.on('error', reject);
  sent.end(body);
  return await promise;
}

function peakMib(): number {
  const status = readFileSync(`/proc/${app.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test('hundreds at once: served or told to come again, in bounded memory, and all served after', async () => {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const posts = Array.from({ length: 250 }, (_, number) =>
    ask(agent, 'POST', '/grids/lane/readings', bodyOf(number % 10)),
  );
  const gets = Array.from({ length: 350 }, () => ask(agent, 'GET', '/prosumers/a'));
  const answers = await Promise.all([...posts, ...gets]);
  agent.destroy();
  const turnedAway = answers.filter(({ status }) => status !== 200);
  expect(turnedAway.length).toBeGreaterThan(0);
  expect(turnedAway.length).toBeLessThan(answers.length);
  for (const { status, retryAfter } of turnedAway) {
    expect([429, 503]).toContain(status);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  }
  if (process.platform === 'linux') expect(peakMib()).toBeLessThan(peakMibMax);

  for (let number = 0; number < 10; number += 1) {
    const { status, body } = await app.request('POST', '/grids/lane/readings', bodyOf(number));
    expect(status).toBe(200);
    expect(Number(body['accepted']) + Number(body['duplicate'])).toBe(readingsPerBody);
  }
  const again = await app.request('POST', '/grids/lane/readings', bodyOf(0));
  expect(again.body).toMatchObject({ duplicate: readingsPerBody });
  expect(app.stderr()).toBe('');
}, 120_000);

test('slow clients are cut, and nobody waits for them', async () => {
  const { port } = new URL(app.url);
  const open = (text: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    sockets.push(socket);
    return socket;
  };
  const head = 'POST /api/grids/lane/readings HTTP/1.1\r\nHost: localhost\r\n';
  const halfBodies = Array.from({ length: 60 }, (_, at) =>
    open(`${head}Content-Type: application/json\r\nContent-Length: ${100 + at * 80_000}\r\n\r\n{`),
  );
  const slowHeaders = Array.from({ length: 150 }, () => open('GET /api/health/live HTTP/1.1\r\nX'));
  const cut = Promise.all(halfBodies.map((socket) => ended(socket)));
  const trickle = setInterval(() => {
    for (const socket of slowHeaders) socket.write('x');
  }, 200);
  for (let round = 0; round < 20; round += 1) {
    const beganMs = performance.now();
    expect((await app.request('GET', '/prosumers/a')).status).toBe(200);
    expect((await app.request('POST', '/grids/lane/readings', bodyOf(0))).status).toBe(200);
    // Not how fast it is, but that it does not wait until the slow ones are cut.
    expect(performance.now() - beganMs).toBeLessThan(4_000);
    await sleep(50);
  }
  await cut;
  expect((await app.request('GET', '/prosumers/a')).status).toBe(200);
  // Who has sent half a request by then does not keep the app from ending.
  const stopMs = performance.now();
  expect(await app.stop()).toBe(0);
  expect(performance.now() - stopMs).toBeLessThan(15_000);
  clearInterval(trickle);
}, 120_000);

async function ended(socket: Socket): Promise<void> {
  socket.resume();
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  await promise;
}
