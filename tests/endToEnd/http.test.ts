import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, type RunningApp, startApp } from './app.ts';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp({ appFile: buildBundle() });
}, 60_000);

afterAll(cleanUp);

const grid = {
  id: 'lane',
  name: 'The lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 5,
  activeFrom: '2024-06-01T10:00:00Z',
  activeUntil: '2024-06-01T12:00:00Z',
  paused: true,
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 0,
  },
};
const home = { id: 'home', gridId: 'lane', name: 'Home', address: 'Lane 1', type: 'household' };

test('creates a grid and a prosumer, says where they are, and shows them there', async () => {
  for (const [collection, body] of [
    ['/grids', grid],
    ['/prosumers', home],
  ] as const) {
    const made = await app.request('POST', collection, body);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject(body);
    expect(made.headers.get('location')).toBe(`/api${collection}/${body.id}`);
    const shown = await app.request('GET', `${collection}/${body.id}`);
    expect(shown.body).toEqual(made.body);
    expect(shown.headers.get('etag')).toBe(made.headers.get('etag'));
    expect(shown.headers.get('content-type')).toMatch(/^application\/json/);
  }
});

test('makes an id where none is given', async () => {
  const { id, ...nameless } = home;
  const { body, headers } = await app.request('POST', '/prosumers', nameless);
  expect(body['id']).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(
    (await app.request('GET', String(headers.get('location')).slice('/api'.length))).body,
  ).toEqual(body);
});

