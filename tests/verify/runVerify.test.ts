import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiProblem } from '../../local/apiClient.ts';
import { Finding } from '../../local/verify/finding.ts';
import { runVerify } from '../../local/verify/runVerify.ts';
import { type VerifyArguments, VerifyUsageError } from '../../local/verify/verifyArguments.ts';
import { NotStillError } from '../../local/verify/whileStill.ts';
import { type Call, openApi } from '../functions/api.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import {
  before,
  booksOf,
  fetchOver,
  type GridBooks,
  liveThrough,
  type Row,
} from './booksOfGrid.ts';

let app: TestApp;
let call: Call;
let good: GridBooks;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'verify-'));
  app = openTestApp(before);
  await liveThrough(app);
  call = openApi(app.ports);
  good = await booksOf(call);
});
afterAll(() => {
  app.end();
  rmSync(directory, { recursive: true });
});

const ofGrid: VerifyArguments = {
  gridId: 'grid',
  url: 'http://127.0.0.1:7071/api',
  files: [],
  isPart: false,
  known: [],
};

/** Checks over the API, whose answers may be changed on the way. */
function overApi(
  given: Partial<VerifyArguments> = {},
  change?: (path: string, text: string) => string,
) {
  const surroundings = { say: () => undefined, sleep: async () => undefined };
  return runVerify({ ...ofGrid, ...given }, { ...surroundings, fetch: fetchOver(call, change) });
}

