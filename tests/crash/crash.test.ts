import { afterAll, expect, test } from '@jest/globals';
import { cleanUp } from '../endToEnd/app.ts';
import { drawSeed } from '../endToEnd/random.ts';
import { runCrash } from './crash.ts';
import { parseCrashOptions } from './crashOptions.ts';

afterAll(cleanUp);

test('what was acknowledged is there once after a few kills under load, and all adds up', async () => {
  const found = await runCrash({ kills: 4, seed: drawSeed() }, () => undefined);
  const text = found.join('\n');
  expect(text).toContain('crash: all in order');
  expect(text).toContain('4 kills');
  const [, readings] = /(\d+) readings are there, each once/.exec(text) ?? [];
  expect(Number(readings)).toBeGreaterThan(12);
}, 120_000);

test('the command line has defaults, and refuses what it does not know', () => {
  expect(parseCrashOptions(['--kills', '3', '--seed', '7'])).toEqual({
    kind: 'run',
    options: { kills: 3, seed: 7 },
  });
  expect(parseCrashOptions([])).toMatchObject({ options: { kills: 100 } });
  expect(parseCrashOptions(['--help'])).toEqual({ kind: 'help' });
  for (const args of [
    ['--kills', '0'],
    ['--seed', 'x'],
    ['--kill', '3'],
  ]) {
    expect(parseCrashOptions(args)).toEqual({ kind: 'refused', reason: expect.any(String) });
  }
});
