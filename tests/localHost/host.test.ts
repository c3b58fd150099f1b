import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type HostProcess, startHostProcess } from './hostProcess.ts';

let host: HostProcess;
let url: string;
beforeAll(async () => {
  host = startHostProcess();
  url = await host.ready;
});
afterAll(async () => {
  host.child.kill('SIGKILL');
  await host.ended;
});

const get = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
const post = (path: string, body?: string, headers: Record<string, string> = {}) =>
  get(path, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

/** A request as Node sends it, for what fetch does not let through. */
async function raw(
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string | string[]>;
    readonly body?: string;
  } = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    body: string;
  }>();
  const { method = 'GET', headers = {} } = options;
  const { hostname, port } = new URL(url);
  const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
    let body = '';
    response.on('data', (chunk) => {
      body += chunk;
    });
    response.on('end', () => resolve({ status: response.statusCode, body }));
  });
  sent.on('error', reject);
  if (options.body !== undefined) sent.write(options.body);
  sent.end();
  return await promise;
}

type State = {
  readonly seen: readonly Record<string, unknown>[];
  readonly hookCalls: readonly string[];
  readonly queues: readonly string[];
};
const state = async (): Promise<State> => JSON.parse(await (await get('/api/state')).text());

async function untilState(holds: (state: State) => boolean): Promise<State> {
  for (let round = 0; round < 100; round += 1) {
    const now = await state();
    if (holds(now)) return now;
    await sleep(10);
  }
  throw new Error(`never came: ${JSON.stringify(await state())}`);
}

