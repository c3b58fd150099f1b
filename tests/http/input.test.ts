import { describe, expect, test } from '@jest/globals';
import { accept, refuse } from '../../shared/domain/result.ts';
import type { Handlers } from '../../shared/http/edge.ts';
import { readingItem } from '../../shared/http/readingItems.ts';
import { answer, bodyOf, request } from './edgeUnderTest.ts';
import { gridAnswer, gridCreate } from './givenBodies.ts';

const grids: Handlers<'grids'> = {
  GET: async () => accept({ status: 200, body: { value: [gridAnswer('g')] } }),
  POST: async ({ assignedId }) => accept({ status: 201, body: gridAnswer(assignedId) }),
};
const post = (sent: Parameters<typeof request>[1]) => answer('grids', grids, request('POST', sent));
const given = JSON.stringify(gridCreate);

describe('a body is refused', () => {
  test.each<[string, string | Uint8Array]>([
    ['that begins with a byte order mark', Buffer.from(`\ufeff${given}`)],
    ['in UTF-16', Buffer.from(given, 'utf16le')],
    ['with half of a character', Buffer.from([...Buffer.from('{"name":"'), 0xc3, 0x22, 0x7d])],
    ['with a character written too long', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ['with a surrogate in its bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['with a field twice', given.replace('{', '{"name":"other",')],
    ['with a field twice, the second as an escape', given.replace('{', '{"n\\u0061me":"other",')],
    ['with a NUL outside of a text', `${given}\0`],
    ['with a NUL in a text as it is', given.replace('"name":"', '"name":"\0')],
    ['with a comment', `${given}//`],
    ['with a comma too many', given.replace('}', ',}')],
    ['that is NaN', 'NaN'],
  ])('%s', async (_name, body) => {
    const refused = await post({ body });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'malformed_json']);
  });

  test.each(['1e400', '9007199254740993', '-0', '1e1', '7.00000000000000000001'])(
    'with the number %s, by the field that has it',
    async (number) => {
      const body = given.replace(/"graceMinutes":\d+/, `"graceMinutes":${number}`);
      expect(body).not.toBe(given);
      const refused = await post({ body });
      expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'validation_failed']);
      expect(bodyOf(refused)['errors']).toMatchObject([{ pointer: '/graceMinutes' }]);
    },
  );

  test.each(['1-2', '1.', '01e', '1e', '--1'])('with %s for a number', async (number) => {
    const body = given.replace(/"graceMinutes":\d+/, `"graceMinutes":${number}`);
    const refused = await post({ body });
    expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'malformed_json']);
  });

  test.each(['gzip', 'br', 'deflate', 'identity, gzip', ''])(
    'encoded as "%s"',
    async (encoding) => {
      const refused = await post({ json: gridCreate, headers: { 'content-encoding': encoding } });
      expect([refused.status, bodyOf(refused)['code']]).toEqual([415, 'unsupported_media_type']);
    },
  );

  test.each([
    'application/json; charset=utf-8; charset=latin1',
    'application/json; version=2',
    'application/json,application/json',
    'application/json, text/plain',
    'text/plain;application/json',
    'application/problem+json',
    `application/json;${' '.repeat(10_000)}x`,
  ])('of type "%s"', async (type) => {
    const refused = await post({ json: gridCreate, headers: { 'content-type': type } });
    expect(refused.status).toBe(415);
  });

  test.each(['1,1', '1, 1', '-1', '+1', '0x10', '1e1', '1.0', '9'.repeat(400)])(
    'of the length "%s"',
    async (length) => {
      const refused = await post({ json: gridCreate, headers: { 'content-length': length } });
      expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'header_invalid']);
    },
  );
});

test('a body that says that it is not encoded is taken', async () => {
  const headers = { 'content-encoding': 'Identity' };
  expect((await post({ json: gridCreate, headers })).status).toBe(201);
});

describe('a text that is kept', () => {
  const named = (name: string) => post({ body: JSON.stringify({ ...gridCreate, name }) });

  test.each(['Straße 5 – „Süd“', '日本', '👩‍👩‍👧', 'a'.repeat(200), '\\u0000'])(
    'may be %s',
    async (name) => {
      expect((await named(name)).status).toBe(201);
    },
  );

  test.each([
    '\0',
    'a\nb',
    'a\tb',
    '\u001b[31m',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ud83d',
    '\ude00\ud83d',
  ])('may not be %j', async (name) => {
    const refused = await named(name);
    expect(bodyOf(refused)).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/name', detail: 'must not have control characters' }],
    });
  });

  test.each([
    ['Am Hang 5\n12345 Ort', true],
    ['Am Hang 5\r\n12345 Ort', true],
    ['Am Hang 5\r12345 Ort', false],
    ['Am Hang 5\0', false],
    ['Am Hang \ud83d', false],
  ])('may have lines as an address: %j, %s', async (address, isTaken) => {
    const handlers: Handlers<'prosumer'> = {
      GET: () => Promise.reject(new Error('not called')),
      PATCH: async () => refuse({ code: 'prosumer_not_found', detail: 'There is no prosumer p.' }),
      DELETE: () => Promise.reject(new Error('not called')),
    };
    const sent = request('PATCH', { params: { prosumerId: 'p' }, json: { address } });
    expect((await answer('prosumer', handlers, sent)).status).toBe(isTaken ? 404 : 400);
  });
});

