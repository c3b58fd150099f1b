import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { endLeftProcesses, startHostProcess } from './hostProcess.ts';

afterEach(endLeftProcesses);

const main = join(import.meta.dirname, '..', '..', 'local', 'main.ts');

async function untilPrinted(text: () => string, part: string): Promise<void> {
  for (let round = 0; round < 200 && !text().includes(part); round += 1) await sleep(10);
  expect(text()).toContain(part);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets work that is under way end, and takes no more',
  async (signal) => {
    const host = startHostProcess();
    const url = await host.ready;
    const lines = ['No tokens are asked for: .*', `Mini Smart Grid is listening on ${url}`, ''];
    expect(host.stdout()).toMatch(new RegExp(`^${lines.join('\n')}$`));
    const slow = fetch(`${url}/api/slow`);
    await untilPrinted(host.stdout, 'slow began');
    host.child.kill(signal);
    await sleep(50);
    await expect(fetch(`${url}/api/items/1`)).rejects.toThrow();
    expect(await (await slow).text()).toBe('slow done');
    expect(await host.ended).toBe(0);
    expect(host.stdout()).toMatch(/terminated after \d+ hooks/);
    expect(host.stderr()).toContain('warning [slow] slow ends\\nin two lines');
    // The directory is free again.
    const next = startHostProcess({ dataDirectory: host.dataDirectory });
    await next.ready;
    next.child.kill('SIGKILL');
    await next.ended;
  },
);

test('a second signal ends it at once', async () => {
  const host = startHostProcess();
  const slow = fetch(`${await host.ready}/api/slow`).catch(() => 'cut');
  await untilPrinted(host.stdout, 'slow began');
  host.child.kill('SIGTERM');
  await sleep(20);
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(143);
  expect(await slow).toBe('cut');
});

test('a second process is kept out of the data directory, and a killed one is not in the way', async () => {
  const first = startHostProcess();
  await first.ready;
  const second = startHostProcess({ dataDirectory: first.dataDirectory });
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toContain(first.dataDirectory);
  first.child.kill('SIGKILL');
  await first.ended;
  const third = startHostProcess({ dataDirectory: first.dataDirectory });
  await third.ready;
  third.child.kill('SIGTERM');
  expect(await third.ended).toBe(0);
});

test('a rejection that nobody handles is told, and ends it with 1', async () => {
  const host = startHostProcess();
  await fetch(`${await host.ready}/api/crash`).catch(() => 'cut');
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toContain('nobody handles this');
});

test('a setting that a binding names must be there', async () => {
  const host = startHostProcess({ env: { TICK_SCHEDULE: '%MISSING_SETTING%' } });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toContain('is not an NCRONTAB schedule');
});

test('the command line explains itself, and refuses what it does not know', async () => {
  const help = startHostProcess({ script: main, args: ['--help'] });
  expect([await help.ended, help.stdout()]).toEqual([0, expect.stringContaining('--port')]);
  const unknown = startHostProcess({ script: main, args: ['--prot', '1'] });
  expect(await unknown.ended).toBe(2);
  expect(unknown.stderr()).toContain("'--prot'");
});

test('an app that is not there is named', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'local-host-'));
  const args = ['--live', '--app', 'dist/nowhere.js', '--port', '0', '--data', dataDirectory];
  const { ended, stderr } = startHostProcess({ script: main, args });
  expect(await ended).toBe(1);
  expect(stderr()).toContain('nowhere.js');
});

test('a bundle, whose require is made for it, gets the same core module', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'local-host-bundle-'));
  const appFile = join(directory, 'app.mjs');
  await build({
    stdin: {
      contents: `import { app } from '@azure/functions';
        app.http('hello', { handler: () => ({ body: 'from the bundle' }) });`,
      resolveDir: import.meta.dirname,
    },
    outfile: appFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@azure/functions-core'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  const args = ['--live', '--app', appFile, '--port', '0', '--data', join(directory, 'data')];
  const host = startHostProcess({ script: main, args });
  expect(await (await fetch(`${await host.ready}/api/hello`)).text()).toBe('from the bundle');
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
});

test('a timer that missed its instants while nobody hosted it runs once, past due', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'local-host-'));
  const longAgo = Date.UTC(2020, 0, 1);
  const status = { lastMs: longAgo, nextMs: Date.UTC(2021, 0, 1), lastUpdatedMs: longAgo };
  writeFileSync(join(dataDirectory, 'timers.json'), JSON.stringify({ tick: status }));
  const host = startHostProcess({ dataDirectory });
  const { seen } = JSON.parse(await (await fetch(`${await host.ready}/api/state`)).text());
  expect(seen).toMatchObject([{ timer: { isPastDue: true } }]);
  host.child.kill('SIGTERM');
  await host.ended;
});
