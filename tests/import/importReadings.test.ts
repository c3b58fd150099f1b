import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readImportArguments } from '../../local/import/importArguments.ts';
import { describeTally } from '../../local/import/importTally.ts';
import { ImportUsageError } from '../../local/import/readingColumns.ts';
import { runImport } from '../../local/import/runImport.ts';
import { type Fault, type StandIn, startStandIn } from './standIn.ts';

let folder: string;
let api: StandIn | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});
afterEach(async () => {
  await api?.close();
  api = undefined;
  await rm(folder, { recursive: true });
});

const header = 'interval_start_utc,prosumer_id,produced_wh,consumed_wh\n';

/** Rows of one home, a quarter-hour each. */
function rowsOf(count: number): string {
  const firstMs = Date.UTC(2026, 0, 1);
  return Array.from({ length: count }, (_, row) => {
    const start = new Date(firstMs + row * 900_000).toISOString().slice(0, 19);
    return `${start}Z,home1,${row % 7},${row % 11}\n`;
  }).join('');
}

async function startApi(faultOf?: (request: number) => Fault | undefined): Promise<StandIn> {
  api = await startStandIn(faultOf);
  return api;
}

/** Runs the command line on a file of this content; answers what it came to and what it said. */
async function run(content: string | Uint8Array, url: string, ...more: readonly string[]) {
  const file = join(folder, 'readings.csv');
  const before = await readFile(file).catch(() => undefined);
  if (before === undefined || !before.equals(Buffer.from(content))) await writeFile(file, content);
  const given = readImportArguments(['--grid', 'g', '--url', url, file, ...more]);
  if (given === undefined) throw new Error('help was not asked for');
  const said: string[] = [];
  const waits: number[] = [];
  const end = await runImport(given, {
    output: { write: (text) => said.push(text) },
    nowMs: () => 0,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });
  return { tally: end.tally, said: said.join(''), waits };
}

describe('an import', () => {
  test('posts every row once, in batches, zipped or not', async () => {
    const { url, stored, batches } = await startApi();
    const { tally } = await run(gzipSync(header + rowsOf(25)), url, '--batch', '10');
    expect(batches).toEqual([10, 10, 5]);
    expect(stored.size).toBe(25);
    expect(stored.get('home1 2026-01-01T02:00:00Z')).toBe('1 8 measured');
    expect(tally).toMatchObject({ accepted: 25, duplicate: 0, late: 0, rejected: 0, skipped: 0 });
    const again = await run(header + rowsOf(25), url);
    expect(again.tally).toMatchObject({ accepted: 0, duplicate: 25 });
    expect(await readdir(folder)).toEqual(['readings.csv']);
  });

  test('waits and tries again at 429, 503 and a lost connection', async () => {
    const faults: (Fault | undefined)[] = [
      { status: 503, retryAfter: '7' },
      { status: 429 },
      'refuse',
      undefined,
      'store then drop',
    ];
    const { url, stored } = await startApi((request) => faults[request - 1]);
    const { tally, waits, said } = await run(header + rowsOf(20), url, '--batch', '10');
    expect(waits).toEqual([7000, 500, 1000, 250]);
    expect(said).toContain('503 unavailable (later); trying again in 7.0 s');
    expect(stored.size).toBe(20);
    // The second batch was kept although its answer was lost: posting it again changes nothing.
    expect(tally).toMatchObject({ accepted: 10, duplicate: 10, rejected: 0 });
  });

  test('gives up on an error that no waiting mends', async () => {
    const { url } = await startApi(() => ({ status: 404 }));
    await expect(run(header + rowsOf(1), url)).rejects.toThrow('404 unavailable (later)');
  });
});

