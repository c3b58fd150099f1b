import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Finding } from '../../local/verify/finding.ts';
import type { RowSource, SourceRow } from '../../local/verify/rowSource.ts';
import { type GridReport, type GridSources, verifyGrid } from '../../local/verify/verifyGrid.ts';
import { openApi } from '../functions/api.ts';
import { openTestApp, type TestApp } from '../operations/testApp.ts';
import { before, booksOf, first, type GridBooks, liveThrough, type Row } from './booksOfGrid.ts';
import {
  all,
  amountsOf,
  type Dataset,
  edited,
  hashed,
  rehashed,
  trade,
  without,
} from './tampering.ts';

let app: TestApp;
let good: GridBooks;
beforeAll(async () => {
  app = openTestApp(before);
  await liveThrough(app);
  good = await booksOf(openApi(app.ports));
});
afterAll(() => app.end());

const rowsPerBatch = 7;

/** Rows in batches that end anywhere. */
async function* sourceOf(rows: readonly Row[], name: string): AsyncGenerator<readonly SourceRow[]> {
  for (let at = 0; at < rows.length; at += rowsPerBatch) {
    const batch = rows.slice(at, at + rowsPerBatch);
    yield batch.map((json, n) => ({ place: `row ${at + n + 1} of ${name}`, json }));
  }
}

type Options = { readonly isPart?: boolean; readonly known?: readonly string[] };

function verify(
  books: Partial<GridBooks>,
  only: readonly Dataset[] = all,
  { isPart = false, known = [] }: Options = {},
): Promise<GridReport> {
  const entries = only.map((name): [Dataset, RowSource] => [
    name,
    sourceOf((books[name] ?? good[name]).slice(), name),
  ]);
  const sources: GridSources = Object.fromEntries(entries);
  return verifyGrid({ gridId: 'grid', isPart, known }, sources);
}

async function findingOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return 'nothing';
  if (!(error instanceof Finding)) throw error;
  return error.message;
}

describe('a grid that is in order', () => {
  test('is found to be so, with corrections, trades ahead, fees and nothing traded', async () => {
    const report = await verify({});
    const { trades, postings, nettos } = good;
    const kinds = new Set(trades.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['grid', 'peer', 'import', 'export', 'correction']));
    expect(trades.some(({ feeUsat }) => feeUsat !== '0')).toBe(true);
    expect(good.timeframes.map(({ revision }) => revision)).toEqual([2, 0, 0]);
    expect(report).toMatchObject({
      timeframes: 3,
      trades: trades.length,
      postings: postings.length,
      nettos: nettos.length,
      chain: { partCount: 1, hash: chainEnd() },
    });
    expect(report.corrections).toBeGreaterThan(3);
  });

  test.each<[readonly Dataset[]]>([
    [['trades']],
    [['postings']],
    [['nettos']],
    [['trades', 'postings']],
    [['trades', 'nettos']],
    [['postings', 'nettos']],
    [['postings', 'accounts']],
  ])('is so by its %s alone', async (only) => {
    expect(await findingOf(verify({}, only))).toBe('nothing');
  });

  test('is so where nothing has happened yet', async () => {
    const none = { trades: [], postings: [], nettos: [], timeframes: [], accounts: [] };
    expect(await verify(none)).toMatchObject({ trades: 0, chain: { hash: '0'.repeat(64) } });
  });

  test('is so in part, where it is told that it is one', async () => {
    const later = (name: 'trades' | 'postings' | 'nettos') =>
      good[name].filter(({ timeframe }) => timeframe !== first);
    const part = { trades: later('trades'), postings: later('postings'), nettos: later('nettos') };
    const only: Dataset[] = ['trades', 'postings', 'nettos'];
    expect(await findingOf(verify(part, only, { isPart: true }))).toBe('nothing');
    expect(await findingOf(verify(part, only))).toContain('at which another timeframe ends');
  });

  test('has the hashes that were kept of it, and no others', async () => {
    const known = good.trades.map(({ hash }) => String(hash));
    expect(await findingOf(verify({}, all, { known }))).toBe('nothing');
    const strange = 'f'.repeat(64);
    expect(await findingOf(verify({}, all, { known: [strange] }))).toContain(strange);
  });
});

