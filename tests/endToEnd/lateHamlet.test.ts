import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBundle, cleanUp, newDirectory, type RunningApp } from './app.ts';
import { type Books, booksOf, sumOf } from './books.ts';
import { hashOf } from './canonicalJson.ts';
import type { Fields } from './client.ts';
import { exportedRows } from './exportedRows.ts';
import { closedUntil, expectedRows } from './lateGaps.ts';
import {
  aheadPlans,
  cleanDeliveries,
  type Delivery,
  disturbedDeliveries,
  homes,
  lateHamlet,
  lateReadings,
  lateTimeframes,
  orderPlans,
} from './lateHamlet.ts';
import { type Phase, runLateHamlet, tariffFrom, tariffPut } from './lateHamletRun.ts';
import { createRandom, drawSeed } from './random.ts';

const limitMs = 600_000;
const path = `/grids/${lateHamlet.id}`;
/** While much is missing, when all has closed and much is late, and when all has come that will. */
const watched = new Set([5, 9, 10]);
const phases: readonly Phase[] = ['before', 'delivered', 'settled'];

let app: RunningApp;
let deliveries: readonly Delivery[];
let lastStep: number;
let books: Books;
let clean: { readonly books: Books; readonly netto: readonly Fields[]; readonly due: Fields };
const seen = new Map<string, readonly Fields[]>();

beforeAll(async () => {
  const seed = drawSeed();
  const bundle = buildBundle();
  const ahead = aheadPlans(createRandom(seed));
  const random = createRandom(seed + 1);
  const orders = orderPlans(createRandom(seed + 2));
  const run = { bundle, ahead, orders, random };
  const dataDirectory = newDirectory();
  app = await runLateHamlet({ ...run, dataDirectory, deliveries: cleanDeliveries() });
  clean = { books: await booksOf(app, lateHamlet.id), netto: await nettoOf(), due: await dueOf() };
  await app.kill();
  deliveries = disturbedDeliveries(random);
  lastStep = Math.max(...deliveries.map(({ step }) => step));
  app = await runLateHamlet({
    ...run,
    dataDirectory: newDirectory(),
    deliveries,
    watched,
    watch: async (running, step, phase) => {
      seen.set(`${step} ${phase}`, await completenessOf(running, step));
    },
  });
  books = await booksOf(app, lateHamlet.id);
}, limitMs);

afterAll(cleanUp);

test('the clean run was traded at the tariff of each timeframe, windows by the clocks on the wall', () => {
  const imports = clean.books.trades.filter(({ kind }) => kind === 'import');
  const prices = imports.map(({ timeframe, priceMsatPerKwh }) => [timeframe, priceMsatPerKwh]);
  expect(prices).toEqual(prices.map(([at]) => [at, importPriceAt(String(at))]));
  expect(new Set(prices.map(([, price]) => price)).size).toBe(4);
  expect(clean.books.trades.filter(({ kind }) => kind === 'grid')).toHaveLength(36);
  const uniform = clean.books.timeframes.slice(-92).map(({ priceMsatPerKwh }) => priceMsatPerKwh);
  expect(new Set(uniform).size).toBeGreaterThan(2);
});

test('what came late, wrong and twice comes to the balances of what came right and in time', () => {
  const corrections = books.trades.filter(({ kind }) => kind === 'correction');
  const revised = books.timeframes.filter(({ revision }) => Number(revision) > 0);
  console.log(`${corrections.length} corrections in ${revised.length} timeframes`);
  expect(revised.length).toBeGreaterThan(lateTimeframes.length / 4);
  expect(books.accounts.map(balanceOf)).toEqual(clean.books.accounts.map(balanceOf));
  expect(sumOf(books.accounts, 'balanceUsat')).toBe(0n);
});

test('timeframes and nettos are in the end those of the clean run', async () => {
  expect(books.timeframes.map(outcomeOf)).toEqual(clean.books.timeframes.map(outcomeOf));
  expect(await nettoOf()).toEqual(clean.netto);
});

test('every home owes, or is owed, what it would after the clean run', async () => {
  expect(await dueOf()).toEqual(clean.due);
});

test('no trade that was made has changed: first closings trade what they knew', () => {
  const first = books.trades.filter(({ revision }) => revision === 0);
  expect(first.every(({ kind }) => kind !== 'correction')).toBe(true);
  for (const trade of books.trades.filter(({ revision }) => revision !== 0)) {
    expect(trade).toMatchObject({
      kind: 'correction',
      correctsTimeframeRevision: Number(trade['revision']) - 1,
    });
  }
});

