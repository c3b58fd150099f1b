import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fixedRates } from '../../shared/adapters/rates/fixedRates.ts';
import { examples } from '../../shared/http/openapiExamples.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { type Call, openApi } from './api.ts';

const timeframe = '2026-12-01T12:00:00Z';

let app: TestApp;
let call: Call;
beforeEach(() => {
  app = openTestApp('2026-11-27T10:00:00Z');
  const { clock } = app.ports;
  const rates = fixedRates({ rates: new Map([['EUR', '90000']]) }, clock);
  call = openApi({ ...app.ports, rates });
});
afterEach(() => app.end());

/** Sends each example of a body, with what else its summary asks for. */
async function tryOut(method: string, path: string, title: string, more: object = {}) {
  for (const [name, { value }] of Object.entries(examples[title] ?? {})) {
    const { status, body } = await call(method, path, { ...value, ...more });
    expect([title, name, status < 300, body.code]).toEqual([title, name, true, undefined]);
  }
}

test('the examples of the OpenAPI document work one after the other', async () => {
  await tryOut('POST', '/grids', 'GridCreate');
  await tryOut('POST', '/prosumers', 'ProsumerCreate');
  await tryOut('POST', '/grids/sunny-street/readings', 'ReadingsPost');
  await tryOut('PATCH', '/grids/sunny-street', 'GridPatch');
  await tryOut('PUT', '/grids/auction-street/tariffs/2027-01-01T00:00:00Z', 'TariffPut');
  await tryOut('PATCH', '/prosumers/house-7', 'ProsumerPatch');
  await tryOut('POST', '/trades', 'TradeCreate', { timeframe });
  const { standing, timeframe: single } = examples['OrderCreate'] ?? {};
  expect((await call('POST', '/orders', { id: 'first', ...standing?.value })).status).toBe(201);
  expect((await call('POST', '/orders', { ...single?.value, timeframe })).status).toBe(201);
  await tryOut('PUT', '/orders/first', 'OrderPut');
});
