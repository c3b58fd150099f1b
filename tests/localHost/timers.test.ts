import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createHostClock, type HostClock } from '../../local/host/hostClock.ts';
import { isSubMinute, parseTimerSchedule } from '../../local/host/timerSchedule.ts';
import { openTimerStatusFile, type TimerStatusStore } from '../../local/host/timerStatusFile.ts';
import { createTimerTrigger, type TimerTrigger } from '../../local/host/timerTrigger.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();

describe('a schedule', () => {
  test.each([
    ['0 */15 * * * *', '2026-11-22T10:15:00Z', '2026-11-22T10:30:00.000Z'],
    ['*/10 * * * * *', '2026-11-22T10:15:09.999Z', '2026-11-22T10:15:10.000Z'],
    ['0 0 0 1 jan *', '2026-11-22T10:15:00Z', '2027-01-01T00:00:00.000Z'],
    ['0 30 2 * * 1-5', '2026-11-20T03:00:00Z', '2026-11-23T02:30:00.000Z'],
    // Both the day of the month and the day of the week must fit.
    ['0 0 0 13 * fri', '2026-11-22T10:15:00Z', '2027-08-13T00:00:00.000Z'],
    ['5 4 * * *', '2026-11-22T10:15:00Z', '2026-11-23T04:05:00.000Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(iso(parseTimerSchedule(expression).next(at(after)))).toBe(expected);
  });

  test.each([
    '',
    '* * *',
    '0 0 0 L * *',
    '0 0 0 * * 7',
    '0 0 0 ? * *',
    '60 0 0 * * *',
    '0 0 0 31 2 *',
    '@daily',
  ])('"%s" is refused', (expression) => {
    expect(() => parseTimerSchedule(expression)).toThrow();
  });

  test('that comes within a minute is told from one that does not', () => {
    expect(isSubMinute(parseTimerSchedule('0,30 * * * * *'), 0)).toBe(true);
    expect(isSubMinute(parseTimerSchedule('0 * * * * *'), 0)).toBe(false);
  });
});

/** A clock that goes only where it is told to. */
function createStepClock(startMs: number): HostClock & { advanceTo(ms: number): Promise<void> } {
  let nowMs = startMs;
  let waiting: { readonly dueMs: number; readonly callback: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const entry = { dueMs: nowMs + delayMs, callback };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((each) => each !== entry);
      };
    },
    async advanceTo(ms) {
      await turn();
      for (;;) {
        const next = waiting.toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined || next.dueMs > ms) break;
        waiting = waiting.filter((each) => each !== next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.callback();
        await turn();
      }
      nowMs = ms;
    },
  };
}

