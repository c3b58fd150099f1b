import { describe, expect, test } from '@jest/globals';
import { everybody } from '../../shared/domain/caller.ts';
import { accept, refuse } from '../../shared/domain/result.ts';
import type { Handlers } from '../../shared/http/edge.ts';
import { everyAnswer } from '../../shared/http/respond.ts';
import { serve } from '../../shared/http/serve.ts';
import { answer, bodyOf, edgeDeps, origin, request } from './edgeUnderTest.ts';
import { gridAnswer, gridCreate, prosumerAnswer } from './givenBodies.ts';

const grids: Handlers<'grids'> = {
  GET: async () => accept({ status: 200, body: { value: [gridAnswer('g')] } }),
  POST: async ({ assignedId }) => accept({ status: 201, body: gridAnswer(assignedId) }),
};
const post = (sent: Parameters<typeof request>[1]) => answer('grids', grids, request('POST', sent));

/** The hash of a content alone, where the thing has no version. */
const contentTag = /^"[0-9a-f]{32}"$/;

describe('an answer', () => {
  test('is JSON that nobody keeps', async () => {
    const { status, headers, body } = await answer('grids', grids, request('GET'));
    expect(status).toBe(200);
    expect(headers).toEqual({
      ...everyAnswer,
      'content-type': 'application/json; charset=utf-8',
      etag: expect.stringMatching(contentTag),
    });
    expect(body).toBe(JSON.stringify({ value: [gridAnswer('g')] }));
  });

  test('to HEAD is that to GET without its body', async () => {
    const get = await answer('grids', grids, request('GET'));
    const head = await answer('grids', grids, request('HEAD'));
    expect(head).toEqual({ status: get.status, headers: get.headers });
  });

  test('to HEAD has no body when it is a refusal either', async () => {
    const head = await answer('grids', grids, request('HEAD', { path: '/grids?x=1' }));
    expect(head.status).toBe(400);
    expect(head.body).toBeUndefined();
  });

  test('may be something else than JSON', async () => {
    const raw = { status: 200, raw: '<p>', headers: { 'content-type': 'text/html' } };
    const given = await answer('docs', { GET: async () => accept(raw) }, request('GET'));
    expect(given.body).toBe('<p>');
    expect(given.headers).toEqual({
      ...everyAnswer,
      'content-type': 'text/html',
      etag: expect.stringMatching(contentTag),
    });
  });
});

describe('a refused method', () => {
  test.each(['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'toString'])('%s', async (method) => {
    const sent = { ...plain(request('GET')), method };
    const refused = await answer('grids', grids, sent as ReturnType<typeof request>);
    expect(refused.status).toBe(405);
    expect(refused.headers['allow']).toBe('GET, POST, HEAD');
    expect(bodyOf(refused)['code']).toBe('method_not_allowed');
  });

  test('HEAD where there is no GET', async () => {
    const handlers: Handlers<'gridReadings'> = { POST: async () => refuse(notFound) };
    const sent = request('HEAD', { params: { gridId: 'g' } });
    const refused = await answer('gridReadings', handlers, sent);
    expect([refused.status, refused.headers['allow']]).toEqual([405, 'POST']);
  });
});

