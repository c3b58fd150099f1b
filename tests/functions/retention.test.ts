import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eraseExpired } from '../../shared/operations/eraseExpired.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { gridBody } from './accessStage.ts';
import { type Call, openApi } from './api.ts';
import { made } from './markedStage.ts';

const start = '2026-01-01T00:00:00Z';
const now = '2026-03-01T00:00:00Z';
const lane = {
  ...gridBody('lane'),
  ...{ timeZone: 'UTC', timeframeMinutes: 1_440, activeFrom: start, activeUntil: now },
};

let app: TestApp;
let call: Call;

beforeEach(() => {
  app = openTestApp(start);
  call = openApi(app.ports);
});
afterEach(() => app.end());

test('a grid says for how long it keeps readings and names, in what the rest of it allows', async () => {
  const { body } = made(await call('POST', '/grids', lane));
  expect(body.personalDataDays).toBe(30);
  expect(body).not.toHaveProperty('readingRetentionDays');
  const change = async (asked: object) => {
    const answer = await call('PATCH', '/grids/lane', asked);
    const { personalDataDays, readingRetentionDays, errors } = answer.body;
    return answer.status === 200
      ? [personalDataDays, readingRetentionDays]
      : [answer.status, errors[0].pointer];
  };
  expect(await change({ personalDataDays: 0 })).toEqual([0, undefined]);
  expect(await change({ readingRetentionDays: 90 })).toEqual([0, 90]);
  for (const asked of [
    { readingRetentionDays: 89 },
    { correctionDays: 61 },
    { readingRetentionDays: 29, correctionDays: 0 },
  ]) {
    expect(await change(asked)).toEqual([400, '/readingRetentionDays']);
  }
  expect(await change({ personalDataDays: -1 })).toEqual([400, '/personalDataDays']);
  expect(await change({ personalDataDays: null })).toEqual([400, '/personalDataDays']);
  expect(await change({ readingRetentionDays: null })).toEqual([0, undefined]);
  const kept = { ...lane, id: 'mill', correctionDays: 0, readingRetentionDays: 30 };
  expect(made(await call('POST', '/grids', kept)).body.readingRetentionDays).toBe(30);
  const never = await call('POST', '/grids', { ...kept, id: 'hall', correctionDays: 1 });
  expect(never).toMatchObject({ status: 400, body: { code: 'setting_inconsistent' } });
});

test('readings of a time that is deleted are rejected, and what is left says so', async () => {
  const days = { correctionDays: 0, readingRetentionDays: 30 };
  made(await call('POST', '/grids', { ...lane, ...days }));
  const home = { id: 'anna', gridId: 'lane', name: 'A', address: 'B', type: 'household' };
  made(await call('POST', '/prosumers', { ...home, activeFrom: start }));
  app.setClock(now);
  const post = (timeframe: string, version = 1) => {
    const reading = { prosumerId: 'anna', timeframe, producedWh: 0, consumedWh: 9, version };
    return call('POST', '/grids/lane/readings', { readings: [reading] });
  };
  expect((await post(start)).body.accepted).toBe(1);
  await app.tick();
  await app.drain();
  for (let go = 1; go <= 2; go += 1) await eraseExpired(app.ports);
  expect((await post(start, 2)).body).toMatchObject({
    rejected: 1,
    results: [{ code: 'timeframe_purged', errors: [{ pointer: '/readings/0/timeframe' }] }],
  });
  expect((await post('2026-01-30T00:00:00Z')).body.late).toBe(1);
  const explained = await call('GET', `/prosumers/anna/timeframes/${start}/explain`);
  expect(made(explained).body).toMatchObject({ readings: [], readingsDeleted: true });
  const { body } = made(
    await call('GET', `/grids/lane/completeness?from=${start}&to=2026-01-03T00:00:00Z`),
  );
  expect(body).toMatchObject({ readingsDeletedBefore: '2026-01-30T00:00:00Z' });
  expect(body.value[0]).toMatchObject({ received: 1, missing: 0 });
});
