import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { accountKey } from '../operations/billingSamples.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { answerFaults } from './answerFaults.ts';
import type { Call } from './api.ts';
import { openApiFor } from './callers.ts';

const tariff = {
  importPriceMsatPerKwh: 500_000,
  exportPriceMsatPerKwh: 100_000,
  gridFeeMsatPerKwh: 10_000,
};
const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Berlin',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-22T10:00:00Z',
  market: { mechanism: 'pool' },
  tariff,
};

let app: TestApp;
let olga: Call;
let otto: Call;
let gateway: Call;
beforeEach(() => {
  app = openTestApp('2026-11-22T09:00:00Z');
  const callAs = openApiFor(app.ports);
  const checked =
    (call: Call): Call =>
    async (method, path, body, headers) => {
      const answer = await call(method, path, body, headers);
      expect(answerFaults(method, path, answer)).toEqual([]);
      return answer;
    };
  olga = checked(callAs(['operator'], 'olga'));
  otto = checked(callAs(['operator:lane'], 'otto'));
  gateway = checked(callAs(['gateway:lane'], 'meters'));
});
afterEach(() => app.end());

async function entries(query = ''): Promise<readonly Record<string, unknown>[]> {
  return (await otto('GET', `/grids/lane/audit${query}`)).body.value;
}

test('each change of a grid and its tariffs has one entry, with who made it and what differs', async () => {
  await olga('POST', '/grids', lane);
  await olga('POST', '/grids', lane);
  app.setClock('2026-11-22T09:01:00Z');
  await otto('PATCH', '/grids/lane', { name: 'Lane', graceMinutes: 0 });
  await otto('PATCH', '/grids/lane', { name: 'Lane' });
  expect((await otto('PATCH', '/grids/lane', { timeframeMinutes: 60 })).status).toBe(409);
  app.setClock('2026-11-22T09:02:00Z');
  const path = '/grids/lane/tariffs/2026-12-01T00:00:00Z';
  const dearer = { ...tariff, importPriceMsatPerKwh: 600_000 };
  await olga('PUT', path, { tariff });
  await olga('PUT', path, { tariff });
  app.setClock('2026-11-22T09:03:00Z');
  await olga('PUT', path, { tariff: dearer });
  app.setClock('2026-11-22T09:04:00Z');
  await otto('DELETE', path);
  const [id, validFrom] = [expect.any(String), '2026-12-01T00:00:00Z'];
  const by = (name: string) => ({ kind: 'caller', id: expect.stringContaining(name) });
  const ofTariff = { id, thing: { kind: 'tariff', id: validFrom } };
  const market = { mechanism: 'pool', price: { rule: 'mid_market' } };
  expect(await entries()).toEqual([
    {
      ...{ ...ofTariff, at: '2026-11-22T09:04:00Z', by: by('otto'), action: 'deleted' },
      before: { validFrom, market, tariff: dearer },
    },
    {
      ...{ ...ofTariff, at: '2026-11-22T09:03:00Z', by: by('olga'), action: 'changed' },
      before: { tariff },
      after: { tariff: dearer },
    },
    {
      ...{ ...ofTariff, at: '2026-11-22T09:02:00Z', by: by('olga'), action: 'created' },
      after: { validFrom, market, tariff },
    },
    {
      ...{ id, thing: { kind: 'grid', id: 'lane' }, at: '2026-11-22T09:01:00Z' },
      ...{ by: by('otto'), action: 'changed' },
      before: { name: 'Mill Lane' },
      after: { name: 'Lane' },
    },
    expect.objectContaining({ at: '2026-11-22T09:00:00Z', by: by('olga'), action: 'created' }),
  ]);
});

test('an account key is in no entry', async () => {
  await olga('POST', '/grids', lane);
  expect((await otto('PATCH', '/grids/lane', { billing: { accountKey } })).status).toBe(200);
  const kept: string = (await otto('GET', '/grids/lane')).body.billing.accountKey;
  const [changed] = await entries();
  expect(changed?.['after']).toMatchObject({
    billing: { accountKeySha256: app.ports.sha256(kept) },
  });
  await otto('PATCH', '/grids/lane', { billing: { accountKey: null } });
  const text = JSON.stringify(await entries());
  for (const key of [accountKey, kept]) expect(text).not.toContain(key);
});

test('the entries of both databases are one list, page by page, and within a range of time', async () => {
  await olga('POST', '/grids', lane);
  for (const [n, id] of ['anna', 'ben', 'cleo'].entries()) {
    app.setClock(`2026-11-22T09:1${n}:00Z`);
    const home = { id, gridId: 'lane', name: id, address: 'Lane 1', type: 'household' };
    expect((await otto('POST', '/prosumers', home)).status).toBe(201);
    await otto('PATCH', '/grids/lane', { name: `Lane ${n}` });
  }
  const all = await entries();
  expect(all).toHaveLength(7);
  expect(all.filter(({ personal }) => personal !== undefined)).toHaveLength(3);
  expect(all.map(({ at }) => at)).toEqual(
    all
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  );
  const paged: unknown[] = [];
  let next: string | undefined = '/grids/lane/audit?limit=2';
  while (next !== undefined) {
    const { body } = await otto('GET', next);
    expect(body.value.length).toBeLessThanOrEqual(2);
    paged.push(...body.value);
    next = body.nextLink?.replace(/^.*?(?=\/grids\/)/, '');
  }
  expect(paged).toEqual(all);
  const range = '?from=2026-11-22T09:10:00Z&to=2026-11-22T09:12:00Z';
  expect(await entries(range)).toEqual(all.slice(2, 6));
  expect((await otto('GET', '/grids/lane/audit?cursor=abc')).status).toBe(400);
});

test('who posted a version of a reading is shown to operators, and not to the prosumer', async () => {
  await olga('POST', '/grids', lane);
  const home = { id: 'anna', gridId: 'lane', name: 'Anna', address: 'Lane 1', type: 'household' };
  await otto('POST', '/prosumers', home);
  const reading = { prosumerId: 'anna', timeframe: lane.activeFrom, producedWh: 1, consumedWh: 2 };
  app.setClock('2026-11-22T10:20:00Z');
  await gateway('POST', '/grids/lane/readings', { readings: [reading] });
  await otto('POST', '/grids/lane/readings', { readings: [reading] });
  const corrected = { ...reading, consumedWh: 3, version: 2 };
  await otto('POST', '/grids/lane/readings', { readings: [corrected] });
  const path = `/prosumers/anna/timeframes/${lane.activeFrom}/explain`;
  await app.tick();
  await app.drain();
  const { body } = await otto('GET', path);
  expect(body.readings).toMatchObject([
    {
      version: 1,
      consumedWh: 2,
      postedBy: { kind: 'caller', id: expect.stringMatching('meters') },
    },
    { version: 2, consumedWh: 3, postedBy: { kind: 'caller', id: expect.stringMatching('otto') } },
  ]);
  const anna = openApiFor(app.ports)(['prosumer:anna'], 'anna');
  const shown = (await anna('GET', path)).body;
  expect(shown.readings).toHaveLength(2);
  expect(JSON.stringify(shown)).not.toContain('postedBy');
});