describe('a reading', () => {
  const reading = {
    prosumerId: 'p',
    timeframe: '2026-01-01T00:00:00Z',
    producedWh: 1,
    consumedWh: 2,
  };

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'with a field %s is refused',
    (field) => {
      const item = JSON.parse(JSON.stringify(reading).replace('{', `{"${field}":{"version":9},`));
      expect(readingItem(item, 0)).toEqual({
        kind: 'invalid',
        errors: [{ pointer: `/readings/0/${field}`, detail: 'is not known here' }],
      });
      expect(Object.hasOwn(Object.prototype, 'version')).toBe(false);
    },
  );

  test.each(['\0', 'a\nb', '\ud800'])('from %j is refused', (source) => {
    expect(readingItem({ ...reading, source }, 0).kind).toBe('invalid');
  });

  test('with everything wrong tells ten errors', () => {
    const item = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`x${at}`, 1]));
    const refused = readingItem(item, 0);
    expect(refused.kind === 'invalid' && refused.errors).toHaveLength(10);
  });
});

describe('an answer does not give back what is long', () => {
  test('of a field in the body', async () => {
    const refused = await post({ body: `{"${'x'.repeat(60_000)}":1}` });
    expect(refused.status).toBe(400);
    expect(String(refused.body).length).toBeLessThan(2_000);
  });

  test('of the query', async () => {
    const long = `/grids?${'x'.repeat(60_000)}=1`;
    const refused = await answer('grids', grids, request('GET', { path: long }));
    expect(refused.status).toBe(400);
    expect(String(refused.body).length).toBeLessThan(2_000);
  });

  test.each([
    ['the same', Array(51).fill('limit=1')],
    ['different', Array.from({ length: 5_000 }, (_, at) => `a${at}=1`)],
  ])('of many parameters, %s', async (_name, parameters) => {
    const path = `/grids?${parameters.join('&')}`;
    const refused = await answer('grids', grids, request('GET', { path }));
    expect(bodyOf(refused)).toMatchObject({
      code: 'validation_failed',
      detail: 'The query has more than 50 parameters.',
    });
    expect(String(refused.body).length).toBeLessThan(2_000);
  });
});

test.each([
  'limit[]=1',
  'limit[0]=1',
  'limit[a]=1',
  'limit%00=1',
  'limit=1%00',
  'limit=%ZZ',
  '=1',
  '%EF%BB%BFlimit=1',
])('a query of %s is refused', async (query) => {
  const refused = await answer('grids', grids, request('GET', { path: `/grids?${query}` }));
  expect(bodyOf(refused)['code']).toBe('validation_failed');
});

test.each([
  'a\0',
  'a\nb',
  '../x',
  'a/b',
  'a\\b',
  '%2e%2e',
  'A',
  'a'.repeat(201),
  '\ufeffa',
  '__proto__',
])('a mini grid %j in a path is refused or not there', async (gridId) => {
  const handlers: Handlers<'gridReadings'> = {
    POST: async () => refuse({ code: 'grid_not_found', detail: 'There is no such grid.' }),
  };
  const sent = request('POST', { params: { gridId }, json: { readings: [{}] } });
  const refused = await answer('gridReadings', handlers, sent);
  expect([400, 404]).toContain(refused.status);
  if (/[\0\n]/.test(gridId)) expect(refused.status).toBe(400);
});

describe('headers', () => {
  test.each(['x-http-method-override', 'x-http-method', 'x-method-override', '_method'])(
    '%s changes nothing',
    async (name) => {
      const sent = request('GET', { headers: { [name]: 'DELETE' } });
      expect((await answer('grids', grids, sent)).status).toBe(200);
    },
  );

  test.each(['a,b', 'a, b', 'a b', '', 'é', 'x'.repeat(256)])(
    'an Idempotency-Key "%s" is refused',
    async (key) => {
      const refused = await post({ json: gridCreate, headers: { 'idempotency-key': key } });
      expect([refused.status, bodyOf(refused)['code']]).toEqual([400, 'header_invalid']);
    },
  );

  test('ask no page from elsewhere in, whatever it asks for', async () => {
    const headers = {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const { url, query, params, headers: sent } = request('POST', { json: gridCreate, headers });
      const arrayBuffer = () => request('POST', { json: gridCreate }).arrayBuffer();
      const asked = { method, url, query, params, headers: sent, arrayBuffer };
      const answered = await answer('grids', grids, asked as ReturnType<typeof request>);
      const names = Object.keys(answered.headers);
      expect(names.filter((name) => /access-control|server|powered/i.test(name))).toEqual([]);
      if (method === 'OPTIONS') expect(answered.status).toBe(405);
    }
  });

  test('of an answer ask for TLS where it came over TLS, and nowhere else', async () => {
    const plain = await answer('grids', grids, request('GET'));
    expect(plain.headers).not.toHaveProperty('strict-transport-security');
    const { query, params, headers } = request('GET');
    const url = 'https://localhost/api/grids';
    const sent = { method: 'GET', url, query, params, headers } as ReturnType<typeof request>;
    expect((await answer('grids', grids, sent)).headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-frame-options': 'DENY',
    });
  });
});
