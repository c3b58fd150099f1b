import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startDemonstration } from '../../local/demonstration/demonstration.ts';
import { type HamletStandIn, startHamletStandIn } from './hamletStandIn.ts';

let api: HamletStandIn;
beforeEach(async () => {
  api = await startHamletStandIn();
});
afterEach(() => api.close());

const startMs = Date.UTC(2026, 10, 23, 13, 0);
const quarterHourMs = 900_000;

/** Starts the demonstration at a time that the test moves on. */
async function start(fromMs: number, isColoured = false) {
  let nowMs = fromMs;
  let written = '';
  const { stop } = await startDemonstration({
    url: api.url,
    clock: { nowMs: () => nowMs, speed: 900 },
    // Nothing is billed here, so nothing is looked for there.
    dataDirectory: 'nowhere',
    isColoured,
    write: (text) => {
      written += text;
    },
  });
  return {
    stop,
    written: () => written,
    advance: (milliseconds: number) => {
      nowMs += milliseconds;
    },
    /** Waits until this many timeframes have been shown. */
    async shown(count: number) {
      const deadlineMs = Date.now() + 4_000;
      while (written.split('211.111').length - 1 < count && Date.now() < deadlineMs) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

describe('the demonstration', () => {
  test('sets up a grid that nothing closes in before its homes and readings are there', async () => {
    const { stop } = await start(startMs);
    await stop();
    expect(api.requests[0]).toBe('POST /grids paused=true');
    expect(api.requests.slice(1, 17)).toEqual(Array(16).fill('POST /prosumers'));
    // Nothing has ended yet: it runs, and is paused again at the end.
    expect(api.requests.slice(17)).toEqual([
      'PATCH /grids/hamlet paused=false',
      'PATCH /grids/hamlet paused=true',
    ]);
    expect(api.grid()).toMatchObject({
      timeZone: 'Europe/Berlin',
      timeframeMinutes: 15,
      activeFrom: '2026-11-23T13:00:00Z',
      paused: true,
    });
    expect(api.prosumers.get('home15')).toMatchObject({ name: 'Home 15', type: 'farm' });
  });

  test('posts each timeframe when it has ended, once, in order, and shows it settled', async () => {
    const { stop, written, advance, shown } = await start(startMs);
    for (let quarter = 1; quarter <= 3; quarter += 1) {
      advance(quarterHourMs);
      await shown(quarter);
    }
    await stop();
    expect(api.requests.filter((request) => request.startsWith('POST readings'))).toEqual([
      'POST readings 2026-11-23T13:00:00Z × 16',
      'POST readings 2026-11-23T13:15:00Z × 16',
      'POST readings 2026-11-23T13:30:00Z × 16',
    ]);
    const lines = written().split('\n');
    expect(
      lines.filter((line) => line.includes('211.111')).map((line) => line.slice(0, 87)),
    ).toEqual(
      ['14:00', '14:15', '14:30'].map(
        (clock) =>
          `Mon 23 Nov ${clock}    4.321    5.432    4.000    1.432    0.321      23   211.111       0`,
      ),
    );
    expect(written()).toContain(`${api.url}/api/docs`);
    expect(written()).toContain('a quarter-hour every second');
    expect(written()).toContain('200 of which it waits');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(written()).not.toContain('\u001b');
  });

  test('goes on where it was, and posts again what a killed one may not have posted', async () => {
    const first = await start(startMs);
    first.advance(2 * quarterHourMs);
    await first.shown(2);
    await first.stop();
    const before = api.requests.length;
    const second = await start(startMs + 3 * quarterHourMs + 1);
    await second.stop();
    expect(api.requests.slice(before)).toEqual([
      'POST readings 2026-11-23T13:00:00Z 2026-11-23T13:15:00Z × 32',
      'POST readings 2026-11-23T13:30:00Z × 16',
      'PATCH /grids/hamlet paused=false',
      'PATCH /grids/hamlet paused=true',
    ]);
  });

  test('catches up with a long sleep in few requests, without a line for each', async () => {
    const { stop, written, advance, shown } = await start(startMs);
    advance(1000 * quarterHourMs);
    await shown(8);
    await stop();
    expect(api.timeframes.size).toBe(1000);
    const posts = api.requests.filter((request) => request.startsWith('POST readings'));
    expect(posts.map((request) => request.split(' × ')[1])).toEqual(['9600', '6400']);
    expect(written()).toContain('… 992 timeframes in between');
    expect(written().split('211.111').length - 1).toBe(8);
  });

  test('uses colour where it is welcome', async () => {
    const { stop, written } = await start(startMs, true);
    await stop();
    expect(written()).toContain('\u001b[1mMini Smart Grid\u001b[0m');
  });
});