describe('a refused body', () => {
  test('chunked, without its length', async () => {
    const refused = await post({ headers: { 'transfer-encoding': 'chunked' } });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([411, 'length_required']);
  });

  test('announced as too large', async () => {
    const headers = { 'content-length': String(64 * 1024 + 1) };
    const refused = await post({ json: gridCreate, headers });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([413, 'body_too_large']);
  });

  test('too large, whatever was announced', async () => {
    const fits = JSON.stringify(gridCreate).padEnd(64 * 1024, ' ');
    expect((await post({ body: fits })).status).toBe(201);
    const refused = await post({ body: `${fits} `, headers: { 'content-length': '10' } });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([413, 'body_too_large']);
  });

  test.each(['text/plain', 'application/json; charset=latin1', 'application/jsonp', ''])(
    'of type "%s"',
    async (type) => {
      const refused = await post({ json: gridCreate, headers: { 'content-type': type } });
      expect([refused.status, bodyOf(refused)['code']]).toEqual([415, 'unsupported_media_type']);
    },
  );

  test.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
  ])('but not of type "%s"', async (type) => {
    const given = await post({ json: gridCreate, headers: { 'content-type': type } });
    expect(given.status).toBe(201);
  });

  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['cut short', '{"name":'],
    ['of two values', '{}{}'],
    ['not in UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['nested absurdly', `${'['.repeat(50_000)}`],
    ['nested absurdly in objects', '{"a":'.repeat(33)],
  ])('that is no JSON: %s', async (_name, body) => {
    const refused = await post({ body });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'malformed_json']);
  });

  test('brackets in a text are not nesting', async () => {
    const name = `\\"${'['.repeat(100)}`;
    const given = await post({ body: JSON.stringify({ ...gridCreate, name }) });
    expect(given.status).toBe(201);
  });

  test.each(['__proto__', 'constructor', 'toString'])('with a field %s', async (field) => {
    const body = JSON.stringify(gridCreate).replace('{', `{"${field}":{"paused":true},`);
    const refused = await post({ body });
    expect(bodyOf(refused)).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: `/${field}`, detail: 'is not known here' }],
    });
  });
});

describe('a refused request', () => {
  test('tells what is wrong in path, query and body at once', async () => {
    const handlers: Handlers<'gridReadings'> = { POST: async () => refuse(notFound) };
    const sent = request('POST', {
      path: `/grids/${'g'.repeat(201)}/readings?dry=1`,
      params: { gridId: 'g'.repeat(201) },
      json: { readings: [], more: 1 },
    });
    const refused = await answer('gridReadings', handlers, sent);
    expect(bodyOf(refused)).toMatchObject({
      type: 'urn:mini-smart-grid:problem:validation_failed',
      title: 'Invalid request',
      status: 400,
      code: 'validation_failed',
    });
    const { errors } = bodyOf(refused) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/more',
      '/readings',
      'dry',
      'gridId',
    ]);
  });

  test.each([
    ['limit=0', 'limit', 'must be at least 1'],
    ['limit=1001', 'limit', 'must be at most 1000'],
    ['limit=ten', 'limit', 'must be an integer'],
    ['limit=1e2', 'limit', 'must be an integer'],
    ['limit=-1', 'limit', 'must be an integer'],
    ['limit=', 'limit', 'must be an integer'],
    ['limit=1&limit=2', 'limit', 'must not be given more than once'],
    ['cursor=', 'cursor', 'must have at least 1 characters'],
    ['__proto__=1', '__proto__', 'is not known here'],
    ['Limit=1', 'Limit', 'is not known here'],
  ])('for its query %s', async (query, pointer, detail) => {
    const refused = await answer('grids', grids, request('GET', { path: `/grids?${query}` }));
    expect([refused.status, bodyOf(refused)['errors']]).toEqual([400, [{ pointer, detail }]]);
  });

  test('for a query where none is known', async () => {
    const live: Handlers<'healthLive'> = {
      GET: async () => accept({ status: 200, body: { status: 'live' } }),
    };
    const refused = await answer('healthLive', live, request('GET', { path: '/health/live?a=1' }));
    expect(bodyOf(refused)['errors']).toEqual([{ pointer: 'a', detail: 'is not known here' }]);
  });

  test.each([
    ['prosumerId=mini-grid', 'prosumerId'],
    ['prosumerId=p&gridId=g', 'gridId'],
    ['prosumerId=p&timeframe=2026-01-01T00:00Z', 'timeframe'],
    ['timeframe=2026-01-01T00:00Z', 'gridId'],
    ['', 'gridId'],
    ['gridId=g&timeframe=2026-13-01T00:00Z', 'timeframe'],
  ])('for trades of %s', async (query, pointer) => {
    const handlers: Handlers<'trades'> = {
      GET: async () => accept({ status: 200, body: { value: [] } }),
      POST: async () => refuse(taken),
    };
    const refused = await answer('trades', handlers, request('GET', { path: `/trades?${query}` }));
    expect(bodyOf(refused)['errors']).toMatchObject([{ pointer }]);
  });

  test('by the operation, with its status and places', async () => {
    const handlers: Handlers<'grids'> = { ...grids, POST: async () => refuse(taken) };
    const refused = await answer('grids', handlers, request('POST', { json: gridCreate }));
    expect(refused.status).toBe(409);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(bodyOf(refused)).toEqual({
      type: 'urn:mini-smart-grid:problem:grid_exists',
      title: 'The mini grid exists',
      status: 409,
      ...taken,
    });
  });
});

