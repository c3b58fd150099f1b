import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { at1030, instant, riverside } from './samples.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a process to its end, and answers what it said was made. */
async function madeBy(name: string, ...more: readonly string[]): Promise<readonly string[]> {
  const script = join(import.meta.dirname, 'orderProcess.ts');
  const about = ['--directory', directory, '--name', name, '--countMax', '200', ...more];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...about],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  return said.split('\n').filter((line) => line !== '');
}

test('of processes that agree, order and seal at once, the sealed book has what was made', async () => {
  const made = (
    await Promise.all([madeBy('anna'), madeBy('ben'), madeBy('cleo', '--seal', '50')])
  ).flat();
  const clock = { now: () => instant('2026-11-22T12:00:00Z') };
  const { orders, close } = openEmbedded(directory, { clock, durability: 'process' });
  const { ahead, orders: booked } = await orders.book(riverside, at1030);
  close();
  const changed = booked.filter(({ version }) => version === 2);
  const found = [...ahead.map(({ id }) => id), ...changed.map(({ id }) => `${id}.2`)];
  expect(found.toSorted()).toEqual(made.toSorted());
  expect(ahead.map(({ sequence }) => sequence)).toEqual(ahead.map((_, n) => n + 1));
  expect(ahead.length).toBeGreaterThanOrEqual(49);
  expect(ahead.length).toBeLessThan(600);
}, 60_000);
