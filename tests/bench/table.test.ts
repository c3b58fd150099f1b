import { expect, test } from '@jest/globals';
import { tableOf } from '../../bench/table.ts';

const hash = '0123456789abcdef'.repeat(4);

test('a table shows sizes, times per item, goals, parts and the start of the hash', () => {
  const rows = [
    { size: 10, unit: 'prosumers', ms: 0.05, runs: 5, hash },
    {
      size: 10_000,
      unit: 'prosumers',
      ms: 1500,
      runs: 3,
      goalMs: 1000,
      parts: { read: 300 },
      hash,
    },
  ];
  expect(tableOf('a title', rows)).toBe(
    [
      'a title',
      '  size         of   median           goal  per item  per second  runs            result',
      '    10  prosumers  50.0 µs                   5.0 µs     200 000     5  0123456789abcdef',
      '10 000  prosumers   1.50 s  MISSED 1.00 s  150.0 µs       6 667     3  0123456789abcdef',
      '    read 300 ms (20 %)',
      '',
    ].join('\n'),
  );
});

test('no line is wider than 100 columns', () => {
  const parts = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`part ${at}`, at + 0.5]));
  const notes = 'several words that go on '.repeat(12).trim();
  const row = {
    size: 1_000_000,
    unit: 'prosumers',
    ms: 99,
    runs: 5,
    goalMs: 10,
    parts,
    notes,
    hash,
  };
  const lines = tableOf('a title', [row]).split('\n');
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(lines.join(' ')).toContain('several words that go on several');
});
