import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../local/jsonFields.ts';
import { type Sums, zeroSums } from '../../local/verify/accountSums.ts';
import { checkAccounts } from '../../local/verify/checkAccounts.ts';
import { checkChain, zeroHash } from '../../local/verify/checkChain.ts';
import { checkNettos } from '../../local/verify/checkNettos.ts';
import { checkTrade } from '../../local/verify/checkTrade.ts';
import { closingRow } from '../../local/verify/closingRow.ts';
import { Finding } from '../../local/verify/finding.ts';
import { nettoRow } from '../../local/verify/nettoRow.ts';
import {
  countField,
  hashField,
  instantField,
  integerField,
  moneyField,
  textField,
  wordField,
} from '../../local/verify/rowFields.ts';
import { type RowSource, rowOf } from '../../local/verify/rowSource.ts';
import { tradeRow } from '../../local/verify/tradeRow.ts';
import type { Row } from './booksOfGrid.ts';
import { amountsOf, hashed } from './tampering.ts';

const timeframe = '2026-11-22T10:00:00Z';

/** A trade that is whole in itself: what is left to find is who trades with whom. */
function check(kind: string, sellerId: string, buyerId: string, gridFeeMsatPerKwh = 0): void {
  const revision = kind === 'correction' ? 1 : 0;
  const row: Row = {
    id: `grid.20261122T1000Z.${revision}.1`,
    gridId: 'grid',
    timeframe,
    revision,
    sequence: 1,
    kind,
    sellerId,
    buyerId,
    energyWh: 100,
    priceMsatPerKwh: 250_000,
    gridFeeMsatPerKwh,
    ...(revision > 0 && { correctsTimeframeRevision: revision - 1 }),
    previousHash: zeroHash,
  };
  checkTrade(tradeRow('row 1', hashed({ ...row, ...amountsOf(row) })), 'grid');
}

describe('a trade', () => {
  test.each([
    ['peer', 'a', 'b', 7],
    ['peer', 'a', 'mini-grid', 7],
    ['peer', 'mini-grid', 'b', 7],
    ['import', 'power-plant', 'b', 7],
    ['export', 'a', 'power-plant', 0],
    ['grid', 'a', 'mini-grid', 7],
    ['grid', 'mini-grid', 'b', 7],
    ['correction', 'a', 'mini-grid', 7],
    ['correction', 'mini-grid', 'b', 0],
    ['correction', 'power-plant', 'b', 0],
    ['correction', 'a', 'power-plant', 0],
  ])('may be: %s from %s to %s', (kind, sellerId, buyerId, fee) => {
    expect(() => check(kind, sellerId, buyerId, fee)).not.toThrow();
  });

  test.each([
    ['peer', 'power-plant', 'b', 0, 'no trade with the power plant'],
    ['peer', 'a', 'power-plant', 0, 'no trade with the power plant'],
    ['peer', 'a', 'a', 0, 'another buyer than the seller'],
    ['import', 'a', 'b', 0, 'power-plant as seller'],
    ['import', 'mini-grid', 'b', 0, 'power-plant as seller'],
    ['import', 'a', 'power-plant', 0, 'power-plant as seller'],
    ['export', 'a', 'b', 0, 'power-plant as buyer'],
    ['export', 'a', 'mini-grid', 0, 'power-plant as buyer'],
    ['export', 'power-plant', 'b', 0, 'power-plant as buyer'],
    ['export', 'a', 'power-plant', 7, 'gridFeeMsatPerKwh 0, found 7'],
    ['grid', 'a', 'b', 0, 'mini-grid with a prosumer'],
    ['grid', 'mini-grid', 'power-plant', 0, 'mini-grid with a prosumer'],
    ['grid', 'power-plant', 'mini-grid', 0, 'mini-grid with a prosumer'],
    ['grid', 'power-plant', 'b', 0, 'mini-grid with a prosumer'],
    ['correction', 'a', 'b', 0, 'mini-grid or power-plant on one side'],
  ])('may not be: %s from %s to %s', (kind, sellerId, buyerId, fee, found) => {
    expect(() => check(kind, sellerId, buyerId, fee)).toThrow(found);
  });
});