describe('HTTP', () => {
  test('routes in alphabetical order, however special a later route is', async () => {
    expect(await (await get('/api/items/latest')).json()).toMatchObject({ name: 'latest' });
    expect(await (await get('/api/items/special')).json()).toEqual({
      name: 'item',
      params: { id: 'special' },
    });
  });

  test('answers a bare 404 where no route takes the path or the method', async () => {
    for (const answer of [
      await get('/api/nowhere'),
      await get('/items/latest'),
      await get('/'),
      await get('/api/items/7', { method: 'DELETE' }),
      await get('/api/items/latest', { method: 'PUT' }),
      await get('/api/state', { method: 'HEAD' }),
    ]) {
      expect([answer.status, await answer.text()]).toEqual([404, '']);
    }
  });

  test('sends a HEAD without its body', async () => {
    const answer = await get('/api/items/7', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
  });

  test('hands a request over as the worker gets it, and the whole answer back', async () => {
    const answer = await get('/api/echo/a%20b/c?x=1&X=2&empty=', {
      method: 'PUT',
      body: 'å',
      headers: { 'X-One': 'two' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-method')).toBe('PUT');
    expect(answer.headers.getSetCookie()).toEqual([
      'a%20b=c%3Bd; path=/; samesite=strict; httponly',
    ]);
    expect(await answer.json()).toMatchObject({
      url: `${url}/api/echo/a%20b/c?x=1&X=2&empty=`,
      params: { rest: 'a b/c' },
      query: { x: '1,2', empty: '' },
      headers: { 'x-one': 'two', 'content-length': '2' },
      bodyBytes: 2,
    });
  });

  test('joins a header that was sent twice, and knows dot segments', async () => {
    const { status, body } = await raw('/api/./x/../echo?q=a+b', {
      headers: { 'x-twice': ['one', 'two'] },
    });
    expect(status).toBe(201);
    expect(JSON.parse(body)).toMatchObject({
      headers: { 'x-twice': 'one,two' },
      query: { q: 'a b' },
    });
  });

  test('takes a large body whole', async () => {
    const answer = await post('/api/echo', 'x'.repeat(3_000_000));
    expect(await answer.json()).toMatchObject({ bodyBytes: 3_000_000 });
  });

  test('gives a function nothing of a chunked body, but its headers', async () => {
    const { status, body } = await raw('/api/echo', {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
      body: 'lost',
    });
    expect(status).toBe(201);
    expect(JSON.parse(body)).toMatchObject({
      bodyBytes: 0,
      headers: { 'transfer-encoding': 'chunked' },
    });
    // The connection is not out of step after it.
    expect((await get('/api/items/latest')).status).toBe(200);
  });

  test('refuses a body of more than 100 MiB before it is sent', async () => {
    const { status, body } = await raw('/api/echo', {
      method: 'POST',
      headers: { 'content-length': '104857601' },
    });
    expect([status, body]).toEqual([413, '']);
  });

  test('answers an empty 500 for a function that throws, and goes on', async () => {
    const answer = await get('/api/fails');
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    expect(host.stderr()).toMatch(/error \[fails\] Failed: Error: as it should\\n.* invocationId=/);
    expect((await get('/api/items/latest')).status).toBe(200);
  });

  test('answers 204 for a function that answers nothing', async () => {
    expect((await get('/api/nothing')).status).toBe(204);
  });
});

describe('hooks', () => {
  test('run in the order of the worker, share their data, and may change the answer', async () => {
    expect(await (await get('/api/hooked')).text()).toBe('from the hook');
    await get('/api/fails');
    const { hookCalls } = await state();
    expect(hookCalls[0]).toBe('appStart');
    const hooked = hookCalls.indexOf('pre hooked');
    expect(hookCalls.slice(hooked, hooked + 2)).toEqual(['pre hooked', 'post hooked']);
    expect(hookCalls).toContain('post fails failed');
  });

  test('of the log may change what is logged', async () => {
    await get('/api/log');
    expect(host.stderr()).toContain('warning [log] hidden');
    expect(host.stderr()).not.toContain('secret');
  });
});

describe('queues', () => {
  test('bring what is sent to the function, JSON parsed, with its metadata', async () => {
    await post('/api/send', '{"gridId":"north"}');
    const { seen } = await untilState(({ seen }) => seen.some(({ queue }) => queue === 'first'));
    expect(seen.find(({ queue }) => queue === 'first')).toEqual({
      queue: 'first',
      message: { gridId: 'north' },
      messageId: 'message-1',
      deliveryCount: 1,
      enqueuedTimeUtc: '2026-11-22T10:15:00.000Z',
    });
  });

  test('deliver again what failed, and go on to the next queue', async () => {
    await post('/api/send', 'fail once');
    await post('/api/send', 'forward');
    const { seen, queues } = await untilState(
      ({ seen, queues }) =>
        seen.some(({ queue }) => queue === 'second') && queues.includes('complete 2/2'),
    );
    expect(seen.filter(({ message }) => message === 'fail once')).toMatchObject([
      { deliveryCount: 1 },
      { deliveryCount: 2 },
    ]);
    expect(queues).toContain('abandon 2/1');
    expect(seen).toContainEqual({ queue: 'second', message: 'forwarded' });
  });
});

describe('the admin API', () => {
  test('tells its state and its functions', async () => {
    expect(await (await get('/admin/host/status')).json()).toMatchObject({ state: 'Running' });
    const functions: unknown = await (await get('/admin/functions')).json();
    expect(functions).toContainEqual(
      expect.objectContaining({ name: 'tick', isDisabled: false, language: 'node' }),
    );
    expect((await get('/admin/functions/TICK')).status).toBe(200);
    expect((await get('/admin/elsewhere')).status).toBe(404);
  });

  test('fires a timer, whose input is in camel case', async () => {
    expect((await post('/admin/functions/tick?wait=true', '{}')).status).toBe(202);
    const { seen } = await state();
    expect(seen).toContainEqual({
      timer: {
        schedule: { adjustForDST: true },
        scheduleStatus: expect.objectContaining({ next: expect.stringMatching(/-01-01T00:00:00/) }),
        isPastDue: false,
      },
    });
  });

  test('fires a queue function on a body, at once or waited for', async () => {
    const ok = await post('/admin/functions/first', JSON.stringify({ input: '[1]' }));
    expect([ok.status, await ok.text()]).toEqual([202, '']);
    await untilState(({ seen }) => seen.some(({ message }) => Array.isArray(message)));
    const failing = JSON.stringify({ input: 'always fails' });
    expect((await post('/admin/functions/first', failing)).status).toBe(202);
    expect((await post('/admin/functions/first', failing, { wait: 'true' })).status).toBe(500);
  });

  test('does nothing for a page from elsewhere, whatever name it knows the host by', async () => {
    const fire = (headers: Record<string, string>) =>
      post('/admin/functions/tick?wait=true', '{}', headers);
    for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
      expect((await fire({ origin })).status).toBe(403);
    }
    const renamed = await raw('/admin/functions', { headers: { host: 'evil.example' } });
    expect(renamed.status).toBe(403);
    expect((await fire({ origin: url })).status).toBe(202);
  });

  test('refuses what it cannot fire', async () => {
    expect((await post('/admin/functions/nobody', '{}')).status).toBe(404);
    expect((await post('/admin/functions/state', '{}')).status).toBe(400);
    expect((await post('/admin/functions/first', '{"input":1}')).status).toBe(400);
    expect((await post('/admin/functions/first', 'no JSON')).status).toBe(400);
  });
});
