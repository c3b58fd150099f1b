import { afterAll, expect, test } from '@jest/globals';
import { cleanUp, startApp } from './app.ts';

afterAll(cleanUp);

test('a caller that asks too often is told to wait, and others are not', async () => {
  const env = { RATE_LIMIT_PER_MINUTE: '60', RATE_LIMIT_BURST: '3', AUTH: 'none' };
  const app = await startApp({ args: ['--live', '--auth'], env });
  const tokenOf = async (subject: string) => {
    const order = { subject, roles: ['operator'] };
    const { body } = await app.request('POST', '/admin/tokens', order);
    return { authorization: `Bearer ${body['token']}` };
  };
  const [olga, otto] = [await tokenOf('olga'), await tokenOf('otto')];
  const asked = Array.from({ length: 9 }, () => app.request('GET', '/grids', undefined, olga));
  const answers = await Promise.all(asked);
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
  expect(refused.length).toBeGreaterThanOrEqual(4);
  for (const { body, headers } of refused) {
    expect(body['code']).toBe('rate_limited');
    expect(headers.get('retry-after')).toBe('1');
  }
  expect((await app.request('GET', '/grids', undefined, otto)).status).toBe(200);
  expect((await app.request('GET', '/health/ready')).status).toBe(200);
}, 60_000);

test('more requests at once than may wait are answered or turned away, and the host goes on', async () => {
  const app = await startApp();
  // How many of them meet before one is answered is the system's to say.
  const asked = Array.from({ length: 400 }, () => app.request('GET', '/grids'));
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(200);
  expect((await app.request('GET', '/grids')).status).toBe(200);
}, 60_000);