test('a handler gets numbers for numbers, absent for empty, and the address', async () => {
  const seen: unknown[] = [];
  const handlers: Handlers<'docs'> = {
    GET: async (given) => {
      seen.push(given.params);
      return accept({ status: 200, raw: '', headers: {} });
    },
  };
  await answer('docs', handlers, request('GET', { path: '/docs', params: { file: '' } }));
  expect(seen).toEqual([{}]);

  const list: Handlers<'grids'> = {
    ...grids,
    GET: async (given) => {
      seen.push(given);
      return accept({ status: 200, body: { value: [] } });
    },
  };
  await answer('grids', list, request('GET', { path: '/grids?limit=7' }));
  expect(seen[1]).toEqual({
    params: {},
    query: { limit: 7 },
    body: undefined,
    url: `${origin}/api/grids?limit=7`,
    caller: everybody,
    assignedId: 'id-1',
  });
});

test.each([
  ['concurrent_change', 409, '1'],
  ['rate_unavailable', 503, '60'],
  ['grid_exists', 409, undefined],
] as const)(
  'a refusal says when to try again, where it passes: %s',
  async (code, status, after) => {
    const handlers: Handlers<'grids'> = {
      ...grids,
      GET: async () => refuse({ code, detail: 'No.' }),
    };
    const refused = await answer('grids', handlers, request('GET'));
    expect([refused.status, refused.headers['retry-after']]).toEqual([status, after]);
  },
);

describe('If-None-Match', () => {
  const png = new Uint8Array([137, 80, 78, 71]);
  const showing = (name: string, version?: string): Handlers<'prosumer'> => {
    const headers = version === undefined ? {} : { etag: `"${version}"` };
    const shown = async () =>
      accept({ status: 200, body: { ...prosumerAnswer('p'), name }, headers } as const);
    return { GET: shown, PATCH: shown, DELETE: shown };
  };
  const get = (handlers: Handlers<'prosumer'>, ifNoneMatch?: string, method = 'GET') =>
    answer(
      'prosumer',
      handlers,
      request(method, {
        params: { prosumerId: 'p' },
        headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
        ...(method === 'PATCH' && { json: { name: 'x' } }),
      }),
    );

  test('gets 304 without a body for what is as it was, and the tag again', async () => {
    const first = await get(showing('Anna', 'p1'));
    const { etag = '', 'content-type': _, ...others } = first.headers;
    expect(etag).toMatch(/^"p1\.[0-9a-f]{32}"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get(showing('Anna', 'p1'), known);
      expect(again).toEqual({ status: 304, headers: { etag, ...others } });
      expect(await get(showing('Anna', 'p1'), known, 'HEAD')).toEqual(again);
    }
  });

  test('gets the whole answer where its content or its version is another', async () => {
    const { etag } = (await get(showing('Anna', 'p1'))).headers;
    for (const other of [showing('Ben', 'p1'), showing('Anna', 'p2'), showing('Anna')]) {
      const answered = await get(other, etag);
      expect([answered.status, typeof answered.body]).toEqual([200, 'string']);
    }
  });

  test.each(['"p1"', 'nonsense', '"', ''])('is no condition as %s', async (tag) => {
    expect((await get(showing('Anna', 'p1'), tag)).status).toBe(200);
  });

  test('is nothing to a change, nor to the state of health', async () => {
    const { etag } = (await get(showing('Anna', 'p1'))).headers;
    expect((await get(showing('Anna', 'p1'), etag, 'PATCH')).status).toBe(200);
    const alive: Handlers<'healthLive'> = {
      GET: async () => accept({ status: 200, body: { status: 'live' } }),
    };
    const sent = request('GET', { path: '/health/live', headers: { 'if-none-match': '*' } });
    const health = await answer('healthLive', alive, sent);
    expect([health.status, health.headers['etag']]).toEqual([200, undefined]);
  });

  test('knows bytes too', async () => {
    const qr: Handlers<'invoiceQr'> = {
      GET: async () => accept({ status: 200, raw: png, headers: { 'content-type': 'image/png' } }),
    };
    const ask = (headers: Record<string, string>) =>
      answer('invoiceQr', qr, request('GET', { params: { invoiceId: 'i' }, headers }));
    const { etag = '' } = (await ask({})).headers;
    expect((await ask({ 'if-none-match': etag })).status).toBe(304);
  });
});