test.each([
  ['GET', '/grids/nowhere', 404, 'grid_not_found'],
  ['GET', '/grids/nowhere/netto', 404, 'grid_not_found'],
  ['GET', '/grids/nowhere/timeframes', 404, 'grid_not_found'],
  ['GET', '/trades?gridId=nowhere', 404, 'grid_not_found'],
  ['GET', '/prosumers/nobody', 404, 'prosumer_not_found'],
  ['GET', '/prosumers/nobody/transactions', 404, 'prosumer_not_found'],
  ['GET', '/grids/lane/timeframes/2024-06-01T12:00:00Z', 404, 'timeframe_not_found'],
  ['GET', '/grids/lane/timeframes/2024-06-01T10:01:00Z', 400, 'timeframe_misaligned'],
  ['GET', '/trades/lane.20240601T1000Z.0.1', 404, 'trade_not_found'],
  ['GET', '/grids?limit=0', 400, 'validation_failed'],
  ['GET', '/grids?limit=1001', 400, 'validation_failed'],
  ['GET', '/grids?unknown=1', 400, 'validation_failed'],
  ['GET', '/grids?cursor=made-up', 400, 'cursor_invalid'],
  ['GET', '/trades', 400, 'validation_failed'],
  ['PUT', '/grids', 405, 'method_not_allowed'],
  ['DELETE', '/grids/lane', 405, 'method_not_allowed'],
  ['POST', '/grids/lane', 405, 'method_not_allowed'],
  ['GET', '/grids/lane/readings', 405, 'method_not_allowed'],
])('%s %s is answered with %i %s', async (method, path, status, code) => {
  const answer = await app.request(method, path);
  expect(answer).toMatchObject({ status, body: { status, code } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.headers.has('allow')).toBe(status === 405);
});

test('names the methods that a path knows', async () => {
  const { headers } = await app.request('PUT', '/grids');
  expect(headers.get('allow')).toBe('GET, POST, HEAD');
});

test.each([
  ['a field that is unknown', { ...grid, id: 'other', colour: 'green' }, '/colour'],
  ['a field that is missing', { ...grid, id: 'other', name: undefined }, '/name'],
  ['a time zone that is none', { ...grid, id: 'other', timeZone: 'Europe/Nowhere' }, '/timeZone'],
  ['a day that is none', { ...grid, id: 'other', activeFrom: '2024-02-30T00:00Z' }, '/activeFrom'],
  [
    'timeframes that divide no day',
    { ...grid, id: 'other', timeframeMinutes: 7 },
    '/timeframeMinutes',
  ],
])('refuses %s and points at it', async (_, body, pointer) => {
  const answer = await app.request('POST', '/grids', body);
  expect(answer.status).toBe(400);
  expect(answer.body['errors']).toContainEqual({ pointer, detail: expect.any(String) });
});

test('refuses to make another thing under an id that is taken; the same again is the same', async () => {
  const other = await app.request('POST', '/grids', { ...grid, name: 'Another' });
  expect(other).toMatchObject({ status: 409, body: { code: 'grid_exists' } });
  expect((await app.request('POST', '/grids', grid)).status).toBe(201);
  const moved = await app.request('POST', '/prosumers', { ...home, address: 'Lane 2' });
  expect(moved).toMatchObject({ status: 409, body: { code: 'prosumer_exists' } });
});

test('refuses a body that comes in chunks, is too large, no JSON or of another kind', async () => {
  const chunked = await fetch(`${app.url}/api/grids`, {
    method: 'POST',
    body: new Blob([JSON.stringify(grid)]).stream(),
    headers: { 'content-type': 'application/json' },
    ...{ duplex: 'half' },
  });
  expect(chunked.status).toBe(411);
  expect(await chunked.json()).toMatchObject({ code: 'length_required' });
  const large = { ...grid, name: 'x'.repeat(70_000) };
  expect(await app.request('POST', '/grids', large)).toMatchObject({
    status: 413,
    body: { code: 'body_too_large' },
  });
  expect(await app.request('POST', '/grids', grid, { 'content-type': 'text/plain' })).toMatchObject(
    {
      status: 415,
      body: { code: 'unsupported_media_type' },
    },
  );
  for (const text of ['{"id":', '[]', '"lane"', 'null']) {
    expect((await app.request('POST', '/grids', text)).status).toBe(400);
  }
});

test('a request under an Idempotency-Key is done once, however often it comes', async () => {
  const { id, ...nameless } = home;
  const key = { 'idempotency-key': 'first-of-june' };
  const first = await app.request('POST', '/prosumers', nameless, key);
  const again = await app.request('POST', '/prosumers', nameless, key);
  expect(first.status).toBe(201);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const other = await app.request('POST', '/prosumers', { ...nameless, name: 'Other' }, key);
  expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  const unkeyed = await app.request('POST', '/prosumers', nameless);
  expect(unkeyed.body['id']).not.toBe(first.body['id']);
});

test('changes a grid only in the state that If-Match names', async () => {
  const before = String((await app.request('GET', '/grids/lane')).headers.get('etag'));
  const first = await app.request(
    'PATCH',
    '/grids/lane',
    { name: 'Lane A' },
    { 'if-match': before },
  );
  expect(first).toMatchObject({ status: 200, body: { name: 'Lane A' } });
  const second = await app.request(
    'PATCH',
    '/grids/lane',
    { name: 'Lane B' },
    { 'if-match': before },
  );
  expect(second).toMatchObject({ status: 412, body: { code: 'etag_mismatch' } });
  expect(await app.get('/grids/lane')).toMatchObject({ name: 'Lane A' });
  expect(await app.send('PATCH', '/grids/lane', { name: 'Lane C' })).toMatchObject({
    name: 'Lane C',
  });
});

test('answers HEAD as GET, without a body', async () => {
  for (const path of ['/grids', '/grids/lane', '/prosumers/home', '/health/live', '/docs']) {
    const get = await fetch(`${app.url}/api${path}`);
    const head = await fetch(`${app.url}/api${path}`, { method: 'HEAD' });
    expect(head.status).toBe(get.status);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
    expect(await head.text()).toBe('');
    await get.arrayBuffer();
  }
  expect((await app.request('HEAD', '/grids/nowhere')).status).toBe(404);
});

test('deactivates a prosumer and keeps its account', async () => {
  const gone = await app.request('DELETE', '/prosumers/home');
  expect(gone).toMatchObject({ status: 200, body: { status: 'inactive', balanceUsat: '0' } });
  expect((await app.request('DELETE', '/prosumers/home')).status).toBe(200);
  expect(await app.get('/prosumers/home')).toEqual(gone.body);
  const accounts = await app.all('/grids/lane/accounts');
  expect(accounts.map(({ accountId }) => accountId)).toContain('home');
});

test('says that it lives, that it is ready, and what it can do', async () => {
  expect(await app.get('/health/live')).toEqual({ status: 'live' });
  expect(await app.get('/health/ready')).toMatchObject({ status: 'ready' });
  expect(await app.get('/openapi.json')).toMatchObject({ openapi: '3.1.0' });
});
