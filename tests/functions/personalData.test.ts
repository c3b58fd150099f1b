import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eraseExpired } from '../../shared/operations/eraseExpired.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { type MoneyApp, openMoneyApp } from '../operations/moneyApp.ts';
import { gridId } from '../operations/smallGrid.ts';
import { afterQuarter, quarter } from './accessStage.ts';
import { type Call, openApi } from './api.ts';
import { openApiFor } from './callers.ts';
import {
  databasesWith,
  filesWith,
  homeOf,
  live,
  made,
  mark,
  people,
  tablesWith,
} from './markedStage.ts';

/** Where names and addresses may stand; answers to who sent them are there for 48 hours. */
const mayHold = ['answers', 'auditPersonal', 'prosumers'];
/** What is shown to others than operators and the prosumer itself. */
const shownToReaders = [
  ...['/grids', '/grids/lane', '/grids/lane/prosumers', '/grids/lane/netto'],
  ...['/grids/lane/timeframes', '/grids/lane/accounts', '/grids/lane/tariffs'],
  ...['/grids/lane/exports/trades', '/grids/lane/exports/nettos', '/grids/lane/exports/postings'],
  ...['/prosumers/anna/transactions', '/prosumers/anna/netto', '/trades?gridId=lane'],
];

let app: MoneyApp;
let call: Call;
let logged: string[];

beforeEach(async () => {
  app = await openMoneyApp();
  logged = [];
  const { log } = app.ports;
  for (const level of ['info', 'warn', 'error'] as const) {
    log[level] = (message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
  call = openApi(app.ports);
});
afterEach(() => app.end());

const withMark = (texts: readonly string[]) => texts.filter((text) => text.includes(mark));

test('names and addresses stand in their rows, and in no log, message, document or trade', async () => {
  const seen = await live(app, call);
  await refuseAndFail();
  expect(seen.length).toBeGreaterThan(5);
  expect(logged.filter((line) => line.startsWith('error'))).toHaveLength(2);
  expect(withMark([...logged, ...seen])).toEqual([]);
  expect(tablesWith(app, mark)).toEqual(mayHold);
  expect(filesWith(app, mark)).toEqual([]);
  expect(filesWith(app, 'postingsUsat').length).toBeGreaterThan(2);
});

test('readers, and neighbours, are shown none of them', async () => {
  await live(app, call);
  for (const roles of [['reader'], ['prosumer:bert']]) {
    const as = openApiFor(app.ports)(roles);
    for (const path of shownToReaders) {
      const { status, body } = await as('GET', path);
      expect([200, 403]).toContain(status);
      expect(withMark([JSON.stringify(body)])).toEqual([]);
    }
    expect((await as('GET', '/prosumers/anna')).status).toBe(403);
  }
  expect(withMark([JSON.stringify((await call('GET', '/prosumers/anna')).body)])).toHaveLength(1);
});

test('a leak is found where there is one', async () => {
  await live(app, call);
  const { name, address } = homeOf('anna');
  app.ports.log.warn('Prosumer changed', { name });
  expect(withMark(logged)).toHaveLength(1);
  const grid = await app.ports.grids.get(gridId);
  if (grid === undefined) throw new Error('the grid is there');
  await app.ports.grids.replace({ ...grid.value, name: address }, grid.etag, entryOf({ gridId }));
  expect(tablesWith(app, mark)).toContain('grids');
  await app.ports.documents.put('statements/x.json', name, 'application/json');
  expect(filesWith(app, mark)).toHaveLength(1);
});

test('once who left is erased, no row of any database holds its name and address', async () => {
  await live(app, call);
  for (const id of Object.keys(people)) made(await call('DELETE', `/prosumers/${id}`));
  const { body: early } = await call('POST', '/prosumers/ada/erasure');
  expect(early).toMatchObject({ code: 'personal_data_needed', status: 409 });
  app.setClock('2027-04-01T08:00:00Z');
  expect(tablesWith(app, 'ada,')).toEqual([]);
  expect(tablesWith(app, ', ada')).toEqual(mayHold);
  expect(await eraseExpired(app.ports)).toMatchObject({ prosumers: 1 });
  expect(tablesWith(app, ', ada')).toEqual([]);
  expect(tablesWith(app, `${mark} von ada`)).toEqual([]);
  const { body } = made(await call('GET', '/prosumers/ada'));
  expect(body).toMatchObject({ status: 'inactive', erasedAt: '2027-04-01T08:00:00Z' });
  expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['name']));
  expect(body).not.toHaveProperty('address');
  const refused = await call('PATCH', '/prosumers/ada', { name: 'Ada' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'prosumer_erased' } });
  const again = made(await call('POST', '/prosumers/ada/erasure'));
  expect(again.body).toEqual(body);
  expect(made(await call('DELETE', '/prosumers/ada')).body).toEqual(body);
  app.embedded.close();
  expect(databasesWith(app, ', bert')).toHaveLength(1);
  expect(databasesWith(app, ', ada')).toEqual([]);
});

/** Requests with names that are refused, and two that fail in the store. */
async function refuseAndFail(): Promise<void> {
  const { name, address } = homeOf('anna');
  const refusals: readonly (readonly [unknown, number])[] = [
    [`{"name":"${name}",`, 400],
    [{ ...homeOf('anna'), name: `${name} other` }, 409],
    [{ ...homeOf('anna'), [name]: address }, 400],
    [{ ...homeOf('anna'), name: name.repeat(99), type: name }, 400],
  ];
  for (const [body, status] of refusals) {
    expect((await call('POST', '/prosumers', body)).status).toBe(status);
  }
  app.setClock(afterQuarter);
  const reading = {
    prosumerId: name,
    timeframe: quarter,
    producedWh: 0,
    consumedWh: 1,
    source: name,
  };
  await call('POST', '/grids/lane/readings', { readings: [reading] });
  app.embedded.close();
  for (const method of ['POST', 'PATCH'] as const) {
    const path = method === 'POST' ? '/prosumers' : '/prosumers/anna';
    const body = method === 'POST' ? { ...homeOf('anna'), id: 'lea' } : { name, address };
    expect((await call(method, path, body)).status).toBeGreaterThanOrEqual(500);
  }
}