describe('a field is refused:', () => {
  const word = (thing: string, row: JsonObject, field: string) =>
    wordField(thing, row, field, ['peer', 'grid']);
  test.each([
    ['text', textField, [5, null, undefined, true, ['a'], { a: 1 }]],
    [
      'instant',
      instantField,
      ['2026-11-22', '2026-11-22T10:00Z', '2026-11-22T10:00:00.000Z', `${timeframe}\n`, 5],
    ],
    ['hash', hashField, ['A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 5, undefined]],
    ['money', moneyField, ['01', '-0', '1.0', '', '1e3', '+1', ' 1', 5]],
    ['integer', integerField, [1.5, 2 ** 53, '1', null, undefined]],
    ['count', countField, [-1, 0.5, '1']],
    ['word', word, ['gift', '', 'PEER', 5, undefined]],
  ] as const)('%s', (_name, read, values) => {
    for (const value of values) {
      expect(() => read('row 1', { a: value } as JsonObject, 'a')).toThrow(Finding);
    }
  });
});

test.each(['', '{', '{"a":1}}', 'a', '[1]', 'null', '5', '"a"', 'true'])(
  'no row of an export: %s',
  (line) => {
    expect(() => rowOf(line, 'line 7')).toThrow(Finding);
    expect(() => rowOf(line, 'line 7')).toThrow('line 7: expected a JSON object');
  },
);

describe('accounts', () => {
  const sums = (more: Partial<Sums>): Sums => ({ ...zeroSums, ...more });
  const seller = sums({ soldWh: 7n, creditsUsat: 70n });
  const buyer = sums({ boughtWh: 7n, debitsUsat: 70n });
  const sold = { soldWh: 7, boughtWh: 0, creditsUsat: '70', debitsUsat: '0', balanceUsat: '70' };
  const paid = { soldWh: 0, boughtWh: 7, creditsUsat: '0', debitsUsat: '70', balanceUsat: '-70' };
  const good: readonly Row[] = [
    { accountId: 'a', ...sold },
    { accountId: 'b', ...paid },
  ];
  const looked = (rows: readonly Row[], own: readonly (readonly [string, Sums])[]) =>
    checkAccounts(sourceOf(rows), new Map(own));
  const both = [
    ['a', seller],
    ['b', buyer],
  ] as const;

  test('with the sums of their postings are in order', async () => {
    await expect(looked(good, both)).resolves.toBeUndefined();
  });

  test.each([
    ['a', { soldWh: 8 }, 'account a: expected soldWh 7, found 8'],
    ['a', { boughtWh: 1 }, 'account a: expected boughtWh 0, found 1'],
    ['b', { boughtWh: 8 }, 'account b: expected boughtWh 7, found 8'],
    ['a', { creditsUsat: '71' }, 'account a: expected creditsUsat 70, found 71'],
    ['b', { debitsUsat: '69' }, 'account b: expected debitsUsat 70, found 69'],
    ['b', { balanceUsat: '70' }, 'account b: expected balanceUsat -70, found 70'],
  ])('%s with %p', async (id, change, found) => {
    const rows = good.map((row) => (row['accountId'] === id ? { ...row, ...change } : row));
    await expect(looked(rows, both)).rejects.toThrow(found);
  });

  test('that are not 0 together, though each has its sums', async () => {
    await expect(looked(good.slice(0, 1), both.slice(0, 1))).rejects.toThrow(
      'Σ balances 0, found 70',
    );
  });
});

describe('nettos', () => {
  const nettoOf = (prosumerId: string, nettoWh: number, revision = 0) => {
    const flows = { producedWh: Math.max(nettoWh, 0), consumedWh: Math.max(-nettoWh, 0) };
    const json = { timeframe, prosumerId, revision, nettoWh, status: 'received', ...flows };
    return nettoRow('row 1', json);
  };
  const nettos = [nettoOf('a', 5), nettoOf('b', -2)];
  const traded = [
    ['a', 5],
    ['b', -2],
    ['power-plant', -3],
  ] as const;

  test('that their trades sum are in order', () => {
    expect(() => checkNettos(timeframe, nettos, new Map(traded))).not.toThrow();
  });

  test('of two revisions', () => {
    const mixed = [nettoOf('a', 5), nettoOf('b', -2, 1)];
    expect(() => checkNettos(timeframe, mixed, undefined)).toThrow('expected revision 0, found 1');
  });

  test('of the grid itself, as if it had a meter', () => {
    const energies = new Map<string, number>([...traded, ['mini-grid', 1], ['power-plant', -4]]);
    const all = [...nettos, nettoOf('mini-grid', 1)];
    expect(() => checkNettos(timeframe, all, energies)).toThrow('sold − bought of mini-grid in');
  });

  test.each([
    ['power-plant', -2],
    ['mini-grid', 1],
    ['c', 1],
  ])('beside %s, who trades %p', (id, energyWh) => {
    const energies = new Map<string, number>([...traded, [id, energyWh]]);
    expect(() => checkNettos(timeframe, nettos, energies)).toThrow(`sold − bought of ${id} in`);
  });
});

test('a last closing that ends before the chain does', () => {
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
  const segment = { timeframe, revision: 0, tradeCount: 1 };
  const segments = [
    { ...segment, previousHash: zeroHash, hash: one },
    { ...segment, timeframe: '2026-11-22T10:15:00Z', previousHash: one, hash: two },
  ];
  const counts = {
    revision: 0,
    tradeCount: 1,
    revisionTradeCount: 1,
    closingNumber: 1,
  };
  const energies = { producedWh: 1, consumedWh: 1, nettoWh: 0, importedWh: 0, exportedWh: 0 };
  const state = { timeframe, status: 'settled', previousHash: zeroHash, hash: one };
  const closing = closingRow('row 1', {
    ...state,
    ...counts,
    ...energies,
    readings: { expected: 2 },
  });
  expect(() => checkChain(segments.slice(0, 1), [closing], false)).not.toThrow();
  expect(() => checkChain(segments, [closing], false)).toThrow('hash at the end of the chain');
});

async function* sourceOf(rows: readonly Row[]): RowSource {
  yield rows.map((json, at) => ({ place: `row ${at + 1}`, json }));
}
