import { expect, test } from '@jest/globals';
import {
  ExportUsageError,
  exportUsage,
  readExportArguments,
} from '../../local/export/exportArguments.ts';

const least = ['--grid', 'lane', '--dataset', 'trades'];

test('what is not said has a value that is', () => {
  expect(readExportArguments(least)).toEqual({
    url: 'http://127.0.0.1:7071/api',
    gridId: 'lane',
    dataset: 'trades',
    format: 'csv',
    rowsPerPage: 5_000,
    restart: false,
  });
});

test('all options', () => {
  const range = ['--from', '2026-11-01T00:00Z', '--to', '2026-12-01T00:00:00.5Z'];
  const rest = ['--out', 'a.csv', '--format', 'ndjson', '--rows', '10000', '--restart'];
  const url = ['--url', 'https://grid.example/settlement'];
  expect(readExportArguments([...least, ...range, ...rest, ...url])).toEqual({
    url: 'https://grid.example/settlement',
    gridId: 'lane',
    dataset: 'trades',
    from: '2026-11-01T00:00:00Z',
    to: '2026-12-01T00:00:00Z',
    format: 'ndjson',
    rowsPerPage: 10_000,
    file: 'a.csv',
    restart: true,
  });
});

test('the name of the file says its format, where no option does', () => {
  const formatOf = (...more: string[]) => readExportArguments([...least, ...more])?.format;
  expect(formatOf('--out', 'a.ndjson')).toBe('ndjson');
  expect(formatOf('--out', 'a.csv')).toBe('csv');
  expect(formatOf('--out', 'ndjson')).toBe('csv');
});

test('help says how often a page is asked for', () => {
  expect(readExportArguments(['--help'])).toBeUndefined();
  expect(readExportArguments([...least, '-h'])).toBeUndefined();
  expect(exportUsage).toContain('up to 12 times');
  expect(Math.max(...exportUsage.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test.each([
  [[], 'Which mini grid? Give --grid ID.'],
  [['--grid', 'a b'], '--grid a b is no id of a grid.'],
  [['--grid', 'lane'], '--dataset is one of trades, nettos, postings.'],
  [[...least, '--dataset', 'orders'], '--dataset is one of trades, nettos, postings, not orders.'],
  [[...least, '--format', 'xlsx'], '--format is one of csv, ndjson, not xlsx.'],
  [
    [...least, '--from', 'today'],
    '--from is an instant in UTC as 2026-11-01T00:00:00Z, not today.',
  ],
  [[...least, '--to', '2026-02-30T00:00Z'], '--to is an instant in UTC'],
  [[...least, '--rows', '0'], '--rows is from 1 to 10000, not 0.'],
  [[...least, '--rows', '1.5'], '--rows is from 1 to 10000, not 1.5.'],
  [[...least, '--url', 'localhost:7071'], '--url is an http address, not localhost:7071.'],
  [[...least, 'file.csv'], "Unexpected argument 'file.csv'"],
  [[...least, '--what'], "Unknown option '--what'"],
])('%j is refused', (args, reason) => {
  expect(() => readExportArguments(args)).toThrow(ExportUsageError);
  expect(() => readExportArguments(args)).toThrow(reason);
});
