import { expect, jest, test } from '@jest/globals';
import type { Benchmark, BenchRow } from '../../bench/benchmark.ts';
import { billing } from '../../bench/billing.ts';
import { closing } from '../../bench/closing.ts';
import { exporting } from '../../bench/exporting.ts';
import { payout } from '../../bench/payout.ts';
import { pool } from '../../bench/pool.ts';
import { readings } from '../../bench/readings.ts';
import { importOnce, sourceFile } from '../../bench/startup.ts';

// Some start the app in a process of its own.
jest.setTimeout(60_000);

// A change of these is a change of results: trades, sums, answers. It must be meant.
test.each([
  ['pool', pool, 1, '85c972412e9fe26fdfd0cd59fbfd2ebf3cc057b890756bad460dde635d8178ed'],
  ['pool', pool, 1_000, '8619a82254cb97835d1e24c9c54b7752f311c4ef9134b6f70170d7b8059f0c52'],
  ['closing', closing, 1, '40225972786ed46e1cb87a8be5fb127dcb95cf7ea13ae9e8fa2cc238a45e5e28'],
  ['closing', closing, 600, '88455732aaa927d7a3482b99ed2237279e4083e80c662ad3daeda6fc6aa34c9d'],
  ['billing', billing, 1, '0ac6a5ad95489cd7bfc7d8d557eafdde2fe163c3856ef516ca8483e38c3fb893'],
  ['billing', billing, 600, 'bef6531888f2e1c2e4f79d3adafe64df3b0f18c86a32b2951355a6315a57adbf'],
  ['payout', payout, 1, '35bc28eaa2b66eddda83dbf28845425fec993c938cbcf2cdc7a7af989ca09c02'],
  ['payout', payout, 100, '2346902221e19f0c57b75cd1238052e4a098dee69fa9797c03cc489e57a48104'],
  ['export', exporting, 1, 'df8b868660ce93cdb0ed2f8f9609b549b28f82dde1fd666b7c346b68e6de4cfc'],
  ['export', exporting, 12_345, '764e3a372957ba7de75db672938ac5f70d68b674364cf44d9bc812f2d4983968'],
  ['readings', readings, 10, 'fcf87ec50b1b42f2dc3231d57782b4de7c35e0b07bb0b94a047f9bd662cb1aa8'],
  [
    'readings',
    readings,
    12_345,
    '56342f8b7c3ec6ce77aad15a5e8a23679c2985506cfc2ecc21f3a134ca24d0fa',
  ],
])('%s gives the same result on every machine', async (_name, benchmark, size, hash) => {
  expect(await only(benchmark, size)).toMatchObject({ size, hash });
});

test('the parts of a closing add up to its time', async () => {
  const { ms, parts = {} } = await only(closing, 100);
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  expect(sum).toBeGreaterThan(ms / 2);
  expect(sum).toBeLessThanOrEqual(ms);
});

test('a cold import takes CPU time and registers the functions', async () => {
  const { ms, processCpuMs, functions } = await importOnce(sourceFile);
  expect(ms).toBeGreaterThan(0);
  expect(processCpuMs).toBeGreaterThan(ms);
  expect(functions).toEqual(expect.arrayContaining(['closeTimeframe', 'grids', 'recordTrades']));
});

async function only(benchmark: Benchmark, size: number): Promise<BenchRow> {
  const rows: BenchRow[] = [];
  for await (const next of benchmark.run([size])) rows.push(next);
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error('a size gives a row');
  return row;
}
