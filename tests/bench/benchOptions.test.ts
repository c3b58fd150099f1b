import { expect, test } from '@jest/globals';
import { benchmarkNames } from '../../bench/benchmarks.ts';
import { parseBenchOptions } from '../../bench/benchOptions.ts';

test('without names all benchmarks run, at their own sizes', () => {
  expect(parseBenchOptions([])).toEqual({ ok: true, value: { names: benchmarkNames } });
});

test('names, sizes and a file may be given', () => {
  expect(parseBenchOptions(['closing', 'pool', '--sizes', '100,1000', '--json', 'b.json'])).toEqual(
    {
      ok: true,
      value: { names: ['closing', 'pool'], sizes: [100, 1000], jsonFile: 'b.json' },
    },
  );
});

test.each([
  [['poole'], 'There is no benchmark "poole".'],
  [['toString'], 'There is no benchmark "toString".'],
  [['--sizes', '100,0'], '"0" is no size'],
  [['--sizes', '1e3'], '"1e3" is no size'],
  [['--sizes', ''], '"" is no size'],
  [['--fast'], '--fast'],
])('%j is refused', (args, reason) => {
  const parsed = parseBenchOptions(args);
  expect(parsed).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});
