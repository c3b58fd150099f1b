import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { attemptsMax } from '../../local/apiClient.ts';
import { ExportUsageError, readExportArguments } from '../../local/export/exportArguments.ts';
import { runExport } from '../../local/export/runExport.ts';
import { type ExportStandIn, type Fault, pageOf, startExportStandIn } from './exportStandIn.ts';

let folder: string;
let api: ExportStandIn | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterEach(async () => {
  await api?.close();
  api = undefined;
  await rm(folder, { recursive: true });
});

const file = () => join(folder, 'trades.csv');
const read = (name: string) => readFile(join(folder, name), 'utf8');

async function start(rows: number, faultOf?: (request: number) => Fault | undefined) {
  api = await startExportStandIn(rows, faultOf);
  return api;
}

/** Runs the command line in this process; answers what it came to and what it said. */
async function run(url: string, ...more: readonly string[]) {
  const output = new PassThrough();
  const said: string[] = [];
  const waits: number[] = [];
  const { rows } = await runExport(given(url, ...more), {
    output,
    say: (line) => said.push(line),
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });
  output.end();
  return { rows, stdout: await text(output), said: said.join('\n'), waits };
}

function given(url: string, ...more: readonly string[]) {
  const options = ['--grid', 'lane', '--dataset', 'trades', '--rows', '10', '--url', url];
  const read = readExportArguments([...options, ...more]);
  if (read === undefined) throw new Error('help was not asked for');
  return read;
}

describe('an export', () => {
  test.each(['csv', 'ndjson'])('as %s is all pages one after the other', async (format) => {
    const { url, requests } = await start(25);
    const { rows, stdout } = await run(url, '--out', file(), '--format', format);
    expect(rows).toBe(25);
    expect(stdout).toBe('');
    expect(await read('trades.csv')).toBe(pageOf(format, 0, 25));
    expect(await readdir(folder)).toEqual(['trades.csv']);
    expect(requests).toHaveLength(3);
    const again = await run(url, '--format', format);
    expect(again).toMatchObject({ rows: 25, stdout: pageOf(format, 0, 25) });
  });

  test('asks for the range, at the address that it was given', async () => {
    const { url, requests } = await start(11);
    const range = ['--from', '2026-11-01T00:00Z', '--to', '2026-12-01T00:00:00Z'];
    await run(`${url}/base/`, ...range);
    const asked = 'from=2026-11-01T00%3A00%3A00Z&to=2026-12-01T00%3A00%3A00Z';
    const path = '/base/grids/lane/exports/trades?format=csv&limit=10';
    expect(requests).toEqual([`${path}&${asked}`, `${path}&${asked}&cursor=10`]);
  });

  test('without rows is a header, and of that size', async () => {
    const { url } = await start(0);
    expect(await run(url, '--out', file())).toMatchObject({ rows: 0 });
    expect(await read('trades.csv')).toBe('n\r\n');
  });

  test('takes the place of an earlier one only when it is whole', async () => {
    await writeFile(file(), 'earlier');
    const { url } = await start(25, (request) => (request > 1 ? { status: 404 } : undefined));
    await expect(run(url, '--out', file())).rejects.toThrow('404 unavailable (later)');
    expect(await read('trades.csv')).toBe('earlier');
    expect(await read('trades.csv.partial')).toBe(pageOf('csv', 0, 10));
  });

  test('asks again for a page that was refused, cut off or too early', async () => {
    const faults: (Fault | undefined)[] = [undefined, 'refuse', { status: 503 }, 'cut', undefined];
    const { url } = await start(25, (request) => faults[request - 1]);
    const { rows, waits, said } = await run(url, '--out', file());
    expect([rows, waits]).toEqual([25, [250, 500, 1000]]);
    expect(said).toContain('503 unavailable (later); trying again in 0.5 s');
    expect(await read('trades.csv')).toBe(pageOf('csv', 0, 25));
  });

  test('gives a page up after so many tries', async () => {
    const { url, requests } = await start(25, (request) => (request > 1 ? 'refuse' : undefined));
    await expect(run(url, '--out', file())).rejects.toThrow('no answer');
    expect(requests).toHaveLength(1 + attemptsMax);
  });

  test('takes nothing that is none', async () => {
    const { url } = await start(25, (request) => (request === 2 ? 'page' : undefined));
    await expect(run(url, '--out', file())).rejects.toThrow('200 text/html (not csv');
    expect(await read('trades.csv.partial')).toBe(pageOf('csv', 0, 10));
  });

  test('takes the place of no folder', async () => {
    const { url, requests } = await start(25);
    await expect(run(url, '--out', folder)).rejects.toThrow(ExportUsageError);
    expect(requests).toEqual([]);
  });

  test('does not go round in a circle', async () => {
    const link = () => '<http://elsewhere/?cursor=10>; rel="next"';
    api = await startExportStandIn(99, undefined, link);
    await expect(run(api.url)).rejects.toThrow('the export does not go on after 20 rows');
    await api.close();
    api = await startExportStandIn(99, undefined, () => '<http://elsewhere/>; rel="next"');
    await expect(run(api.url)).rejects.toThrow('a next page without a cursor');
  });

  test('throws what its output throws', async () => {
    const { url } = await start(25);
    const output = new Writable({
      write: (_chunk, _encoding, done) => done(new Error('the reader has gone')),
    });
    const surroundings = { output, say: () => undefined };
    await expect(runExport(given(url), surroundings)).rejects.toThrow('the reader has gone');
  });
});

describe('an export that was cut short', () => {
  const cutShort = async () => {
    let isDown = false;
    const started = await start(45, (request) => {
      if (request === 3) isDown = true;
      return isDown ? { status: 404 } : undefined;
    });
    await expect(run(started.url, '--out', file())).rejects.toThrow('404');
    isDown = false;
    return started;
  };

  test('goes on after the last page that was written, also amid the next one', async () => {
    const { url, requests } = await cutShort();
    await writeFile(`${file()}.partial`, `${pageOf('csv', 0, 20)}${pageOf('csv', 20, 99)}9`);
    const { rows, said } = await run(url, '--out', file(), '--rows', '25');
    expect(said).toBe('Going on after 20 rows that an earlier run has written.');
    expect(requests.slice(3)).toEqual([expect.stringMatching(/limit=25&cursor=20$/)]);
    expect([rows, await read('trades.csv')]).toEqual([45, pageOf('csv', 0, 45)]);
    expect(await readdir(folder)).toEqual(['trades.csv']);
  });

  test.each([
    ['with other options', async () => ['--to', '2026-12-01T00:00Z']],
    ['where --restart says so', async () => ['--restart']],
    ['where its file is gone', async () => [], `.partial`],
    ['where how far it got is gone', async () => [], `.partial.json`],
  ])('begins again %s', async (_name, moreOf, gone = '.none') => {
    const { url, requests } = await cutShort();
    await rm(`${file()}${gone}`, { force: true });
    const { rows, said } = await run(url, '--out', file(), ...(await moreOf()));
    expect([rows, said, requests.length]).toEqual([45, '', 3 + 5]);
    expect(await read('trades.csv')).toBe(pageOf('csv', 0, 45));
  });

  test('begins again where its file is shorter than what was written', async () => {
    const { url } = await cutShort();
    await writeFile(`${file()}.partial`, 'n\r\n');
    expect((await run(url, '--out', file())).said).toBe('');
    expect(await read('trades.csv')).toBe(pageOf('csv', 0, 45));
  });
});
