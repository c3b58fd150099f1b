import { randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, newDirectory, type RunningApp, startApp } from '../endToEnd/app.ts';

afterAll(cleanUp);

const clients = 12;
const requestsBeforeStop = 60;
const requestsMax = 2_000;
/** After the time that what is under way may take, a host cuts it and ends with a warning. */
const stopMsMax = 15_000;

type Asked = { readonly name: string; readonly key: string; answer: string | 'none' };

const prosumerOf = (name: string) => ({
  ...{ gridId: 'lane', name, address: 'Lane', type: 'household' },
});

async function createLane(app: RunningApp): Promise<void> {
  await app.send('POST', '/grids', {
    ...{ id: 'lane', name: 'Lane', timeZone: 'Europe/Berlin', timeframeMinutes: 15 },
    ...{ graceMinutes: 0, paused: true, activeFrom: '2024-05-10T00:00:00Z' },
    market: { mechanism: 'pool' },
    tariff: { importPriceMsatPerKwh: 3, exportPriceMsatPerKwh: 1, gridFeeMsatPerKwh: 1 },
  });
}

test('SIGTERM under load: what was answered is there, what was not can be done again, once', async () => {
  const appFile = buildBundle();
  const dataDirectory = newDirectory();
  const app = await startApp({ appFile, dataDirectory });
  await createLane(app);
  const asked: Asked[] = [];
  const loaded = Promise.withResolvers<void>();
  /** Asks for one prosumer after the other until nobody answers any more. */
  const client = async () => {
    while (asked.length < requestsMax) {
      const mine: Asked = { name: `Home ${asked.length}`, key: randomUUID(), answer: 'none' };
      asked.push(mine);
      if (asked.length === requestsBeforeStop) loaded.resolve();
      const answer = await app
        .request('POST', '/prosumers', prosumerOf(mine.name), { 'idempotency-key': mine.key })
        .catch(lostConnection);
      if (answer === undefined) return;
      expect(answer.status).toBe(201);
      mine.answer = String(answer.body['id']);
    }
  };
  const running = Array.from({ length: clients }, client);
  await loaded.promise;
  const stopMs = performance.now();
  expect(await app.stop()).toBe(0);
  expect(performance.now() - stopMs).toBeLessThan(stopMsMax);
  await Promise.all(running);
  expect(app.stderr()).toBe('');
  // Each client loses one request at most: the one that it sends when nobody listens any more.
  expect(asked.filter(({ answer }) => answer === 'none').length).toBeLessThanOrEqual(clients);

  const again = await startApp({ appFile, dataDirectory });
  for (const { name, key, answer } of asked) {
    const headers = { 'idempotency-key': key };
    const { status, body } = await again.request('POST', '/prosumers', prosumerOf(name), headers);
    expect(status).toBe(201);
    if (answer !== 'none') expect(body['id']).toBe(answer);
  }
  const names = (await again.all('/prosumers?gridId=lane&limit=1000')).map(({ name }) => name);
  expect(names.toSorted()).toEqual(asked.map(({ name }) => name).toSorted());
  expect(await again.stop()).toBe(0);
}, 120_000);

function lostConnection(error: unknown): undefined {
  if (!types.isNativeError(error) || error.cause === undefined) throw error;
}