describe('an import that was cut short', () => {
  test('goes on after the last acknowledged batch; nothing is lost or doubled', async () => {
    const bad = 'nonsense\n2026-01-02T00:00Z,stranger1,1,1\n';
    const content = header + rowsOf(15) + bad + rowsOf(47).split('\n').slice(15).join('\n');
    const rejects = join(folder, 'rejects.csv');
    const more = ['--batch', '10', '--rejects', rejects];
    let isDown = false;
    const { url, stored, batches, duplicates } = await startApi((request) => {
      if (request === 4) isDown = true;
      return isDown ? 'refuse' : undefined;
    });
    await expect(run(content, url, ...more)).rejects.toThrow('no answer');
    const done = batches.length;
    expect(done).toBe(3);
    // A crash between the file of rejects and the checkpoint leaves lines that come again.
    await writeFile(rejects, `${await readFile(rejects, 'utf8')}99,half,of a li`);

    isDown = false;
    const { tally, said } = await run(content, url, ...more);
    expect(said).toContain('Going on after 30 lines');
    expect(batches.slice(done).reduce((sum, size) => sum + size, 0)).toBe(49 - 30);
    expect(stored.size).toBe(47);
    expect(duplicates()).toBe(0);
    expect(tally).toMatchObject({ accepted: 47, duplicate: 0, rejected: 2 });
    expect(await readFile(rejects, 'utf8')).toBe(
      `line,code,${header}17,field_count_differs,nonsense\n` +
        '18,prosumer_not_found,2026-01-02T00:00Z,stranger1,1,1\n',
    );
    expect((await readdir(folder)).toSorted()).toEqual(['readings.csv', 'rejects.csv']);
  });

  test('keeps rows that wait for their second pass across the cut', async () => {
    const local = 'interval_start_local,prosumer_id,produced_wh,consumed_wh\n';
    const rows = ['01:30', '02:00', '02:30', '02:00', '02:30', '03:00'].map(
      (clock, row) => `2026-10-25T${clock},a,0,${row}\n`,
    );
    const more = ['--batch', '2', '--time-zone', 'Europe/Berlin', '--ambiguous', 'sequence'];
    let isDown = false;
    const { url, stored, batches } = await startApi((request) => {
      if (request === 2) isDown = true;
      return isDown ? 'refuse' : undefined;
    });
    await expect(run(local + rows.join(''), url, ...more)).rejects.toThrow('no answer');
    expect(batches).toEqual([1]);
    isDown = false;
    const { tally } = await run(local + rows.join(''), url, ...more);
    expect(tally).toMatchObject({ accepted: 6, duplicate: 0, rejected: 0 });
    expect([...stored].map(([key, value]) => `${key} ${value}`).toSorted()).toEqual([
      'a 2026-10-24T23:30:00Z 0 0 measured',
      'a 2026-10-25T00:00:00Z 0 1 measured',
      'a 2026-10-25T00:30:00Z 0 2 measured',
      'a 2026-10-25T01:00:00Z 0 3 measured',
      'a 2026-10-25T01:30:00Z 0 4 measured',
      'a 2026-10-25T02:00:00Z 0 5 measured',
    ]);
  });

  test('begins again with --restart, or when the file is another', async () => {
    let answers = 1;
    const { url, stored, duplicates } = await startApi(() => {
      answers -= 1;
      return answers < 0 ? 'refuse' : undefined;
    });
    const more = ['--batch', '10'];
    await expect(run(header + rowsOf(20), url, ...more)).rejects.toThrow('no answer');
    answers = 2;
    const restarted = await run(header + rowsOf(20), url, ...more, '--restart');
    expect(restarted.tally).toMatchObject({ accepted: 10, duplicate: 10 });

    answers = 1;
    await expect(run(header + rowsOf(20), url, ...more)).rejects.toThrow('no answer');
    answers = 3;
    const other = await run(header + rowsOf(30), url, ...more);
    expect(other.said).toContain('beginning again');
    expect(other.tally).toMatchObject({ accepted: 10, duplicate: 20 });
    expect(stored.size).toBe(30);
    expect(duplicates()).toBe(40);
  });
});

