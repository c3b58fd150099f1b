import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callerProsumersMax, rolesMax } from '../../shared/domain/caller.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { gridBody, opening, quarter } from './accessStage.ts';
import { type Answer, type Call, openApi } from './api.ts';
import { type CallAs, openApiFor } from './callers.ts';

const gridIds = ['a', 'b', 'c', 'd'];

let app: TestApp;
let as: CallAs;
let operator: Call;
beforeEach(async () => {
  app = openTestApp(opening);
  as = openApiFor(app.ports);
  operator = as(['operator']);
  for (const id of gridIds) {
    expect((await operator('POST', '/grids', gridBody(id))).status).toBe(201);
    const home = { id: `of-${id}`, gridId: id, name: id, address: 'Lane', type: 'household' };
    const joined = await operator('POST', '/prosumers', { ...home, activeFrom: quarter });
    expect(joined.status).toBe(201);
  }
});
afterEach(() => app.end());

const idsOf = ({ body }: Answer) => body.value.map(({ id }: { id: string }) => id);

describe('the mini grids that are listed', () => {
  test.each([
    [['operator'], gridIds],
    [['reader'], gridIds],
    [
      ['operator:b', 'reader:c'],
      ['b', 'c'],
    ],
    [
      ['gateway:d', 'prosumer:of-a', 'prosumer:of-a', 'operator:d'],
      ['a', 'd'],
    ],
    [['prosumer:nobody', 'operator:nowhere'], []],
  ])('to %j are %j', async (roles, ids) => {
    const answer = await as(roles)('GET', '/grids');
    expect([answer.status, idsOf(answer)]).toEqual([200, ids]);
  });

  test('are paged within what the caller may see', async () => {
    const call = as(['reader:a', 'reader:b', 'gateway:d', 'operator:nowhere']);
    const first = await call('GET', '/grids?limit=2');
    expect(idsOf(first)).toEqual(['a', 'b']);
    const next = first.body.nextLink.slice('http://localhost/api'.length);
    const second = await call('GET', next);
    expect(idsOf(second)).toEqual(['d']);
    expect(idsOf(await as(['operator:c'])('GET', next))).toEqual(['c']);
  });

  test('show the account key to their operators alone', async () => {
    const isShown = async (roles: readonly string[]) => {
      const { body } = await as(roles)('GET', '/grids/a');
      const list = await as(roles)('GET', '/grids');
      const listed = list.body.value[0];
      expect(listed).toEqual(body);
      return 'accountKey' in body.billing;
    };
    expect(await isShown(['operator:a'])).toBe(true);
    expect(await isShown(['operator'])).toBe(true);
    for (const role of ['reader', 'reader:a', 'gateway:a', 'prosumer:of-a']) {
      expect(await isShown([role])).toBe(false);
    }
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k' };
  const { id: _, ...nameless } = gridBody('x');

  test('is its caller’s own: nobody gets the answer of somebody else', async () => {
    const [ours, theirs] = [as(['operator'], 'anna'), as(['operator'], 'ben')];
    const first = await ours('POST', '/grids', nameless, key);
    expect((await ours('POST', '/grids', nameless, key)).body).toEqual(first.body);
    const other = await theirs('POST', '/grids', nameless, key);
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(first.body.id);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    const different = await theirs('POST', '/grids', { ...nameless, name: 'Y' }, key);
    expect(different.body.code).toBe('idempotency_key_reused');
  });

  test('gives nothing to a caller that may no longer', async () => {
    const before = await as(['operator'], 'anna')('POST', '/grids', nameless, key);
    expect(before.status).toBe(201);
    const after = await as(['operator:a'], 'anna')('POST', '/grids', nameless, key);
    expect([after.status, after.body.code]).toEqual([403, 'forbidden']);
  });
});

describe('a caller', () => {
  test('has no more roles than it may, else none', async () => {
    const many = (count: number, role: string) =>
      Array.from({ length: count }, (_, index) => `${role}:${index}`);
    expect((await as(many(rolesMax, 'operator'))('GET', '/grids')).status).toBe(200);
    expect((await as(many(rolesMax + 1, 'operator'))('GET', '/grids')).status).toBe(401);
    expect((await as(many(callerProsumersMax, 'prosumer'))('GET', '/grids')).status).toBe(200);
    const refused = await as(many(callerProsumersMax + 1, 'prosumer'))('GET', '/grids');
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
  });

  test.each([
    'operator:',
    'operator: a',
    'operator:A',
    'operator:a:b',
    'operator:*',
    'OPERATOR',
    'prosumer',
    'gateway',
    'prosumer:mini-grid',
    '__proto__',
    'operator\0',
  ])('is given nothing by %j', async (role) => {
    const { status, body } = await as([role])('GET', '/grids/a');
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  test('of one prosumer sees the grid, and of the others no more than the grid shows', async () => {
    const call = as(['prosumer:of-a']);
    const { body } = await call('GET', '/grids/a/prosumers');
    expect(body.value).toHaveLength(1);
    expect(JSON.stringify(body)).not.toContain('Lane');
    expect((await call('GET', '/prosumers/of-a')).body.address).toBe('Lane');
  });

  test('names a grid and a prosumer that do not belong together: there is no such thing', async () => {
    const call = as(['operator:a', 'prosumer:of-a']);
    for (const path of [
      '/invoices?gridId=b&prosumerId=of-a',
      '/invoices?gridId=a&prosumerId=of-b',
      '/grids/b/billing-runs/2026-11/statements/of-a',
      '/grids/a/billing-runs/2026-11/statements/of-b',
    ]) {
      expect((await call('GET', path)).body.code).toBe('prosumer_not_found');
    }
  });
});

describe('a header', () => {
  test.each([
    ['Basic YTpi', 'malformed'],
    ['Bearer', 'malformed'],
    ['Bearer a b', 'malformed'],
    ['Bearer a,Bearer b', 'malformed'],
    ['Bearer "a"', 'malformed'],
    ['', 'malformed'],
  ])('%j has no token that can be read', async (authorization) => {
    const answer = await as(undefined)('GET', '/grids', undefined, { authorization });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });
});

describe('without an issuer', () => {
  test('an app that nothing says who may use answers for its health alone', async () => {
    const call = openApi(app.ports, { kind: 'closed' });
    for (const path of ['/grids', '/grids/a', '/openapi.json', '/docs/initializer.js']) {
      const { status, body } = await call('GET', path);
      expect([status, body.code]).toEqual([503, 'auth_not_configured']);
    }
    expect((await call('POST', '/grids', { wrong: true })).status).toBe(503);
    expect((await call('GET', '/health/live')).status).toBe(200);
  });

  test('an app that asks for no tokens ignores those that come', async () => {
    const call = openApi(app.ports, { kind: 'open' });
    expect((await call('GET', '/grids', undefined, { authorization: 'x' })).status).toBe(200);
  });
});
