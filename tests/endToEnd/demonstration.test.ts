import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { cleanUp, type RunningApp, startApp } from './app.ts';
import { booksOf, sumOf } from './books.ts';
import { type Fields, fieldsIn } from './client.ts';

const limitMs = 120_000;
const pollMs = 100;
/** As many quarter-hours as a visitor waits for; a second each where the machine keeps up. */
const watched = 5;

afterAll(cleanUp);

test(
  'a visitor sees quarter-hours being settled, stops it, and finds it going on',
  async () => {
    const first = await startApp({ args: [] });
    const seen = await watch(first, watched);
    expect(await first.get('/grids/hamlet')).toMatchObject({ prosumerCount: 16, paused: false });
    expect(await first.stop()).toBe(0);
    expect(first.stderr()).toBe('');
    expect(first.stdout()).toContain(`${first.url}/api/docs`);

    const again = await startApp({ args: [], dataDirectory: first.dataDirectory });
    const { length } = await again.all('/grids/hamlet/timeframes?limit=1000');
    expect(length).toBeGreaterThanOrEqual(seen.length);
    const more = await watch(again, length + watched);
    expect(more.slice(0, seen.length).map(({ hash }) => hash)).toEqual(
      seen.map(({ hash }) => hash),
    );
    expect(await again.stop()).toBe(0);
    expect(again.stderr()).toBe('');
  },
  limitMs,
);

/** Waits until so many timeframes are settled, and answers them: in sequence, without a gap. */
async function watch(app: RunningApp, count: number): Promise<readonly Fields[]> {
  const endMs = performance.now() + limitMs / 3;
  while (performance.now() < endMs) {
    const all = await app.request('GET', '/grids/hamlet/timeframes?limit=1000');
    const timeframes = all.status === 200 ? fieldsIn(all.body, 'value') : [];
    const settled = timeframes.filter(({ status }) => status === 'settled');
    if (settled.length >= count && settled.length === timeframes.length) {
      const { accounts } = await booksOf(app, 'hamlet');
      expect(accounts.length).toBeGreaterThanOrEqual(16);
      expect(sumOf(accounts, 'balanceUsat')).toBe(0n);
      const start = Date.parse(String(settled[0]?.['timeframe']));
      for (const [at, { closingNumber, timeframe, readings }] of settled.entries()) {
        expect(closingNumber).toBe(at + 1);
        expect(Date.parse(String(timeframe))).toBe(start + at * 900_000);
        // How many have come is a matter of the machine's speed: those that are late come after.
        expect(readings).toMatchObject({ expected: 16 });
      }
      return settled;
    }
    await sleep(pollMs);
  }
  throw new Error(`fewer than ${count} timeframes were settled: ${app.stdout()}${app.stderr()}`);
}
