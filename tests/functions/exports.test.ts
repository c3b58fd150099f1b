import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCsvParser } from '../../local/import/csv.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { openApiDocument } from '../../shared/http/openapi.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  at1000,
  at1015,
  at1030,
  batchKeyOf,
  billedIn,
  closingOf,
  gridOf,
  hillside,
  instant,
  lineOf,
  nthId,
  prosumerOf,
  riverside,
  tradeOf,
} from '../contract/samples.ts';
import { join, openGrid, post } from '../operations/smallGrid.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { type Answer, type Call, openApi } from './api.ts';

type Row = Readonly<Record<string, string | number>>;

const datasets = ['trades', 'nettos', 'postings'];
const ofBoth = { from: '2026-11-22T10:00:00Z', to: '2026-11-22T10:30:00Z' };

let app: TestApp;
let call: Call;
beforeEach(async () => {
  app = openTestApp('2026-11-22T12:00:00Z');
  call = openApi(app.ports);
  await fillStores();
});
afterEach(() => app.end());

const members = Array.from({ length: 7 }, (_, n) => nthId(n));
const fee = { gridFeeMsatPerKwh: msatPerKwh(20_000) };
const trades = [
  ...[1, 2, 3].map((sequence) => tradeOf(sequence, fee)),
  tradeOf(1, { revision: 1, kind: 'correction', correctsTimeframeRevision: 0 }),
  tradeOf(1, { timeframe: at1015, energyWh: wattHours(0) }),
];

/** Two timeframes with trades, the first of them corrected, an empty one, and another grid. */
async function fillStores(): Promise<void> {
  const { grids, prosumers, closings } = app.ports;
  for (const id of [riverside, hillside]) await grids.create(gridOf(id), entryOf());
  for (const id of ['anna', 'ben']) await prosumers.create(prosumerOf(id), entryOf());
  for (const trade of trades) {
    const key = batchKeyOf(trade);
    await app.ports.trades.createBatch(key, [trade]);
    // Of one batch each, so that none of them is taken for recorded.
    const batch = { ...key, batch: trade.sequence };
    await app.ports.ledger.record(batch, postingsOf(trade), billedIn([trade]));
  }
  const lines = members.map((id, n) => lineOf(id, n, 5));
  const corrected = members.map((id, n) => ({ ...lineOf(id, 100 + n), version: 2 }));
  const estimated = { ...lineOf('p00000', 0), status: 'missing' as const, version: 0 };
  await closings.putNettos(riverside, 'nettos-1', lines);
  await closings.putNettos(riverside, 'nettos-2', [estimated, ...lines.slice(1)]);
  await closings.putNettos(riverside, 'nettos-4', corrected);
  const readings = { expected: members.length, received: members.length, missing: 0, estimated: 0 };
  await closings.create(closingOf(1, at1000, { readings }));
  await closings.create(closingOf(2, at1015, { readings }));
  const nobody = { expected: 0, received: 0, missing: 0, estimated: 0 };
  await closings.create(closingOf(3, at1030, { readings: nobody }));
  await closings.create(closingOf(4, at1000, { readings, revision: 1 }));
}

function pathOf(dataset: string, query: Readonly<Record<string, string | number>> = {}): string {
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(Object.fromEntries(texts));
  return `/grids/riverside/exports/${dataset}?${text}`;
}

function nextOf({ headers }: Answer): string | undefined {
  return /^<http:\/\/localhost\/api(\S+)>; rel="next"$/.exec(headers['link'] ?? '')?.[1];
}

/** The bodies of all pages, one after the other. */
async function pagesOf(path: string): Promise<readonly string[]> {
  const pages: string[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer: Answer = await call('GET', next);
    expect(answer.status).toBe(200);
    pages.push(answer.body);
    next = nextOf(answer);
    expect(answer.headers['link'] === undefined).toBe(next === undefined);
  }
  return pages;
}

/** What an export has as NDJSON. */
async function rowsOf(dataset: string, query = {}): Promise<readonly Row[]> {
  const text = (await pagesOf(pathOf(dataset, { ...query, format: 'ndjson' }))).join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Reads a CSV with the reader of the import: a row per record, by the names in the header. */
function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const parser = createCsvParser();
  const [header, ...records] = [...parser.push(text), ...parser.end()].map((record) => {
    if ('problem' in record) throw new Error(record.problem);
    return record.fields;
  });
  return records.map((fields) => {
    expect(fields).toHaveLength(header?.length ?? 0);
    return Object.fromEntries(fields.map((field, at) => [header?.[at] ?? '', field]));
  });
}

