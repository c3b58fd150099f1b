import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { demonstrationClock } from '../../local/demonstration/demonstrationClock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const quarterHourMs = 900_000;
const realMs = Date.UTC(2026, 10, 23, 13, 7, 12, 345);

test('begins at the quarter-hour that is now, and runs one in a second', () => {
  let nowMs = realMs;
  const clock = demonstrationClock(join(folder, 'new'), () => nowMs);
  expect(new Date(clock.nowMs()).toISOString()).toBe('2026-11-23T13:00:00.000Z');
  expect(clock).toMatchObject({ realOriginMs: realMs, speed: 900 });
  nowMs += 1000;
  expect(clock.nowMs() - clock.originMs).toBe(quarterHourMs);
  clock.release();
});

test('never runs backwards, even if the process was killed, and hardly forwards', async () => {
  let nowMs = realMs;
  const first = demonstrationClock(folder, () => nowMs);
  nowMs += 60_000;
  await new Promise((resolve) => setTimeout(resolve, 300));
  // It may be killed just before it notes the time again.
  nowMs += 249;
  const seenMs = first.nowMs();
  first.release();

  nowMs += 3_600_000;
  const second = demonstrationClock(folder, () => nowMs);
  expect(second.originMs).toBeGreaterThan(seenMs);
  expect(second.originMs).toBeLessThanOrEqual(seenMs + quarterHourMs);
  second.release();
  expect(await readdir(folder)).toEqual(['clock.json']);
});

test('refuses a file that holds no time', async () => {
  await writeFile(join(folder, 'clock.json'), '{"virtualMs":"now"}');
  expect(() => demonstrationClock(folder)).toThrow('clock.json does not hold');
});