describe('If-Match', () => {
  const prosumer = (etag: string): Handlers<'prosumer'> => ({
    GET: async () => accept({ status: 200, body: prosumerAnswer('p') }),
    PATCH: async ({ ifMatch }) =>
      ifMatch === undefined || ifMatch === etag
        ? accept({ status: 200, body: prosumerAnswer('p') })
        : refuse({ code: 'etag_mismatch', detail: 'It has changed.' }),
    DELETE: async ({ ifMatch }) =>
      ifMatch === etag ? accept({ status: 200, body: prosumerAnswer('p') }) : refuse(notFound),
  });
  const change = (method: string, ifMatch: string | undefined) =>
    answer(
      'prosumer',
      prosumer('b'),
      request(method, {
        params: { prosumerId: 'p' },
        headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
        ...(method === 'PATCH' && { json: { name: 'x' } }),
      }),
    );

  test.each([
    [undefined, 200],
    ['*', 200],
    ['"b"', 200],
    ['"a", "b"', 200],
    [`"b.${'0'.repeat(32)}"`, 200],
    [`"a.${'0'.repeat(32)}"`, 412],
    ['"a"', 412],
    ['"a", "c"', 412],
    ['W/"b"', 412],
    ['W/"a","b"', 200],
    ['b', 400],
    ['"b', 400],
    ['"a" "b"', 400],
    [Array(11).fill('"a"').join(','), 400],
  ])('%s: %s', async (ifMatch, status) => {
    expect((await change('PATCH', ifMatch)).status).toBe(status);
  });

  test('is honoured by DELETE, and GET does not look at it', async () => {
    expect((await change('DELETE', '"b"')).status).toBe(200);
    expect((await change('GET', 'nonsense')).status).toBe(200);
  });
});

describe('a failure', () => {
  const failing = (message: string): Handlers<'grids'> => ({
    ...grids,
    GET: () => Promise.reject(new Error(message)),
  });

  test('is 500, with nothing of it in the answer, and logged', async () => {
    const { deps, logged } = edgeDeps();
    const failed = await answer('grids', failing('secret'), request('GET'), deps);
    expect(failed.status).toBe(500);
    expect(failed.body).not.toContain('secret');
    const { code, instance } = bodyOf(failed);
    expect([code, instance]).toEqual(['internal_error', 'urn:uuid:id-2']);
    expect(logged).toMatchObject([
      { message: 'Request failed', id: 'id-2', error: expect.stringContaining('secret') },
    ]);
  });

  test('that passes is 503, with when to try again', async () => {
    const failed = await answer('grids', failing('busy'), request('GET'));
    expect([failed.status, failed.headers['retry-after']]).toEqual([503, '5']);
    expect(bodyOf(failed)['code']).toBe('unavailable');
  });

  test('may be anything that is thrown', async () => {
    const handlers = { ...grids, GET: () => Promise.reject('text') };
    expect((await answer('grids', handlers, request('GET'))).status).toBe(500);
  });
});