test('a scaled clock starts at its origin and runs as fast as it is told', async () => {
  const originMs = at('2026-11-01T00:00:00Z');
  const clock = createHostClock({ originMs, realOriginMs: Date.now(), speed: 100_000 });
  const before = clock.nowMs();
  expect(before - originMs).toBeLessThan(3_600_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(500_000, resolve);
  const cancel = clock.after(60_000, () => expect('cancelled').toBe('not called'));
  cancel();
  await promise;
  // A real timer may be a millisecond early, which is 100 000 of this clock.
  expect(clock.nowMs() - before).toBeGreaterThan(0);
});

describe('a timer', () => {
  let file: string;
  let runs: { readonly atMs: number; readonly input: unknown }[];
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'timers-')), 'timers.json');
    runs = [];
  });

  function create(
    clock: HostClock,
    options: {
      readonly schedule?: string;
      readonly runOnStartup?: boolean;
      readonly useMonitor?: boolean;
      readonly during?: () => Promise<void>;
      readonly statuses?: TimerStatusStore;
    } = {},
  ): TimerTrigger {
    return createTimerTrigger({
      name: 'close',
      schedule: parseTimerSchedule(options.schedule ?? '0 */15 * * * *'),
      runOnStartup: options.runOnStartup ?? false,
      useMonitor: options.useMonitor ?? true,
      statuses: options.statuses ?? openTimerStatusFile(file),
      clock,
      async run({ json }) {
        runs.push({ atMs: clock.nowMs(), input: JSON.parse(json ?? '') });
        await options.during?.();
      },
    });
  }
  const times = () => runs.map(({ atMs }) => iso(atMs));

  test('runs at each instant of its schedule, and remembers', async () => {
    const clock = createStepClock(at('2026-11-22T10:01:00Z'));
    create(clock).start();
    await clock.advanceTo(at('2026-11-22T10:31:00Z'));
    expect(times()).toEqual(['2026-11-22T10:15:00.000Z', '2026-11-22T10:30:00.000Z']);
    expect(runs.map(({ input }) => input)).toEqual([
      {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: '0001-01-01T00:00:00',
          Next: '2026-11-22T10:15:00.000Z',
          LastUpdated: '2026-11-22T10:01:00.000Z',
        },
        IsPastDue: false,
      },
      {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: '2026-11-22T10:15:00.000Z',
          Next: '2026-11-22T10:30:00.000Z',
          LastUpdated: '2026-11-22T10:15:00.000Z',
        },
        IsPastDue: false,
      },
    ]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      close: {
        lastMs: at('2026-11-22T10:30:00Z'),
        nextMs: at('2026-11-22T10:45:00Z'),
        lastUpdatedMs: at('2026-11-22T10:30:00Z'),
      },
    });
  });

  test('makes up for one run, past due, however many were missed', async () => {
    const before = createStepClock(at('2026-11-22T10:01:00Z'));
    const first = create(before);
    first.start();
    await before.advanceTo(at('2026-11-22T10:16:00Z'));
    first.stop();
    await before.advanceTo(at('2026-11-22T13:00:00Z'));
    expect(runs).toHaveLength(1);

    const clock = createStepClock(at('2026-11-22T13:07:00Z'));
    create(clock).start();
    await clock.advanceTo(at('2026-11-22T13:16:00Z'));
    expect(times().slice(1)).toEqual(['2026-11-22T13:07:00.000Z', '2026-11-22T13:15:00.000Z']);
    expect(runs.map(({ input }) => Reflect.get(Object(input), 'IsPastDue'))).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('owes nothing after a change of its schedule', async () => {
    const before = createStepClock(at('2026-11-22T10:01:00Z'));
    const first = create(before);
    first.start();
    first.stop();
    const clock = createStepClock(at('2026-11-22T12:01:00Z'));
    create(clock, { schedule: '0 5 * * * *' }).start();
    await clock.advanceTo(at('2026-11-22T12:04:00Z'));
    expect(runs).toEqual([]);
    await clock.advanceTo(at('2026-11-22T12:06:00Z'));
    expect(times()).toEqual(['2026-11-22T12:05:00.000Z']);
  });

  test('goes on where its status cannot be kept', async () => {
    const clock = createStepClock(at('2026-11-22T10:01:00Z'));
    const statuses = {
      get: () => undefined,
      set: (_name: string, { lastMs }: { readonly lastMs?: number }) => {
        if (lastMs !== undefined) throw new Error('no space left on device');
      },
    };
    create(clock, { statuses }).start();
    await clock.advanceTo(at('2026-11-22T10:46:00Z'));
    expect(times()).toHaveLength(3);
  });

  test('forgets what it knew under a clock that ran ahead', async () => {
    const clock = createStepClock(at('2026-11-22T10:01:00Z'));
    const ahead = at('2030-01-01T00:00:00Z');
    const status = { lastMs: ahead, nextMs: ahead + 900_000, lastUpdatedMs: ahead };
    openTimerStatusFile(file).set('close', status);
    create(clock).start();
    await clock.advanceTo(at('2026-11-22T10:16:00Z'));
    expect(times()).toEqual(['2026-11-22T10:15:00.000Z']);
  });

  test('is not monitored when it comes within a minute, or need not be', async () => {
    for (const options of [{ schedule: '*/20 * * * * *' }, { useMonitor: false }]) {
      const clock = createStepClock(at('2026-11-22T10:00:01Z'));
      const timer = create(clock, options);
      timer.start();
      await clock.advanceTo(at('2026-11-22T10:15:00Z'));
      timer.stop();
      expect(runs.at(-1)?.input).toMatchObject({ ScheduleStatus: null });
      expect(() => readFileSync(file)).toThrow('ENOENT');
    }
  });

  test('runs at its start where it is to', async () => {
    const clock = createStepClock(at('2026-11-22T10:01:00Z'));
    create(clock, { runOnStartup: true }).start();
    await turn();
    expect(runs).toMatchObject([{ input: { IsPastDue: false } }]);
  });

  test('is never under way twice, and makes up for one instant that a long run covered', async () => {
    const clock = createStepClock(at('2026-11-22T10:14:00Z'));
    const gate = Promise.withResolvers<void>();
    const timer = create(clock, { during: () => gate.promise });
    timer.start();
    await clock.advanceTo(at('2026-11-22T10:50:00Z'));
    const byHand = timer.fire();
    await turn();
    expect(runs).toHaveLength(1);
    gate.resolve();
    await byHand;
    await clock.advanceTo(at('2026-11-22T10:51:00Z'));
    expect(times()).toEqual(['2026-11-22T10:15:00.000Z', '2026-11-22T10:50:00.000Z']);
  });

  test('goes on after a failure, and hands it to who fired it', async () => {
    const clock = createStepClock(at('2026-11-22T10:14:00Z'));
    const timer = create(clock, { during: () => Promise.reject(new Error('closed')) });
    timer.start();
    await clock.advanceTo(at('2026-11-22T10:31:00Z'));
    expect(runs).toHaveLength(2);
    await expect(timer.fire()).rejects.toThrow('closed');
    timer.stop();
    await expect(timer.fire()).rejects.toThrow('stopped');
  });

  test('refuses a status file that is something else, with its name', () => {
    writeFileSync(file, '{"close":{"nextMs":"soon"}}');
    expect(() => openTimerStatusFile(file)).toThrow(file);
  });
});