describe('an export', () => {
  test('of trades has each as the API shows it, in order, corrections included', async () => {
    const { body } = await call('GET', '/trades?gridId=riverside');
    expect(await rowsOf('trades')).toEqual(body.value);
    expect(body.value.map(({ id }: Row) => id)).toEqual(trades.map(({ id }) => id));
  });

  test('of nettos has a row per timeframe and prosumer, at the latest revision', async () => {
    const rows = await rowsOf('nettos');
    expect(rows.map(({ timeframe, prosumerId }) => [timeframe, prosumerId])).toEqual(
      [at1000, at1015].flatMap((frame) => members.map((id) => [frame, id])),
    );
    const { body } = await call('GET', `/grids/riverside/netto?timeframe=${at1000}`);
    expect(
      rows.slice(0, 7).map(({ prosumerId, producedWh, consumedWh, nettoWh }) => {
        return { prosumerId, producedWh, consumedWh, nettoWh };
      }),
    ).toEqual(body.prosumers);
    expect(rows[0]).toMatchObject({ revision: 1, status: 'received', version: 2, nettoWh: 100 });
    expect(rows[7]).toMatchObject({ revision: 0, status: 'missing', version: 0, nettoWh: 0 });
    expect(rows[8]).toMatchObject({ nettoWh: -4 });
  });

  test('of postings has each leg on each account, whose sums are those of the accounts', async () => {
    const rows = await rowsOf('postings');
    expect(rows).toHaveLength(3 * 3 + 2 * 2);
    expect(rows[0]).toEqual({
      tradeId: trades[0]?.id,
      timeframe: at1000,
      revision: 0,
      sequence: 1,
      accountId: 'anna',
      side: 'sell',
      soldWh: 1000,
      boughtWh: 0,
      creditUsat: '300000000',
      debitUsat: '0',
    });
    const { body } = await call('GET', '/grids/riverside/accounts');
    const sums = (accountId: string) => {
      const own = rows.filter((row) => row['accountId'] === accountId);
      const sum = (field: string) =>
        own.reduce((total, row) => total + BigInt(row[field] ?? 0), 0n);
      return [sum('soldWh'), sum('boughtWh'), sum('creditUsat'), sum('debitUsat')].map(String);
    };
    for (const { accountId, soldWh, boughtWh, creditsUsat, debitsUsat } of body.value) {
      expect(sums(accountId)).toEqual([soldWh, boughtWh, creditsUsat, debitsUsat].map(String));
    }
  });

  test.each(datasets)('of %s is the same in pages of any size, as CSV and NDJSON', async (name) => {
    for (const format of ['csv', 'ndjson']) {
      const [whole, ...others] = await pagesOf(pathOf(name, { format }));
      expect(others).toEqual([]);
      const lines = (whole ?? '').split('\n').length - 1 - (format === 'csv' ? 1 : 0);
      for (const limit of [1, 2, 3, 5, 6, 7, 8, 13, 14, 15]) {
        const pages = await pagesOf(pathOf(name, { format, limit }));
        expect(pages.join('')).toBe(whole);
        expect(pages).toHaveLength(Math.ceil(lines / limit));
      }
    }
  });

  test.each(datasets)('of %s says the same as CSV', async (name) => {
    const [csv = ''] = await pagesOf(pathOf(name));
    expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const rows = await rowsOf(name);
    expect(readCsv(csv)).toEqual(rows.map((row) => ({ ...blank(csv), ...snakeRow(row) })));
    for (const cell of csv.split('\r\n').flatMap((line) => line.split(','))) {
      // A minus is that of an integer: no cell is a formula.
      expect(cell).toMatch(/^(?:|-?\d+|[a-z0-9][\w:.-]*)$/i);
    }
  });

  test.each(datasets)('of %s is of a half-open range', async (name) => {
    const all = await rowsOf(name);
    const of = (frame: string) => all.filter(({ timeframe }) => timeframe === frame);
    expect(await rowsOf(name, ofBoth)).toEqual(all);
    expect(await rowsOf(name, { from: at1000, to: at1015 })).toEqual(of(at1000));
    expect(await rowsOf(name, { from: at1015, limit: 2 })).toEqual(of(at1015));
    expect(await rowsOf(name, { to: at1015, limit: 2 })).toEqual(of(at1000));
    expect(await rowsOf(name, { from: '2026-11-22T10:00:01Z' })).toEqual(of(at1015));
    expect(of(at1015)).not.toEqual([]);
  });

  test.each(datasets)('of %s of an empty range is a header, or nothing', async (name) => {
    for (const range of [{ from: at1030 }, { to: at1000 }, { from: at1015, to: at1015 }]) {
      const [csv = '', ...others] = await pagesOf(pathOf(name, range));
      expect(others).toEqual([]);
      expect(csv).toMatch(/^[a-z_,]+\r\n$/);
      expect(await pagesOf(pathOf(name, { ...range, format: 'ndjson' }))).toEqual(['']);
    }
  });

  test('names its kind and a file', async () => {
    expect((await call('GET', pathOf('trades', ofBoth))).headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition':
        'attachment; filename="riverside-trades-from-20261122T1000Z-to-20261122T1030Z.csv"',
    });
    expect((await call('GET', pathOf('nettos', { format: 'ndjson' }))).headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="riverside-nettos.ndjson"',
    });
  });

  test('a timeframe that is cut by pages goes on in the revision that it began in', async () => {
    const first = await call('GET', pathOf('nettos', { limit: 3, format: 'ndjson' }));
    await app.ports.closings.putNettos(riverside, 'nettos-5', [lineOf('p00000', 1)]);
    const readings = { expected: 1, received: 1, missing: 0, estimated: 0 };
    await app.ports.closings.create(closingOf(5, at1000, { readings, revision: 2 }));
    const rest = (await pagesOf(nextOf(first) ?? '')).join('');
    const rows: Row[] = (first.body + rest)
      .split('\n')
      .slice(0, 7)
      .map((line: string) => JSON.parse(line));
    expect(rows.map(({ revision, prosumerId }) => [revision, prosumerId])).toEqual(
      members.map((id) => [1, id]),
    );
  });

  test('passes timeframes in which nobody took part', async () => {
    expect(await rowsOf('nettos', { from: at1030 })).toEqual([]);
    await app.ports.closings.putNettos(hillside, 'nettos-9', [lineOf('p00000', 1)]);
    const nobody = { expected: 0, received: 0, missing: 0, estimated: 0 };
    const first = Date.UTC(2026, 0, 1);
    for (let n = 1; n <= 2_600; n += 1) {
      const frame = new Date(first + n * 900_000)
        .toISOString()
        .replace('.000', '') as typeof at1000;
      const readings = n === 2_600 ? { ...nobody, expected: 1, received: 1 } : nobody;
      const nettosId = n === 2_600 ? 'nettos-9' : 'nettos-0';
      await app.ports.closings.create(
        closingOf(n, frame, { gridId: hillside, readings, nettosId }),
      );
    }
    const pages = await pagesOf('/grids/hillside/exports/nettos?format=ndjson');
    expect(pages.map((page) => page.length > 0)).toEqual([false, true]);
  });
});

