import { afterAll, describe, expect, test } from '@jest/globals';
import { cleanUp } from '../endToEnd/app.ts';
import { runSoak } from './soak.ts';
import { parseSoakOptions } from './soakOptions.ts';
import { type SoakRow, soakVerdict } from './soakVerdict.ts';

afterAll(cleanUp);

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a short run is answered throughout, and leaves nothing open (needs /proc)',
  async () => {
    const lines: string[] = [];
    const options = { minutes: 0.5, rate: 60, growthPercentMax: 300, seed: 1 };
    const findings = await runSoak(options, (line) => lines.push(line));
    // How fast that went is a matter of the machine, which others may be busy on.
    const untimed = findings.filter(({ text }) => !/readings\/s|behind/.test(text));
    expect(untimed.filter(({ isOk }) => !isOk)).toEqual([]);
    expect(untimed.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /^\d+ \| /.test(line)).length).toBe(10);
  },
  120_000,
);

describe('the verdict', () => {
  const judged = { rate: 100, growthPercentMax: 10, failures: new Map<string, number>() };
  const flat: SoakRow = {
    ...{ rssMib: 500, anonymousMib: 400, openFiles: 50, logMib: 10, dataMib: 100 },
    ...{ messages: 3, deadMessages: 0, behind: 1, readingsPerSecond: 100, seconds: 0 },
  };
  const rowsOf = (change: (at: number) => Partial<SoakRow>) =>
    Array.from({ length: 20 }, (_, at) => ({ ...flat, seconds: at * 10, ...change(at) }));
  const wrongIn = (rows: readonly SoakRow[]) =>
    soakVerdict(rows, judged)
      .filter(({ isOk }) => !isOk)
      .map(({ text }) => text);

  test('passes what is level, whatever it did before its caches were full', () => {
    expect(wrongIn(rowsOf((at) => ({ rssMib: at < 4 ? at * 100 : 500 + (at % 2) * 20 })))).toEqual(
      [],
    );
  });

  test.each([
    ['memory (RSS)', (at: number) => ({ rssMib: 500 + at * 5 })],
    ['memory (anonymous)', (at: number) => ({ anonymousMib: 400 + at * 5 })],
    ['open files', (at: number) => ({ openFiles: 50 + at })],
    ['write-ahead logs', (at: number) => ({ logMib: at * 20 })],
    ['messages in queues', (at: number) => ({ messages: at * 200 })],
    ['messages given up', (at: number) => ({ deadMessages: at > 10 ? 1 : 0 })],
    ['behind', (at: number) => ({ behind: at * 2 })],
    ['readings/s', () => ({ readingsPerSecond: 90 })],
  ])('finds what is wrong with %s', (what, change) => {
    expect(wrongIn(rowsOf(change))).toEqual([expect.stringContaining(what)]);
  });

  test('finds failures, and what is too short to judge', () => {
    const failures = new Map([['GET /grids: 500', 2]]);
    const findings = soakVerdict(
      rowsOf(() => ({})),
      { ...judged, failures },
    );
    expect(findings.filter(({ isOk }) => !isOk)).toEqual([
      { isOk: false, text: '2 requests failed' },
    ]);
    expect(soakVerdict([flat], judged)).toEqual([
      { isOk: false, text: expect.stringContaining('too short') },
    ]);
  });
});

test('the command line has defaults, and refuses what it does not know', () => {
  expect(parseSoakOptions([])).toEqual({
    kind: 'run',
    options: { minutes: 60, rate: 500, growthPercentMax: 10, seed: 1 },
  });
  expect(parseSoakOptions(['--minutes', '0.5', '--app', 'dist/main.js'])).toMatchObject({
    options: { minutes: 0.5, appFile: 'dist/main.js' },
  });
  for (const args of [
    ['--minutes', '0'],
    ['--rate', 'x'],
    ['--hours', '1'],
  ]) {
    expect(parseSoakOptions(args)).toEqual({ kind: 'refused', reason: expect.any(String) });
  }
});
