import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Tariff,
  type TariffWindow,
  type Weekday,
  weekdays,
} from '../../shared/domain/grid.ts';
import { isInWindow, tariffAt } from '../../shared/domain/tariffWindow.ts';
import { addMinutes, type Timeframe } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { frameAt, termsOf } from './given.ts';

const base = termsOf({ imports: 999 }).tariff;

/** A window that is told from others by its import price. */
function windowOf(
  from: string,
  to: string,
  imports: number,
  days?: readonly Weekday[],
): TariffWindow {
  return {
    from,
    to,
    ...(days && { days }),
    importPriceMsatPerKwh: msatPerKwh(imports),
    exportPriceMsatPerKwh: msatPerKwh(0),
    gridFeeMsatPerKwh: msatPerKwh(0),
  };
}

function importAt(windows: readonly TariffWindow[], start: string, timeZone: string): number {
  return tariffAt({ ...base, windows }, frameAt(start), timeZone).importPriceMsatPerKwh;
}

/** How many of the day's timeframes have each price, in the order in which the prices come. */
function countsOf(
  windows: readonly TariffWindow[],
  { from, count, minutes = 15 }: { from: string; count: number; minutes?: number },
  timeZone: string,
): readonly (readonly [number, number])[] {
  const counts: [number, number][] = [];
  for (let at = 0; at < count; at += 1) {
    const price = importAt(windows, addMinutes(frameAt(from), at * minutes), timeZone);
    const last = counts[counts.length - 1];
    if (last?.[0] === price) last[1] += 1;
    else counts.push([price, 1]);
  }
  return counts;
}

describe('a window', () => {
  const monday = 0;
  const minuteOf = (hours: number, minutes = 0) => hours * 60 + minutes;
  test.each<[string, string, readonly Weekday[] | undefined, number, number, boolean]>([
    ['06:00', '22:00', undefined, monday, minuteOf(5, 59), false],
    ['06:00', '22:00', undefined, monday, minuteOf(6), true],
    ['06:00', '22:00', undefined, monday, minuteOf(21, 59), true],
    ['06:00', '22:00', undefined, monday, minuteOf(22), false],
    ['06:00', '22:00', ['tue'], monday, minuteOf(12), false],
    ['06:00', '22:00', ['sun', 'mon'], monday, minuteOf(12), true],
    ['22:00', '06:00', undefined, monday, minuteOf(21, 59), false],
    ['22:00', '06:00', undefined, monday, minuteOf(22), true],
    ['22:00', '06:00', undefined, monday, 0, true],
    ['22:00', '06:00', undefined, monday, minuteOf(5, 59), true],
    ['22:00', '06:00', undefined, monday, minuteOf(6), false],
    ['22:00', '06:00', ['sun'], monday, minuteOf(5, 59), true],
    ['22:00', '06:00', ['sun'], monday, minuteOf(22), false],
    ['22:00', '06:00', ['mon'], monday, minuteOf(5, 59), false],
    ['22:00', '06:00', ['mon'], monday, minuteOf(22), true],
    ['18:00', '00:00', ['mon'], monday, minuteOf(23, 59), true],
    ['18:00', '00:00', ['sun'], monday, 0, false],
    ['00:00', '00:00', ['mon'], monday, 0, true],
    ['00:00', '00:00', ['mon'], monday, minuteOf(23, 59), true],
    ['00:00', '00:00', ['sun'], monday, 0, false],
    ['06:00', '06:00', ['sun'], monday, minuteOf(5, 59), true],
    ['06:00', '06:00', ['sun'], monday, minuteOf(6), false],
    ['06:00', '06:00', undefined, monday, minuteOf(6), true],
  ])('%s to %s on %j, weekday %i at minute %i: %s', (from, to, days, weekday, minute, expected) => {
    const time = { weekday, minuteOfDay: minute };
    expect(isInWindow({ from, to, ...(days && { days }) }, time)).toBe(expected);
  });
});