test('what a correction changed is in all three exports', async () => {
  // An app of its own: the timer does not take for true what the other tests made up.
  app.end();
  app = openTestApp('2026-11-22T12:00:00Z');
  call = openApi(app.ports);
  await openGrid(app.ports, { activeFrom: instant('2026-11-22T11:30:00Z') });
  for (const id of ['a', 'b', 'c']) await join(app.ports, id);
  const settle = async (nettos: Readonly<Record<string, number>>, version: number) => {
    await post(app.ports, '2026-11-22T11:30:00Z', nettos, version);
    await app.tick();
    await app.drain();
  };
  await settle({ a: 2_000, b: -1_500, c: -1_500 }, 1);
  await settle({ a: 2_500 }, 2);
  const path = (name: string) => `/grids/grid/exports/${name}?to=2026-11-22T11:45:00Z`;
  const rows = async (name: string) => readCsv((await call('GET', path(name))).body);
  const [traded, nettos, postings] = [
    await rows('trades'),
    await rows('nettos'),
    await rows('postings'),
  ];
  const corrections = traded.filter(({ kind }) => kind === 'correction');
  expect(corrections.length).toBeGreaterThan(0);
  expect(corrections.map((row) => row['corrects_timeframe_revision'])).toEqual(
    corrections.map(() => '0'),
  );
  expect(traded.slice(-corrections.length)).toEqual(corrections);
  for (const { prosumer_id: id, netto_wh: netto, revision } of nettos) {
    const own = postings.filter(({ account_id: account }) => account === id);
    const soldWh = own.reduce((sum, row) => sum + Number(row['sold_wh']), 0);
    const boughtWh = own.reduce((sum, row) => sum + Number(row['bought_wh']), 0);
    expect([id, soldWh - boughtWh, revision]).toEqual([id, Number(netto), '1']);
  }
  expect(nettos.map(({ netto_wh: netto }) => netto)).toEqual(['2500', '-1500', '-1500']);
});