function file(name: string, rows: readonly Row[] | string): string {
  const path = join(directory, name);
  const text =
    typeof rows === 'string' ? rows : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

const fromFiles = (...files: readonly string[]) =>
  runVerify({ ...ofGrid, files }, { say: () => undefined });

describe('over the API', () => {
  test('a grid that is in order, with what was not checked', async () => {
    const lines = (await overApi()).join('\n');
    expect(lines).toContain('grid: all in order, in 3 timeframes.');
    expect(lines).toContain(`${good.trades.length} trades, `);
    expect(lines).toMatch(/The chain is in one piece and ends at [0-9a-f]{64}\./);
    expect(lines.match(/Not checked/g)).toHaveLength(2);
  });

  test.each([
    ['/exports/trades', '"energyWh":100,', '"energyWh":101,', 'expected amountUsat'],
    ['/exports/postings', '"soldWh":300,', '"soldWh":301,', 'expected soldWh 300, found 301'],
    ['/exports/nettos', '"nettoWh":1500', '"nettoWh":1', 'netto of a in 2026-11-22T10:00:00Z'],
    ['/timeframes', '"tradeCount":', '"tradeCount":1', 'tradeCount as the trades are counted'],
    ['/accounts', '"balanceUsat":"', '"balanceUsat":"9', 'expected balanceUsat'],
    ['/exports/trades', '"energyWh":100,', '"energyWh":100,,', 'expected a JSON object'],
  ])('a fault in %s: %s', async (path, from, to, found) => {
    const tampered = overApi({}, (at, text) => (at.includes(path) ? text.replace(from, to) : text));
    await expect(tampered).rejects.toThrow(found);
    await expect(tampered).rejects.toBeInstanceOf(Finding);
  });

  test('a grid that is none is no finding', async () => {
    await expect(overApi({ gridId: 'lane' })).rejects.toBeInstanceOf(ApiProblem);
  });

  test('what goes on while it is read is no finding, and none where it then stands still', async () => {
    let lists = 0;
    const moving = (path: string, text: string) => {
      if (!path.includes('/timeframes')) return text;
      lists += 1;
      return text.replace('"closingNumber":5', `"closingNumber":${5 + lists}`);
    };
    await expect(overApi({}, moving)).rejects.toBeInstanceOf(NotStillError);
    lists = 0;
    const once = (path: string, text: string) => (lists < 3 ? moving(path, text) : text);
    expect((await overApi({}, once))[0]).toContain('all in order');
  });

  test('trades that are not recorded yet are no finding', async () => {
    const unsettled = overApi({}, (path, text) =>
      path.includes('/timeframes') ? text.replace('"settled"', '"closed"') : text,
    );
    await expect(unsettled).rejects.toThrow(/not recorded yet.*status settled/);
  });
});

describe('a prosumer by itself', () => {
  test.each(['a', 'b', 'c', 'd'])('%s is in order', async (prosumerId) => {
    const lines = (await overApi({ prosumerId })).join('\n');
    expect(lines).toContain(`${prosumerId}: all in order, in 3 timeframes.`);
    expect(lines).toContain('Not checked: what stands between its own trades');
  });

  test.each([
    ['/transactions', '"energyWh":300,"price', '"energyWh":301,"price', 'expected amountUsat'],
    ['/transactions', '"creditUsat":"', '"creditUsat":"9', 'expected creditUsat'],
    ['/transactions', '"side":"sell"', '"side":"buy"', 'a on the side buy'],
    ['/transactions', '"previousHash":"', '"previousHash":"0', '64 digits of hex'],
    ['/netto', '"nettoWh":1500', '"nettoWh":1', 'expected nettoWh as its trades sum it 1500'],
    ['/prosumers/a', '"balanceUsat":"', '"balanceUsat":"9', 'account a: expected balanceUsat'],
  ])('a fault in %s: %s', async (path, from, to, found) => {
    const tampered = overApi({ prosumerId: 'a' }, (at, text) =>
      at.includes(path) ? text.replace(from, to) : text,
    );
    await expect(tampered).rejects.toThrow(found);
  });

  test('a transaction left out or doubled', async () => {
    const changed = (change: (rows: readonly Row[]) => readonly Row[]) =>
      overApi({ prosumerId: 'a' }, (path, text) => {
        if (!path.includes('/transactions')) return text;
        return JSON.stringify({ value: change(JSON.parse(text).value) });
      });
    await expect(changed((rows) => rows.slice(1))).rejects.toThrow('account a: expected');
    const [doubled] = (await call('GET', '/prosumers/a/transactions')).body.value;
    await expect(changed((rows) => [doubled, ...rows])).rejects.toThrow('a place of its own');
  });
});

describe('from files', () => {
  test('all exports, plain or zipped, in any order and in several', async () => {
    const { trades, postings, nettos } = good;
    const isFirst = ({ timeframe }: Row) => timeframe === '2026-11-22T10:00:00Z';
    const lines = await fromFiles(
      file('nettos.ndjson', nettos),
      file(
        'later.ndjson',
        trades.filter((row) => !isFirst(row)),
      ),
      file('postings.ndjson.gz', postings),
      file('first.ndjson.gz', trades.filter(isFirst)),
    );
    expect(lines[0]).toBe('grid: all in order, in 3 timeframes.');
    expect(lines.join('\n')).toContain('Not checked: closings, sums of accounts');
  });

  test('trades alone, and what is then not checked', async () => {
    const lines = (await fromFiles(file('trades.ndjson', good.trades))).join('\n');
    expect(lines).toContain('Not checked: what was booked of each trade');
    expect(lines).toContain('Not checked: whether each sold its netto');
  });

  test('a line that is cut off, by its number', async () => {
    const text = good.trades.map((row) => JSON.stringify(row)).join('\n');
    const cut = fromFiles(file('cut.ndjson', text.slice(0, -5)));
    await expect(cut).rejects.toThrow(
      `cut.ndjson line ${good.trades.length}: expected a JSON object`,
    );
  });

  test('one that is damaged as a file is no finding', async () => {
    const path = join(directory, 'damaged.ndjson.gz');
    const zipped = gzipSync(JSON.stringify(good.trades[0]));
    writeFileSync(path, zipped.subarray(0, -12));
    const error = await fromFiles(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'Z_BUF_ERROR' });
  });

  test.each([
    ['empty.ndjson', ''],
    ['others.ndjson', '{"a":1}\n'],
  ])('%s is wrong usage', async (name, text) => {
    await expect(fromFiles(file(name, text))).rejects.toBeInstanceOf(VerifyUsageError);
  });
});