describe('on the days on which clocks change', () => {
  test('the hour that Vienna skips in spring has no timeframe', () => {
    const windows = [windowOf('02:00', '03:00', 1), windowOf('01:00', '04:00', 2)];
    const counts = countsOf(windows, { from: '2026-03-28T23:00Z', count: 92 }, 'Europe/Vienna');
    expect(counts).toEqual([
      [999, 4],
      [2, 8],
      [999, 80],
    ]);
  });

  test('the hour that Vienna has twice in autumn has the price twice', () => {
    const windows = [windowOf('02:00', '03:00', 1), windowOf('03:00', '04:00', 2)];
    const counts = countsOf(windows, { from: '2026-10-24T22:00Z', count: 100 }, 'Europe/Vienna');
    expect(counts).toEqual([
      [999, 8],
      [1, 8],
      [2, 4],
      [999, 80],
    ]);
  });

  test('Lord Howe changes by half an hour', () => {
    const windows = [windowOf('01:30', '02:00', 1), windowOf('02:00', '02:30', 2)];
    const zone = 'Australia/Lord_Howe';
    // 4 April 2027, 02:00 at +11:00 becomes 01:30 at +10:30.
    expect(countsOf(windows, { from: '2027-04-03T13:00Z', count: 98 }, zone)).toEqual([
      [999, 6],
      [1, 4],
      [2, 2],
      [999, 86],
    ]);
    // 4 October 2026, 02:00 at +10:30 becomes 02:30 at +11:00.
    expect(countsOf(windows, { from: '2026-10-03T13:30Z', count: 94 }, zone)).toEqual([
      [999, 6],
      [1, 2],
      [999, 86],
    ]);
  });
});

test('where an hour of UTC begins at a quarter to, the start of the timeframe counts', () => {
  const windows = [windowOf('06:00', '07:00', 1)];
  const zone = 'Asia/Kathmandu';
  expect(importAt(windows, '2026-11-22T00:00Z', zone)).toBe(999);
  expect(importAt(windows, '2026-11-22T00:15Z', zone)).toBe(1);
  expect(importAt(windows, '2026-11-22T01:00Z', zone)).toBe(1);
  expect(importAt(windows, '2026-11-22T01:15Z', zone)).toBe(999);
});

test('the first window of two counts, on the local day of the week', () => {
  const windows = [windowOf('00:00', '00:00', 1, ['sat', 'sun']), windowOf('12:00', '18:00', 2)];
  // Friday 23:45, Saturday 00:00, Sunday 23:45 and Monday 12:00 of Vienna, and Friday noon.
  const starts = ['2026-11-20T22:45Z', '2026-11-20T23:00Z', '2026-11-22T22:45Z'];
  expect(starts.map((start) => importAt(windows, start, 'Europe/Vienna'))).toEqual([999, 1, 1]);
  expect(importAt(windows, '2026-11-21T11:00Z', 'Europe/Vienna')).toBe(1);
  expect(importAt(windows, '2026-11-23T11:00Z', 'Europe/Vienna')).toBe(2);
});

describe('the tariff of a timeframe', () => {
  const rate = {
    source: 'rates.example',
    currency: 'EUR',
    pair: 'BTC/EUR',
    rate: '100000',
    fetchedAt: frameAt('2026-11-01T00:00Z'),
  };
  const fiatBase = { importPricePerKwh: '0.30', exportPricePerKwh: '0.1', gridFeePerKwh: '0' };
  const fiatNight = { ...fiatBase, importPricePerKwh: '0.20', importGridFeePerKwh: '0.01' };
  const night = {
    ...windowOf('22:00', '06:00', 200_000, ['mon']),
    importGridFeeMsatPerKwh: msatPerKwh(10_000),
  };
  const times = { from: '22:00', to: '06:00', days: ['mon' as const] };
  const tariff: Tariff = {
    ...base,
    windows: [night],
    priceOfRecord: { currency: 'EUR', ...fiatBase, windows: [{ ...times, ...fiatNight }], rate },
  };

  test('has the prices of its window and what they were computed from', () => {
    expect(tariffAt(tariff, frameAt('2026-11-23T23:00Z'), 'UTC')).toEqual({
      importPriceMsatPerKwh: 200_000,
      exportPriceMsatPerKwh: 0,
      gridFeeMsatPerKwh: 0,
      importGridFeeMsatPerKwh: 10_000,
      priceOfRecord: { currency: 'EUR', ...fiatNight, rate },
    });
  });

  test('has those beside the windows where it lies in none', () => {
    expect(tariffAt(tariff, frameAt('2026-11-23T12:00Z'), 'UTC')).toEqual({
      ...base,
      priceOfRecord: { currency: 'EUR', ...fiatBase, rate },
    });
    const { priceOfRecord: _, ...plain } = tariff;
    expect(tariffAt(plain, frameAt('2026-11-23T12:00Z'), 'UTC')).toEqual(base);
  });

  test('is the tariff itself where it has no windows', () => {
    expect(tariffAt(base, frameAt('2026-11-23T12:00Z'), 'UTC')).toBe(base);
  });

  test('with a window that was computed from nothing is a bug', () => {
    const { windows: _, ...priceOfRecord } = { ...fiatBase, currency: 'EUR', rate, windows: [] };
    const broken = { ...tariff, priceOfRecord };
    expect(() => tariffAt(broken, frameAt('2026-11-23T23:00Z'), 'UTC')).toThrow('every window');
  });
});