const notFound = { code: 'grid_not_found', detail: 'There is no grid g.' } as const;
const taken = {
  code: 'grid_exists',
  detail: 'A grid g exists.',
  errors: [{ pointer: '/id', detail: 'is taken' }],
} as const;

function plain(sent: ReturnType<typeof request>) {
  const { method, url, headers, query, params } = sent;
  return { method, url, headers, query, params, arrayBuffer: () => sent.arrayBuffer() };
}

test.each(['evil.example', 'localhost.evil.example', '10.0.0.1', '0.0.0.0'])(
  'without tokens nothing is answered under the name %s',
  async (host) => {
    const handlers: Handlers<'grids'> = {
      GET: async () => accept({ status: 200, body: { value: [] } }),
      POST: async () => {
        throw new Error('it is never called');
      },
    };
    const sent = request('GET', { path: '/grids' });
    const named = (name: string) => ({
      method: 'GET',
      url: `http://${name}:7071/api/grids`,
      headers: sent.headers,
      query: sent.query,
      params: {},
      arrayBuffer: async () => new ArrayBuffer(0),
    });
    const { deps } = edgeDeps();
    const refused = await serve('grids', () => handlers, deps)(named(host));
    expect([refused.status, bodyOf(refused)['code']]).toEqual([403, 'forbidden']);
    for (const own of ['localhost', '127.0.0.1', '[::1]']) {
      expect((await serve('grids', () => handlers, deps)(named(own))).status).toBe(200);
    }
  },
);

test.each(['https://evil.example', 'http://localhost:3000', 'https://localhost:7071', 'null'])(
  'without tokens nothing is done for a page of %s',
  async (page) => {
    let deactivations = 0;
    const never = async () => {
      throw new Error('it is never called');
    };
    const handlers: Handlers<'prosumer'> = {
      GET: never,
      PATCH: never,
      DELETE: async () => {
        deactivations += 1;
        return refuse(taken);
      },
    };
    const send = (headers: Record<string, string>) => {
      const sent = { path: '/prosumers/anna', params: { prosumerId: 'anna' }, headers };
      return answer('prosumer', handlers, request('DELETE', sent));
    };
    const refused = await send({ origin: page });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([403, 'forbidden']);
    expect(deactivations).toBe(0);
    await send({ origin });
    await send({});
    expect(deactivations).toBe(2);
  },
);

test('nothing of a stranger’s body is read', async () => {
  const { deps } = edgeDeps();
  const handlers: Handlers<'gridReadings'> = {
    POST: async () => {
      throw new Error('it is never called');
    },
  };
  const verify = async () => refuse('expired' as const);
  const closed = { ...deps, tokens: { kind: 'issuer', verify } as const };
  const answered = await serve(
    'gridReadings',
    () => handlers,
    closed,
  )({
    method: 'POST',
    url: 'http://localhost/api/grids/lane/readings',
    headers: new Headers({ authorization: 'Bearer x', 'content-length': '8000000' }),
    query: new URLSearchParams(),
    params: { gridId: 'lane' },
    arrayBuffer: () => Promise.reject(new Error('it was read')),
  });
  expect(answered.status).toBe(401);
  expect(answered.headers['www-authenticate']).toBe(
    'Bearer realm="mini-smart-grid", error="invalid_token", error_description="The token has expired."',
  );
});