describe('an export refuses', () => {
  test.each([
    ['a grid that is none', '/grids/nowhere/exports/trades', 404, 'grid_not_found'],
    ['nettos of a grid that is none', '/grids/nowhere/exports/nettos', 404, 'grid_not_found'],
    ['postings of such a grid', '/grids/nowhere/exports/postings', 404, 'grid_not_found'],
    ['a dataset that is none', '/grids/riverside/exports/orders', 400, 'validation_failed'],
    ['a format that is none', pathOf('trades', { format: 'xlsx' }), 400, 'validation_failed'],
    ['more rows than a page has', pathOf('trades', { limit: 10_001 }), 400, 'validation_failed'],
    ['no rows', pathOf('trades', { limit: 0 }), 400, 'validation_failed'],
    ['30 February', pathOf('trades', { from: '2026-02-30T00:00Z' }), 400, 'validation_failed'],
    ['a day without a time', pathOf('trades', { to: '2026-02-03' }), 400, 'validation_failed'],
    ['an unknown parameter', pathOf('trades', { page: 2 }), 400, 'validation_failed'],
    ['a cursor that is none', pathOf('trades', { cursor: 'aXX' }), 400, 'cursor_invalid'],
  ])('%s', async (_name, path, status, code) => {
    expect(await call('GET', path)).toMatchObject({ status, body: { code } });
  });

  test('a cursor of another export', async () => {
    const next = nextOf(await call('GET', pathOf('trades', { limit: 1 }))) ?? '';
    for (const dataset of ['nettos', 'postings']) {
      const query = new URLSearchParams({ cursor: cursorOf({ timeframe: 'never' }) });
      const path = `/grids/riverside/exports/${dataset}?${query}`;
      expect(await call('GET', path)).toMatchObject({
        status: 400,
        body: { code: 'cursor_invalid' },
      });
    }
    const path = next.replace('/trades?', '/postings?');
    expect(await call('GET', path)).toMatchObject({
      status: 400,
      body: { code: 'cursor_invalid' },
    });
    for (const revision of [-1, 0.5, 1e12]) {
      const cursor = cursorOf({ timeframe: at1000, revision, sequence: 1 });
      expect((await call('GET', pathOf('trades', { cursor }))).status).toBe(400);
    }
    const within = { closingNumber: 2, prosumerId: 'p00001' };
    const cursor = cursorOf({ timeframe: at1000, within });
    expect(await call('GET', pathOf('nettos', { cursor }))).toMatchObject({
      status: 400,
      body: { code: 'cursor_invalid', errors: [{ pointer: 'cursor' }] },
    });
  });
});

test('the OpenAPI document says where the next page is', () => {
  const { paths }: { paths?: Record<string, Answer['body']> } = openApiDocument();
  const answer = paths?.['/grids/{gridId}/exports/{dataset}'].get.responses[200];
  expect(Object.keys(answer.headers)).toEqual(['Link', 'Content-Disposition', 'ETag']);
  expect(Object.keys(answer.content)).toEqual(['text/csv', 'application/x-ndjson']);
});

function cursorOf(key: unknown): string {
  return `a${Buffer.from(JSON.stringify(key)).toString('base64url')}`;
}

/** Every column of a CSV, empty. */
function blank(csv: string): Readonly<Record<string, string>> {
  const [header = ''] = csv.split('\r\n');
  return Object.fromEntries(header.split(',').map((name) => [name, '']));
}

function snakeRow(row: Row): Readonly<Record<string, string>> {
  const entries = Object.entries(row).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    String(value),
  ]);
  return Object.fromEntries(entries);
}