/** The hash at which nothing goes on. */
function chainEnd(): unknown {
  const starts = new Set(good.trades.map(({ previousHash }) => previousHash));
  return good.trades.find(({ hash }) => !starts.has(hash))?.['hash'];
}

const of = (field: string, value: unknown) => (row: Row) => row[field] === value;
type Change = (books: GridBooks) => Partial<GridBooks>;
type Fault = [what: string, change: Change, found: string, only?: readonly Dataset[]];

/** A change of one trade. */
const inTrade =
  (end: string, change: Row | ((row: Row) => Row)): Change =>
  ({ trades }) => ({ trades: edited(trades, trade(end), change) });
const inPosting =
  (end: string, side: string, change: Row): Change =>
  ({ postings }) => ({ postings: edited(postings, trade(end, side), change) });
const inFrame =
  (timeframe: string, change: Row): Change =>
  ({ timeframes }) => ({ timeframes: edited(timeframes, of('timeframe', timeframe), change) });
const inAccount =
  (id: string, change: Row): Change =>
  ({ accounts }) => ({ accounts: edited(accounts, of('accountId', id), change) });

/** More energy, with amounts and its own hash to match. */
const larger = (row: Row) => {
  const more = { ...row, energyWh: Number(row['energyWh']) + 1 };
  return { ...more, ...amountsOf(more) };
};
const remade: Change = ({ trades }) => ({
  trades: rehashed(edited(trades, trade('1000Z.0.1'), larger), trades),
});
/** A segment that is moved to begin at another hash, whole in itself. */
const movedTo = (isOf: (row: Row) => boolean, start: (books: GridBooks) => unknown): Change => {
  return (books) => {
    let previousHash = start(books);
    const trades = books.trades.map((row) => {
      if (!isOf(row)) return row;
      const moved = hashed({ ...row, previousHash });
      previousHash = moved['hash'];
      return moved;
    });
    return { trades };
  };
};
const isCorrection = of('kind', 'correction');
const startOf =
  (end: string) =>
  ({ trades }: GridBooks) =>
    trades.find(trade(end))?.['previousHash'];
const chained: readonly Dataset[] = ['trades'];
const third = '2026-11-22T10:30:00Z';
const empty = '2026-11-22T10:15:00Z';
const last = (rows: readonly Row[]) => rows.at(-1);

