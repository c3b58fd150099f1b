import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import type { Call } from './api.ts';
import { openCheckedApi } from './checkedApi.ts';

const lane = {
  id: 'lane',
  name: 'Mill Lane',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 0,
  activeFrom: '2026-11-01T10:00:00Z',
  market: { mechanism: 'pool' },
  tariff: {
    importPriceMsatPerKwh: 500_000,
    exportPriceMsatPerKwh: 100_000,
    gridFeeMsatPerKwh: 10_000,
  },
};
const home = { id: 'a', gridId: 'lane', name: 'A', address: 'Lane 1', type: 'household' };
const limits = { connectionLimitW: 11_000, aheadEnergyWhMax: 2_000 };

let app: TestApp;
let call: Call;
beforeEach(async () => {
  app = openTestApp('2026-11-01T10:20:00Z');
  call = openCheckedApi(app.ports);
  expect((await call('POST', '/grids', lane)).status).toBe(201);
});
afterEach(() => app.end());

async function create(more: object = {}): Promise<void> {
  expect((await call('POST', '/prosumers', { ...home, ...more })).status).toBe(201);
}

test('limits are given, read, and part of what makes a prosumer the same', async () => {
  await create(limits);
  expect((await call('GET', '/prosumers/a')).body).toMatchObject(limits);
  expect((await call('GET', '/prosumers?gridId=lane')).body.value).toMatchObject([limits]);
  await create(limits);
  for (const other of [{}, { ...limits, connectionLimitW: 1 }, { connectionLimitW: 11_000 }]) {
    const again = await call('POST', '/prosumers', { ...home, ...other });
    expect(again).toMatchObject({ status: 409, body: { code: 'prosumer_exists' } });
  }
});

test('each is changed and taken away by itself, and the grid knows of the connection alone', async () => {
  await create();
  const change = async (body: object) => (await call('PATCH', '/prosumers/a', body)).body;
  const member = async () => (await call('GET', '/grids/lane/prosumers')).body.value[0];
  expect(await member()).not.toHaveProperty('connectionLimitW');
  expect(await change(limits)).toMatchObject(limits);
  expect(await member()).toMatchObject({ connectionLimitW: 11_000 });
  expect(await member()).not.toHaveProperty('aheadEnergyWhMax');
  const none = await change({ aheadEnergyWhMax: 0 });
  expect(none).toMatchObject({ connectionLimitW: 11_000, aheadEnergyWhMax: 0 });
  expect(await change({ name: 'B' })).toMatchObject({ connectionLimitW: 11_000, name: 'B' });
  const unlimited = await change({ connectionLimitW: null });
  expect(unlimited).toMatchObject({ aheadEnergyWhMax: 0 });
  expect(unlimited).not.toHaveProperty('connectionLimitW');
  expect(await member()).not.toHaveProperty('connectionLimitW');
  expect(await change({ aheadEnergyWhMax: null })).not.toHaveProperty('aheadEnergyWhMax');
});

test.each([
  ['connectionLimitW', 0, 'must be at least 1'],
  ['connectionLimitW', 100_000_001, 'must be at most 100000000'],
  ['connectionLimitW', 1.5, 'must be an integer'],
  ['aheadEnergyWhMax', -1, 'must be at least 0'],
  ['aheadEnergyWhMax', 1_000_000_001, 'must be at most 1000000000'],
])('%s of %d is refused', async (field, value, detail) => {
  const refused = { status: 400, body: { errors: [{ pointer: `/${field}` }] } };
  const made = await call('POST', '/prosumers', { ...home, [field]: value });
  expect(made).toMatchObject(refused);
  expect(made.body.errors[0].detail).toBe(detail);
  await create();
  expect(await call('PATCH', '/prosumers/a', { [field]: value })).toMatchObject(refused);
});

test.each([
  ['connectionLimitW', 1],
  ['connectionLimitW', 100_000_000],
  ['aheadEnergyWhMax', 0],
  ['aheadEnergyWhMax', 1_000_000_000],
])('%s of %d is taken', async (field, value) => {
  await create({ [field]: value });
  expect((await call('GET', '/prosumers/a')).body[field]).toBe(value);
});

test('the answer to readings says what is suspicious about each that was accepted', async () => {
  await create({ connectionLimitW: 11_000 });
  const post = async (...readings: readonly object[]) =>
    (await call('POST', '/grids/lane/readings', { readings })).body;
  const of = (timeframe: string, consumedWh: number, more: object = {}) => ({
    ...{ prosumerId: 'a', timeframe, producedWh: 0, consumedWh, ...more },
  });
  const answer = await post(
    of('2026-11-01T10:00:00Z', 2750),
    of('2026-11-01T10:15:00Z', 2751),
    of('2026-11-01T10:30:00Z', 1),
    of('2026-11-01T10:00:00Z', 2751),
  );
  expect(answer).toMatchObject({ accepted: 2, rejected: 2 });
  expect(answer.results).toMatchObject([
    { index: 0, status: 'accepted' },
    { index: 1, status: 'accepted', checks: ['above_connection_limit', 'clock_drift'] },
    { index: 2, code: 'timeframe_not_started' },
    { index: 3, code: 'reading_conflict' },
  ]);
  for (const at of [0, 2, 3]) expect(answer.results[at]).not.toHaveProperty('checks');
});