const zones = ['Europe/Vienna', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'UTC'];
const days = ['2026-03-28', '2026-10-24', '2026-10-03', '2027-04-03', '2026-11-21', '2026-03-08'];
const names: readonly string[] = weekdays;
const anyTime = fc.nat(1439).map(textOf);
const anyFrames = fc.record({
  zone: fc.constantFrom(...zones),
  day: fc.constantFrom(...days),
  minutes: fc.constantFrom(5, 15, 30, 60),
});

function textOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** All timeframes of two days, so that the local one is among them whatever the zone. */
function framesOf(day: string, minutes: number): readonly Timeframe[] {
  const first = frameAt(`${day}T00:00Z`);
  const count = (2 * 1440) / minutes;
  return Array.from({ length: count }, (_, at) => frameAt(addMinutes(first, at * minutes)));
}

test('each timeframe has the prices that a clock on the wall and a list of minutes tell', () => {
  const anyWindow = fc.tuple(anyTime, anyTime, fc.option(fc.subarray([...weekdays])));
  fc.assert(
    fc.property(anyFrames, fc.array(anyWindow, { maxLength: 4 }), ({ zone, ...at }, given) => {
      const windows = given.map(([from, to, on], index) =>
        windowOf(from, to, index, on ?? undefined),
      );
      const clock = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
      });
      for (const frame of framesOf(at.day, at.minutes)) {
        const parts = new Map(
          clock.formatToParts(Date.parse(frame)).map(({ type, value }) => [type, value]),
        );
        const shown = `${parts.get('hour')}:${parts.get('minute')}`;
        const weekday = names.indexOf(parts.get('weekday')?.toLowerCase() ?? '');
        const expected = windows.findIndex((window) => isShownIn(window, weekday, shown));
        const price = importAt(windows, frame, zone);
        expect(price).toBe(expected < 0 ? 999 : expected);
      }
    }),
    { numRuns: 60 },
  );
});

/** The same by the order of texts, day by day: today's part of a window, and yesterday's. */
function isShownIn({ from, to, days: on }: TariffWindow, weekday: number, shown: string): boolean {
  const isOn = (day: number) => on === undefined || on.some((name) => name === weekdays[day]);
  const endsToday = from < to;
  const today = shown >= from && (!endsToday || shown < to) && isOn(weekday);
  const yesterday = !endsToday && shown < to && isOn((weekday + 6) % 7);
  return today || yesterday;
}

test('windows that follow each other around the day leave nothing to the other prices', () => {
  const anyCuts = fc.uniqueArray(fc.nat(1439), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(anyFrames, anyCuts, ({ zone, day, minutes }, given) => {
      const cuts = given.toSorted((a, b) => a - b).map(textOf);
      const windows = cuts.map((from, at) =>
        windowOf(from, cuts[(at + 1) % cuts.length] ?? from, at),
      );
      for (const frame of framesOf(day, minutes)) {
        expect(importAt(windows, frame, zone)).toBeLessThan(cuts.length);
      }
    }),
    { numRuns: 60 },
  );
});