const faults: readonly Fault[] = [
  [
    'energy',
    inTrade('1000Z.0.2', { energyWh: 99 }),
    'grid.20261122T1000Z.0.2: expected amountUsat',
  ],
  ['price', inTrade('1000Z.0.2', { priceMsatPerKwh: 1 }), '1000Z.0.2: expected amountUsat 100,'],
  ['fee', inTrade('1000Z.0.2', { gridFeeMsatPerKwh: 1 }), '1000Z.0.2: expected feeUsat 100,'],
  ['amount', inTrade('1000Z.0.2', { amountUsat: '7' }), 'amountUsat 25000000, found 7'],
  ['energy and amounts', inTrade('1000Z.0.2', larger), '1000Z.0.2: expected hash '],
  [
    'energy, amounts and hash',
    inTrade('1000Z.0.2', (row) => hashed(larger(row))),
    '1000Z.0.3: expected previousHash ',
  ],
  ['hash', inTrade('1000Z.0.2', { hash: 'a'.repeat(64) }), '1000Z.0.2: expected hash '],
  ['hash in capitals', inTrade('1000Z.0.2', { hash: 'A'.repeat(64) }), '64 digits of hex in hash'],
  ['previous hash', inTrade('1000Z.0.2', { previousHash: 'a'.repeat(64) }), '0.2: expected hash '],
  ['seller', inTrade('1000Z.0.3', { sellerId: 'd' }), '1000Z.0.3: expected hash '],
  [
    'seller who buys',
    inTrade('1000Z.0.3', (r) => ({ ...r, sellerId: r['buyerId'] })),
    'another buyer',
  ],
  ['seller who is none', inTrade('1000Z.0.3', { sellerId: 'A"' }), 'an account in sellerId'],
  ['another grid', inTrade('1000Z.0.3', { gridId: 'lane' }), 'gridId grid, found lane'],
  [
    'another id',
    inTrade('1000Z.0.3', { id: 'grid.20261122T1000Z.0.9' }),
    '0.9: expected id grid.2026',
  ],
  ['no energy', inTrade('1000Z.0.3', { energyWh: 0 }), 'energyWh from 1 on, found 0'],
  ['energy below 0', inTrade('1000Z.0.3', { energyWh: -1 }), 'energyWh from 1 on, found -1'],
  ['energy as text', inTrade('1000Z.0.3', { energyWh: '5' }), 'an integer in energyWh, found "5"'],
  ['amount as number', inTrade('1000Z.0.3', { amountUsat: 5 }), 'µsat as a decimal in amountUsat'],
  ['a field that no trade has', inTrade('1000Z.0.3', { note: 'x' }), 'only the fields of a trade'],
  ['a kind that is none', inTrade('1000Z.0.3', { kind: 'gift' }), 'in kind, found "gift"'],
  ['a correction at first', inTrade('1000Z.0.3', { kind: 'correction' }), 'a kind that revision 0'],
  [
    'what it corrects',
    inTrade('1000Z.1.2', { correctsTimeframeRevision: 1 }),
    'Revision 0, found 1',
  ],
  [
    'a first one that corrects',
    inTrade('1000Z.0.2', { correctsTimeframeRevision: 0 }),
    'correctsTimeframeRevision absent, found 0',
  ],
  [
    'an import from a neighbour',
    inTrade('1000Z.0.3', { kind: 'import', sellerId: 'c', buyerId: 'd' }),
    'power-plant as seller',
  ],
  [
    'an export with a fee',
    ({ trades }) => ({
      trades: edited(trades, of('kind', 'export'), { gridFeeMsatPerKwh: 5 }),
    }),
    'gridFeeMsatPerKwh 0, found 5',
  ],
  [
    'a trade left out',
    ({ trades }) => ({ trades: without(trades, trade('1000Z.0.2')) }),
    'trade grid.20261122T1000Z.0.3: expected sequence 2, found 3',
  ],
  [
    'the first left out',
    ({ trades }) => ({ trades: without(trades, trade('1030Z.0.1')) }),
    'trade grid.20261122T1030Z.0.2: expected sequence 1, found 2',
  ],
  [
    'the last of a timeframe left out',
    ({ trades }) => {
      const end = last(trades.filter(of('timeframe', third)));
      return { trades: without(trades, (row) => row === end) };
    },
    'timeframe 2026-11-22T10:00:00Z revision 1: expected previousHash at which another',
    chained,
  ],
  [
    'the last of all left out',
    ({ trades }) => ({
      trades: without(trades, of('hash', chainEnd())),
    }),
    'no such posting, found one',
    ['trades', 'postings'],
  ],
  [
    'the last of all left out everywhere',
    ({ trades, postings }) => {
      const end = trades.find(of('hash', chainEnd()));
      return {
        trades: without(trades, (row) => row === end),
        postings: without(postings, of('tradeId', end?.['id'])),
      };
    },
    'tradeCount as the trades are counted',
    ['trades', 'postings', 'timeframes'],
  ],
  [
    'two swapped',
    ({ trades: [a, b, ...more] }) => ({ trades: [b ?? {}, a ?? {}, ...more] }),
    'trade grid.20261122T1000Z.0.2: expected sequence 1, found 2',
  ],
  [
    'timeframes swapped',
    ({ trades }) => ({ trades: trades.toReversed() }),
    'a timeframe from 2026-11-22T10:30:00Z on',
  ],
  [
    'revisions swapped',
    ({ trades }) => ({
      trades: [...trades.filter(isCorrection), ...trades.filter((row) => !isCorrection(row))],
    }),
    '1000Z.0.1: expected revision 1 or a later one, found 0',
  ],
  [
    'one doubled',
    ({ trades: [a = {}, ...more] }) => ({ trades: [a, a, ...more] }),
    '1000Z.0.1: expected sequence 2, found 1',
  ],
  ['a fork', movedTo(isCorrection, startOf('1030Z.0.1')), 'does not begin at too', chained],
  ['two beginnings', movedTo(isCorrection, () => '0'.repeat(64)), 'does not begin at too', chained],
  [
    'a beginning of its own',
    movedTo(isCorrection, () => 'a'.repeat(64)),
    'revision 1: expected previousHash at which another timeframe ends',
    chained,
  ],
  [
    'corrections left out',
    ({ trades }) => ({ trades: without(trades, isCorrection) }),
    'expected nettoWh as its trades sum it',
    ['trades', 'nettos'],
  ],
  [
    'all made anew after a change, booked otherwise',
    remade,
    'posting sell of trade grid.20261122T1000Z.0.1: expected soldWh 301, found 300',
  ],
  ['all made anew, against the nettos', remade, 'expected nettoWh as its', ['trades', 'nettos']],
  [
    'another price and all made anew, against the closings',
    ({ trades }) => ({
      trades: rehashed(edited(trades, trade('1000Z.0.1'), { priceMsatPerKwh: 1 }), trades),
    }),
    `timeframe ${third}: expected previousHash`,
    ['trades', 'timeframes', 'nettos'],
  ],
  [
    'a posting left out',
    ({ postings }) => ({
      postings: without(postings, trade('1000Z.0.2', 'fee')),
    }),
    'posting fee of trade grid.20261122T1000Z.0.2: expected it on account mini-grid, found none',
  ],
  [
    'a posting left out, without trades',
    ({ postings }) => ({
      postings: without(postings, trade('1000Z.0.2', 'fee')),
    }),
    'postings of trade grid.20261122T1000Z.0.2: expected Σ debits',
    ['postings'],
  ],
  [
    'a posting doubled',
    ({ postings: [a = {}, ...more] }) => ({ postings: [a, a, ...more] }),
    'expected one of it, found another',
  ],
  [
    'a posting of no trade',
    ({ postings: [a = {}, ...more] }) => ({
      postings: [a, { ...a, tradeId: 'grid.20261122T1000Z.0.99' }, ...more],
    }),
    '0.99: expected no such posting, found one',
  ],
  ['a credit', inPosting('1000Z.0.2', 'sell', { creditUsat: '1' }), 'creditUsat 25000000, found 1'],
  ['a debit', inPosting('1000Z.0.2', 'buy', { debitUsat: '1' }), 'debitUsat 25700000, found 1'],
  ['an account', inPosting('1000Z.0.2', 'buy', { accountId: 'd' }), 'accountId c, found d'],
  ['a sold energy', inPosting('1000Z.0.2', 'sell', { soldWh: 1 }), 'soldWh 100, found 1'],
  [
    'a bought energy, without trades',
    inPosting('1000Z.0.2', 'buy', { boughtWh: 1 }),
    'Σ bought 100, found 1',
    ['postings'],
  ],
  [
    'a netto',
    ({ nettos: [a = {}, ...more] }) => ({ nettos: [{ ...a, nettoWh: 1 }, ...more] }),
    'netto of a in 2026-11-22T10:00:00Z: expected nettoWh 1500, found 1',
  ],
  [
    'a netto and what was produced',
    ({ nettos: [a = {}, ...more] }) => ({
      nettos: [{ ...a, producedWh: 9, nettoWh: 9 }, ...more],
    }),
    'netto of a in 2026-11-22T10:00:00Z: expected nettoWh as its trades sum it 1500, found 9',
  ],
  [
    'a netto left out',
    ({ nettos: [, ...more] }) => ({ nettos: more }),
    'sold − bought of a in 2026-11-22T10:00:00Z: expected energyWh 0, found 1500',
  ],
  [
    'a netto left out, without energy',
    ({ nettos }) => ({
      nettos: without(nettos, (row) => row['timeframe'] === empty && row['prosumerId'] === 'b'),
    }),
    `timeframe ${empty}: expected prosumers with a netto 4, found 3`,
  ],
  [
    'a netto doubled',
    ({ nettos: [a = {}, ...more] }) => ({ nettos: [a, a, ...more] }),
    'expected a prosumer after a, found a',
  ],
  [
    'a revision of nettos',
    ({ nettos }) => ({
      nettos: edited(nettos, of('timeframe', empty), { revision: 1 }),
    }),
    'expected revision 0, found 1',
  ],
  [
    'a closing’s hash',
    inFrame(third, { hash: 'a'.repeat(64) }),
    `timeframe ${third}: expected hash`,
  ],
  [
    'a closing’s previous hash',
    inFrame(third, { previousHash: 'a'.repeat(64) }),
    `timeframe ${third}: expected previousHash`,
  ],
  [
    'an empty closing that does not hand on',
    inFrame(empty, { hash: 'a'.repeat(64) }),
    `timeframe ${empty}: expected hash`,
  ],
  [
    'an empty closing elsewhere',
    inFrame(empty, { hash: 'a'.repeat(64), previousHash: 'a'.repeat(64) }),
    'expected previousHash that a trade has',
  ],
  [
    'an empty closing at another place',
    inFrame(empty, {
      hash: '0'.repeat(64),
      previousHash: '0'.repeat(64),
      closingNumber: 4,
    }),
    'expected previousHash after those of the closings before it',
  ],
  ['a count', inFrame(third, { tradeCount: 1 }), 'tradeCount as the trades are counted'],
  ['a count of the revision', inFrame(third, { revisionTradeCount: 1 }), 'revisionTradeCount'],
  ['a revision less', inFrame(first, { revision: 0 }), 'no trades after revision 0'],
  [
    'a closing number',
    inFrame(first, { closingNumber: 6 }),
    'as many as there are revisions 5, found 6',
  ],
  ['a closing number twice', inFrame(first, { closingNumber: 3 }), 'a number of its own'],
  ['a netto of the grid', inFrame(third, { nettoWh: 1 }), 'nettoWh as the nettos sum it 430'],
  ['an import', inFrame(third, { importedWh: 1 }), 'importedWh − exportedWh -430, found -429'],
  ['a closing that is not settled', inFrame(third, { status: 'closed' }), 'status settled'],
  [
    'a closing left out',
    ({ timeframes }) => ({
      timeframes: without(timeframes, of('timeframe', third)),
    }),
    `timeframe ${third}: expected a closing of it, found none`,
  ],
  [
    'a closing twice',
    ({ timeframes: [a = {}, ...more] }) => ({ timeframes: [a, a, ...more] }),
    'expected one closing listed, found two',
  ],
  [
    'credits of an account',
    inAccount('a', { creditsUsat: '1' }),
    'account a: expected creditsUsat',
  ],
  ['debits of an account', inAccount('a', { debitsUsat: '1' }), 'account a: expected debitsUsat'],
  ['energy of an account', inAccount('a', { soldWh: 1 }), 'account a: expected soldWh'],
  ['a balance', inAccount('a', { balanceUsat: '1' }), 'account a: expected balanceUsat'],
  [
    'an account left out',
    ({ accounts }) => ({
      accounts: without(accounts, of('accountId', 'power-plant')),
    }),
    'account power-plant: expected it among the accounts, found none',
  ],
  [
    'an account of nobody',
    ({ accounts: [a = {}, ...more] }) => ({
      accounts: [a, { ...a, accountId: 'zoe' }, ...more],
    }),
    'account zoe: expected soldWh 0',
  ],
];

describe('found and named:', () => {
  test.each(faults)('%s', async (_what, change, found, only = all) => {
    expect(await findingOf(verify(change(good), only))).toContain(found);
  });

  test('a chain made anew as a whole, by a hash that was kept', async () => {
    const { trades } = remade(good);
    const made = { trades: trades ?? [] };
    expect(await findingOf(verify(made, ['trades']))).toBe('nothing');
    const known = [String(chainEnd())];
    expect(await findingOf(verify(made, ['trades'], { known }))).toContain('the known hash');
  });

  test('the first of several', async () => {
    const trades = edited(good.trades, (row) => row['sequence'] === 2, { energyWh: 99_999 });
    expect(await findingOf(verify({ trades }))).toContain('trade grid.20261122T1000Z.0.2:');
  });
});
