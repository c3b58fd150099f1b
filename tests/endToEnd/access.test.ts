import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, newDirectory, type RunningApp, startApp } from './app.ts';

afterAll(cleanUp);

const waitMsMax = 60_000;
/** What a file of settings may say; the command line says otherwise. */
const none = { AUTH: 'none' };

const lane = {
  id: 'lane',
  name: 'The lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 5,
  activeFrom: '2024-06-01T10:00:00Z',
  paused: true,
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 0,
  },
};

async function tokenOf(app: RunningApp, order: object): Promise<Readonly<Record<string, string>>> {
  const { status, body } = await app.request('POST', '/admin/tokens', order);
  expect(status).toBe(200);
  return { authorization: `Bearer ${body['token']}` };
}

test('with --auth the bundle takes the tokens of its host, and no others', async () => {
  const appFile = buildBundle();
  const dataDirectory = newDirectory();
  const app = await startApp({ appFile, dataDirectory, args: ['--live', '--auth'], env: none });
  expect(app.stdout()).toContain(`POST ${app.url}/admin/tokens`);

  const stranger = await app.request('GET', '/grids');
  expect(stranger).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect(stranger.headers.get('www-authenticate')).toBe('Bearer realm="mini-smart-grid"');
  expect((await app.request('GET', '/health/ready')).status).toBe(200);

  const operator = await tokenOf(app, { subject: 'olga', roles: ['operator'] });
  expect((await app.request('POST', '/grids', lane, operator)).status).toBe(201);
  const anna = { id: 'anna', gridId: 'lane', name: 'Anna', address: 'Lane 1', type: 'farm' };
  expect((await app.request('POST', '/prosumers', anna, operator)).status).toBe(201);

  const own = await tokenOf(app, { subject: 'anna', roles: ['prosumer:anna'], minutes: 5 });
  const shown = await app.request('GET', '/prosumers/anna', undefined, own);
  expect(shown).toMatchObject({ status: 200, body: { address: 'Lane 1' } });
  expect((await app.request('PATCH', '/grids/lane', { name: 'A' }, own)).status).toBe(403);

  const other = await tokenOf(app, { subject: 'carl', roles: ['prosumer:carl'] });
  const hidden = await app.request('GET', '/prosumers/anna', undefined, other);
  expect(hidden).toMatchObject({ status: 404, body: { code: 'prosumer_not_found' } });

  const bent = { authorization: `${operator['authorization']?.slice(0, -4)}AAAA` };
  const refused = await app.request('GET', '/grids', undefined, bent);
  expect(refused).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });

  for (const body of [{}, [], { subject: 'x' }, { subject: '', roles: [] }, 'no JSON']) {
    expect((await app.request('POST', '/admin/tokens', body)).status).toBe(400);
  }
  const simple = { 'content-type': 'text/plain' };
  expect((await app.request('POST', '/admin/tokens', '{}', simple)).status).toBe(415);

  const key = join(dataDirectory, 'token-issuer.json');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(await app.stop()).toBe(0);
}, 120_000);

test('without --auth the host says that everybody may, and makes no key', async () => {
  const app = await startApp();
  expect(app.stdout()).toContain('No tokens are asked for');
  expect((await app.request('GET', '/grids')).status).toBe(200);
  expect((await app.request('POST', '/admin/tokens', {})).status).toBe(404);
  expect(existsSync(join(app.dataDirectory, 'token-issuer.json'))).toBe(false);
  expect(await app.stop()).toBe(0);
}, 60_000);

test('an issuer that is named is asked, and while it does not answer nobody is called wrong', async () => {
  const env = { AUTH_ISSUER: 'http://127.0.0.1:9/issuer', AUTH_AUDIENCE: 'grid' };
  const app = await startApp({ env });
  expect(app.stdout()).not.toContain('tokens are asked for');
  expect((await app.request('GET', '/grids')).status).toBe(401);
  const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
  const authorization = `Bearer ${header}.e30.AAAA`;
  const answer = await app.request('GET', '/grids', undefined, { authorization });
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await app.request('GET', '/health/live')).status).toBe(200);
  expect((await app.request('GET', '/health/ready')).status).toBe(503);
  expect(await app.stop()).toBe(0);
}, 60_000);

test('the demonstration lives behind tokens as well', async () => {
  const app = await startApp({ args: ['--auth'] });
  const reader = await tokenOf(app, { subject: 'rita', roles: ['reader'] });
  const deadline = Date.now() + waitMsMax;
  for (;;) {
    const { status, body } = await app.request('GET', '/grids/hamlet', undefined, reader);
    if (status === 200 && body['lastClosedTimeframe'] !== undefined) break;
    if (Date.now() > deadline) throw new Error(`nothing is settled: ${app.stdout()}`);
    await sleep(200);
  }
  expect(await app.stop()).toBe(0);
}, 120_000);

test('--auth beside an issuer is refused', async () => {
  const env = { AUTH_ISSUER: 'http://127.0.0.1:9/issuer', AUTH_AUDIENCE: 'grid' };
  await expect(startApp({ args: ['--live', '--auth'], env })).rejects.toThrow('AUTH_ISSUER is set');
}, 60_000);