describe('rejected lines', () => {
  test('are grouped by code with their numbers, and written out as they stood', async () => {
    const rejects = join(folder, 'rejects.csv');
    const { url } = await startApi();
    const content =
      `\uFEFF${header}` +
      '2026-02-30T00:00Z,a,1,1\n' +
      '2026-01-01T00:00Z,a,1.5,1\n' +
      '2026-01-01T00:00Z,a,-1,1\n' +
      '2026-01-01T00:00Z,a,,1\n' +
      '2026-01-01T00:00Z,Ä,1,1\n' +
      '2026-01-01T00:00Z,mini-grid,1,1\n' +
      '"2026-01-01T00:00Z,a,1,1\n' +
      '2026-01-01T00:00Z,"a",1,"1"\n' +
      '2026-01-01 00:15,a,1000000000,1.0\n' +
      '2026-01-01T01:30:00+01:00,a,1,1\n' +
      '2026-01-01T00:00Z,stranger,1,1\n' +
      '2026-01-01T00:45:30Z,a,1,1\n' +
      '2026-01-01T00:45Z,a,1000000001,1\n';
    const { tally } = await run(content, url, '--rejects', rejects);
    expect(tally).toMatchObject({ accepted: 3, rejected: 10 });
    expect(tally.rejectedByCode).toEqual({
      time_malformed: { count: 2, lines: [2, 13] },
      energy_malformed: { count: 4, lines: [3, 4, 5, 14] },
      prosumer_id_malformed: { count: 2, lines: [6, 7] },
      csv_malformed: { count: 1, lines: [8] },
      prosumer_not_found: { count: 1, lines: [12] },
    });
    expect(describeTally(tally)).toContain('    energy_malformed: 4 (lines 3, 4, 5, 14)');
    const written = (await readFile(rejects, 'utf8')).split('\n');
    expect(written[0]).toBe(`line,code,${header.trim()}`);
    expect(written[1]).toBe('2,time_malformed,2026-02-30T00:00Z,a,1,1');
    expect(written[7]).toBe('8,csv_malformed,"""2026-01-01T00:00Z,a,1,1"');
    expect(written.length).toBe(12);
  });

  test('of a kind are all counted but only the first few named', async () => {
    const { url, batches } = await startApi();
    const { tally } = await run(header + 'x\n'.repeat(1234), url, '--batch', '100');
    expect(tally.rejectedByCode).toEqual({
      field_count_differs: { count: 1234, lines: [2, 3, 4, 5, 6] },
    });
    expect(describeTally(tally)).toContain(
      '    field_count_differs: 1 234 (lines 2, 3, 4, 5, 6, …)',
    );
    expect(batches).toEqual([]);
  });
});

describe('columns', () => {
  test('are found by name, in any order and beside others', async () => {
    const { url, stored } = await startApi();
    const content = 'note,used,start,made,who\nx,4,2026-07-01T02:00,3,a\n';
    const names = ['--time-column', 'start', '--prosumer-column', 'who'];
    const energies = ['--produced-column', 'made', '--consumed-column', 'used'];
    await run(content, url, ...names, ...energies, '--time-zone', 'Europe/Berlin');
    expect([...stored]).toEqual([['a 2026-07-01T00:00:00Z', '3 4 measured']]);
  });

  test('a time with its own offset needs no zone', async () => {
    const { url, stored } = await startApi();
    const content = `${header.replace('_utc', '')}2026-07-01T02:00:00+0200,a,1,1\n`;
    await run(content, url);
    expect([...stored.keys()]).toEqual(['a 2026-07-01T00:00:00Z']);
  });

  test.each([
    ['no such column', 'a,b\n1,2\n', [], 'There is no column "interval_start…"'],
    ['named but not there', header, ['--consumed-column', 'used'], '--consumed-column'],
    ['empty file', '', [], 'no header'],
    ['zone unknown', `${header.replace('_utc', '')}2026-07-01T02:00,a,1,1\n`, [], '--time-zone'],
    ['zone contradicts', header, ['--time-zone', 'Europe/Berlin'], 'is in UTC by its name'],
  ])('wrong usage: %s', async (_name, content, more, message) => {
    const { url, batches } = await startApi();
    const failure = run(content, url, ...more);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(ImportUsageError);
    expect(batches).toEqual([]);
  });
});

describe('the command line', () => {
  test.each([
    [['--grid', 'g']],
    [['f.csv']],
    [['--grid', '../g', 'f.csv']],
    [['--grid', 'g', 'f.csv', 'g.csv']],
    [['--grid', 'g', 'f.csv', '--batch', '1']],
    [['--grid', 'g', 'f.csv', '--batch', '10001']],
    [['--grid', 'g', 'f.csv', '--batch', 'many']],
    [['--grid', 'g', 'f.csv', '--ambiguous', 'both']],
    [['--grid', 'g', 'f.csv', '--time-zone', 'Europe/Atlantis']],
    [['--grid', 'g', 'f.csv', '--url', 'ftp://x']],
    [['--grid', 'g', 'f.csv', '--nonsense']],
  ])('refuses %j', (args) => {
    expect(() => readImportArguments(args)).toThrow(ImportUsageError);
  });

  test('shows its help', () => {
    expect(readImportArguments(['--help'])).toBeUndefined();
  });
});
