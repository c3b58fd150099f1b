import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isTimeZone,
  localDayOf,
  localDayRange,
  localMonthOf,
  localMonthRange,
  localTimeOf,
  resolveLocal,
} from '../../shared/domain/localTime.ts';
import { addMinutes, instantOf, msOf } from '../../shared/domain/timeframe.ts';
import { at } from './given.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
];

function quarters(day: string, zone: string): number {
  const { from, to } = localDayRange(day, zone);
  return (msOf(to) - msOf(from)) / 900_000;
}

describe('localDayRange', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29', 92],
    ['Europe/Berlin', '2026-03-28', 96],
    ['Europe/Berlin', '2026-10-25', 100],
    ['Australia/Lord_Howe', '2026-04-05', 98],
    ['Australia/Lord_Howe', '2026-10-04', 94],
    ['Pacific/Apia', '2011-12-29', 96],
    ['Pacific/Apia', '2011-12-30', 0],
    ['Pacific/Apia', '2011-12-31', 96],
    ['Asia/Kathmandu', '2026-01-01', 96],
    ['America/Sao_Paulo', '2018-11-04', 92],
    ['America/Sao_Paulo', '2018-02-17', 100],
    ['Africa/Cairo', '2026-04-24', 92],
    ['America/St_Johns', '2005-10-30', 100],
  ])('%s has on %s %i quarter-hours', (zone, day, expected) => {
    expect(quarters(day, zone)).toBe(expected);
  });

  test.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01', '2025-12-31T18:15:00Z', '2026-01-01T18:15:00Z'],
    // Midnight was skipped: the day began at one o'clock.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
    // Clocks went back from 00:01 to 23:01 and showed midnight twice.
    ['America/St_Johns', '2005-10-30', '2005-10-30T02:30:00Z', '2005-10-31T03:30:00Z'],
    ['UTC', '2199-12-31', '2199-12-31T00:00:00Z', '2200-01-01T00:00:00Z'],
    // The days that the first and the last instants are of in other zones than UTC.
    ['America/New_York', '1999-12-31', '1999-12-31T05:00:00Z', '2000-01-01T05:00:00Z'],
    ['Pacific/Kiritimati', '2200-01-01', '2199-12-31T10:00:00Z', '2200-01-01T10:00:00Z'],
  ])('of %s on %s is %s to %s', (zone, day, from, to) => {
    expect(localDayRange(day, zone)).toEqual({ from, to });
  });

  test.each(['2026-02-30', '2026-2-03', '', '2026-02', 'today'])('refuses %j', (day) => {
    expect(() => localDayRange(day, 'UTC')).toThrow('not a date');
  });
});