describe('completeness', () => {
  test.each([...watched].flatMap((step) => phases.map((phase) => [step, phase] as const)))(
    'at step %d, %s, shows each gap and all that is late',
    (step, phase) => {
      expect(seen.get(`${step} ${phase}`)).toEqual(expectedRows(deliveries, step, phase));
    },
  );

  test('in the end shows what never came, and a day of 92 quarter-hours', async () => {
    const rows = await completenessOf(app, lastStep);
    expect(rows).toEqual(expectedRows(deliveries, lastStep, 'settled'));
    expect(rows.filter(({ missing }) => missing !== 0)).toMatchObject([
      {
        ...{ day: '2021-03-27', prosumerId: 'home16', expected: 96, missing: 96 },
        gaps: [{ from: '2021-03-26T23:00:00Z', to: '2021-03-27T23:00:00Z', kind: 'missing' }],
      },
    ]);
    const onTheDay = rows.filter(({ day }) => day === '2021-03-28');
    expect(onTheDay.map(({ expected }) => expected)).toEqual(homes.map(() => 92));
    expect(onTheDay.find(({ prosumerId }) => prosumerId === 'home11')).toMatchObject({ late: 92 });
  });
});

describe('exports', () => {
  test('of trades are together the whole chain, verified with the trades alone', async () => {
    const rows = await exportedRows(`${app.url}/api${path}/exports/trades?format=ndjson&limit=997`);
    const next = new Map(rows.map((trade) => [trade['previousHash'], trade]));
    expect(next.size).toBe(rows.length);
    let hash: unknown = '0'.repeat(64);
    for (let count = 0; count < rows.length; count += 1) {
      const { hash: stored, ...trade } = next.get(hash) ?? {};
      if (stored !== hashOf(trade)) throw new Error(`the chain breaks at ${trade['id']}`);
      hash = stored;
    }
    const numbers = books.timeframes.map(({ closingNumber }) => Number(closingNumber));
    expect(books.timeframes[numbers.indexOf(Math.max(...numbers))]?.['hash']).toBe(hash);
    expect(rows).toEqual(books.trades);
  });

  test('of postings add up to every account', async () => {
    const rows = await exportedRows(`${app.url}/api${path}/exports/postings?format=ndjson`);
    for (const { accountId, balanceUsat } of books.accounts) {
      const own = rows.filter((row) => row['accountId'] === accountId);
      expect(sumOf(own, 'creditUsat') - sumOf(own, 'debitUsat')).toBe(BigInt(String(balanceUsat)));
    }
  });

  test('of nettos have the last readings of every home', async () => {
    const rows = await exportedRows(`${app.url}/api${path}/exports/nettos?format=ndjson`);
    const right = new Map(
      lateReadings.map((each) => [`${each.prosumerId} ${each.timeframe}`, each]),
    );
    const differing = rows.filter(({ prosumerId, timeframe, producedWh, consumedWh, status }) => {
      const reading = right.get(`${prosumerId} ${timeframe}`);
      const isRight = reading?.producedWh === producedWh && reading?.consumedWh === consumedWh;
      return status === 'missing' ? producedWh !== 0 || consumedWh !== 0 : !isRight;
    });
    expect(differing).toEqual([]);
    expect(rows).toHaveLength(homes.length * lateTimeframes.length);
  });
});

async function completenessOf(running: RunningApp, step: number): Promise<readonly Fields[]> {
  const range = `from=${lateHamlet.activeFrom}&to=${closedUntil(step)}`;
  return running.all(`${path}/completeness?${range}&limit=100`);
}

async function nettoOf(): Promise<readonly Fields[]> {
  return app.all(`${path}/netto`, 'prosumers');
}

/** What is due of every home, in satoshi and what is under one. */
async function dueOf(): Promise<Fields> {
  const due: Record<string, unknown> = {};
  for (const id of homes) {
    const { lines: _, asOf: __, ...sums } = await app.get(`/prosumers/${id}/amount-due`);
    due[id] = sums;
  }
  return due;
}

/** Gross sums differ by what went back and forth. */
function balanceOf({ accountId, soldWh, boughtWh, balanceUsat }: Fields) {
  return { accountId, netWh: Number(soldWh) - Number(boughtWh), balanceUsat };
}

/** Without the way that led there. */
function outcomeOf({
  revision: _,
  tradeCount: _count,
  revisionTradeCount: _revisionCount,
  closingNumber: _number,
  previousHash: _previous,
  hash: _hash,
  ...outcome
}: Fields): Fields {
  return outcome;
}

/** Local times are told without the app, and windows without its functions. */
function importPriceAt(timeframe: string): number {
  const { tariff } = tariffPut;
  if (timeframe < tariffFrom) return 333_333;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(Date.parse(timeframe));
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  const time = `${part('hour')}:${part('minute')}`;
  const [night, evening] = tariff.windows;
  if (time >= '22:00' || time < '02:30') return night?.importPriceMsatPerKwh ?? 0;
  if (time < '17:00' || time >= '20:00') return tariff.importPriceMsatPerKwh;
  const isDear = ['Sat', 'Sun', 'Mon'].includes(part('weekday'));
  return (isDear ? evening?.importPriceMsatPerKwh : tariff.importPriceMsatPerKwh) ?? 0;
}