describe('localMonthRange', () => {
  test.each([
    ['Europe/Berlin', '2026-03', '2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['Europe/Berlin', '2026-12', '2026-11-30T23:00:00Z', '2026-12-31T23:00:00Z'],
    ['Europe/Berlin', '2024-02', '2024-01-31T23:00:00Z', '2024-02-29T23:00:00Z'],
    ['Pacific/Apia', '2011-12', '2011-12-01T10:00:00Z', '2011-12-31T10:00:00Z'],
    ['UTC', '2199-12', '2199-12-01T00:00:00Z', '2200-01-01T00:00:00Z'],
  ])('of %s in %s is %s to %s', (zone, month, from, to) => {
    expect(localMonthRange(month, zone)).toEqual({ from, to });
  });

  test.each(['2026-13', '2026', '2026-1'])('refuses %j', (month) => {
    expect(() => localMonthRange(month, 'UTC')).toThrow('not a date');
  });
});

describe('localDayOf and localMonthOf', () => {
  test.each([
    ['Europe/Berlin', '2026-03-28T22:59:59Z', '2026-03-28'],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29'],
    ['Asia/Kathmandu', '2025-12-31T18:14:59Z', '2025-12-31'],
    ['Asia/Kathmandu', '2025-12-31T18:15:00Z', '2026-01-01'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
    ['America/St_Johns', '2005-10-30T02:29:59Z', '2005-10-29'],
    // The calendar shows 29 October again from 02:31Z on; the 30th had begun.
    ['America/St_Johns', '2005-10-30T02:40:00Z', '2005-10-30'],
  ])('in %s %s is on %s', (zone, instant, day) => {
    expect(localDayOf(at(instant), zone)).toBe(day);
    expect(localMonthOf(at(instant), zone)).toBe(day.slice(0, 7));
  });

  test('name the range that holds the instant, in any zone', () => {
    const anyMinute = fc.integer({ min: Date.UTC(2000, 0, 2) / 60_000, max: 69_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), anyMinute, (zone, minute) => {
        const instant = instantOf(minute * 60_000);
        const day = localDayRange(localDayOf(instant, zone), zone);
        expect(day.from <= instant && instant < day.to).toBe(true);
        const month = localMonthRange(localMonthOf(instant, zone), zone);
        expect(month.from <= instant && instant < month.to).toBe(true);
      }),
    );
  });

  test('days follow one another without gap or overlap through a year of changes', () => {
    for (const zone of zones) {
      let day = localDayRange('2011-01-01', zone);
      for (let count = 0; count < 366; count += 1) {
        const next = localDayRange(localDayOf(day.to, zone), zone);
        expect([zone, next.from]).toEqual([zone, day.to]);
        expect(localDayOf(addMinutes(next.from, -1), zone) < localDayOf(next.from, zone)).toBe(
          true,
        );
        day = next;
      }
    }
  });
});

test.each([
  ['UTC', '2000-01-01T00:00Z', { day: '2000-01-01', weekday: 5, minuteOfDay: 0 }],
  ['Europe/Vienna', '2026-03-29T00:59Z', { day: '2026-03-29', weekday: 6, minuteOfDay: 119 }],
  ['Europe/Vienna', '2026-03-29T01:00Z', { day: '2026-03-29', weekday: 6, minuteOfDay: 180 }],
  ['Europe/Vienna', '2026-10-25T00:30Z', { day: '2026-10-25', weekday: 6, minuteOfDay: 150 }],
  ['Europe/Vienna', '2026-10-25T01:30Z', { day: '2026-10-25', weekday: 6, minuteOfDay: 150 }],
  ['Asia/Kathmandu', '2026-11-22T18:15:59Z', { day: '2026-11-23', weekday: 0, minuteOfDay: 0 }],
  ['America/St_Johns', '2026-11-23T03:29Z', { day: '2026-11-22', weekday: 6, minuteOfDay: 1439 }],
  ['Pacific/Apia', '2011-12-30T10:00Z', { day: '2011-12-31', weekday: 5, minuteOfDay: 0 }],
])('the clocks of %s show at %s %j', (zone, instant, expected) => {
  expect(localTimeOf(at(instant), zone)).toEqual(expected);
});

describe('resolveLocal', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00Z'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:59', '2026-10-24T23:59:00Z'],
    ['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00', '2025-12-31T18:15:00Z'],
    ['Pacific/Apia', '2011-12-29T23:59', '2011-12-30T09:59:00Z'],
    ['Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00:00Z'],
  ])('in %s it was %s once', (zone, local, instant) => {
    expect(resolveLocal(local, zone)).toEqual({ kind: 'one', instant });
  });

  test.each([
    ['Europe/Berlin', '2026-03-29T02:00'],
    ['Europe/Berlin', '2026-03-29T02:59'],
    ['Australia/Lord_Howe', '2026-10-04T02:29'],
    ['Pacific/Apia', '2011-12-30T00:00'],
    ['Pacific/Apia', '2011-12-30T23:59'],
    ['UTC', '2026-02-30T00:00'],
    ['UTC', '2026-02-03T00:00:00'],
    ['UTC', '2026-02-03'],
  ])('in %s it was never %s', (zone, local) => {
    expect(resolveLocal(local, zone)).toEqual({ kind: 'none' });
  });

  test.each([
    ['Europe/Berlin', '2026-10-25T02:00', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T02:59', '2026-10-25T00:59:00Z', '2026-10-25T01:59:00Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:30', '2026-04-04T14:30:00Z', '2026-04-04T15:00:00Z'],
  ])('in %s it was %s twice', (zone, local, earlier, later) => {
    expect(resolveLocal(local, zone)).toEqual({ kind: 'two', earlier, later });
  });

  test('finds the instants of a whole day again, and no others', () => {
    for (const [zone, day, from, hours] of [
      ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00Z', 25],
      ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00Z', 24.5],
      ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00Z', 23],
    ] as const) {
      const found: string[] = [];
      for (let minute = 0; minute < 1440; minute += 15) {
        const clock = new Date(minute * 60_000).toISOString().slice(11, 16);
        const resolved = resolveLocal(`${day}T${clock}`, zone);
        if (resolved.kind === 'one') found.push(resolved.instant);
        if (resolved.kind === 'two') found.push(resolved.earlier, resolved.later);
      }
      const all = Array.from({ length: hours * 4 }, (_, index) => addMinutes(at(from), index * 15));
      expect(found.toSorted()).toEqual(all);
    }
  });
});

describe('isTimeZone', () => {
  test.each([...zones, 'Etc/GMT+5', 'Asia/Calcutta'])('knows %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(['', '+01:00', 'Mars/Olympus', 'Europe/', 'Europe/Berlin ', 'GMT+2', 'a'.repeat(99)])(
    'does not know %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );

  test('an unknown zone is an error elsewhere', () => {
    expect(() => localDayOf(at('2026-01-01T00:00Z'), 'Mars/Olympus')).toThrow(RangeError);
  });
});
