import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isTypical,
  likeDaysAsked,
  likeDaysBackMax,
  likeTimeframes,
  meanOf,
} from '../../shared/domain/likeDays.ts';
import { localTimeOf } from '../../shared/domain/localTime.ts';
import {
  addMinutes,
  instantOf,
  isAligned,
  msOf,
  timeframeAt,
} from '../../shared/domain/timeframe.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { frameAt, reading } from './given.ts';

function likeOf(text: string, timeZone = 'Europe/Berlin', timeframeMinutes = 15) {
  return likeTimeframes(frameAt(text), { timeZone, timeframeMinutes });
}

describe('like days', () => {
  test('of a working day are the eight working days before it', () => {
    const days = [24, 23, 20, 19, 18, 17, 16, 13];
    expect(likeOf('2026-11-25T10:15:00Z')).toEqual(days.map((day) => `2026-11-${day}T10:15:00Z`));
  });

  test.each([
    ['Saturday', '2026-11-28T10:15:00Z', ['11-21', '11-14', '11-07', '10-31']],
    ['Sunday', '2026-11-29T10:15:00Z', ['11-22', '11-15', '11-08', '11-01']],
  ])('of a %s are those of four weeks', (_what, text, days) => {
    expect(likeOf(text)).toEqual(days.map((day) => `2026-${day}T10:15:00Z`));
  });

  test('are days of the grid’s calendar, not of UTC', () => {
    // In Kathmandu Sunday has begun; in UTC it is Saturday evening.
    expect(likeOf('2026-11-21T18:15:00Z', 'Asia/Kathmandu')[0]).toBe('2026-11-14T18:15:00Z');
    // In Berlin Monday has begun, and the day before it that is like it is Friday.
    expect(likeOf('2026-11-22T23:00:00Z')[0]).toBe('2026-11-19T23:00:00Z');
  });

  test.each([
    ['back', '2026-10-26T10:15:00Z', '2026-10-23T09:15:00Z'],
    ['forward', '2026-03-30T09:15:00Z', '2026-03-27T10:15:00Z'],
  ])('have the same local time when clocks went %s', (_what, text, like) => {
    expect(likeOf(text)[0]).toBe(like);
  });

  test('whose clocks skipped the time are passed over', () => {
    expect(likeOf('2026-04-05T00:15:00Z')).toEqual([
      '2026-03-22T01:15:00Z',
      '2026-03-15T01:15:00Z',
      '2026-03-08T01:15:00Z',
    ]);
  });

  test('whose clocks showed the time twice count with the earlier', () => {
    expect(likeOf('2026-11-01T01:15:00Z').slice(0, 2)).toEqual([
      '2026-10-25T00:15:00Z',
      '2026-10-18T00:15:00Z',
    ]);
  });

  test('of either of two hours that clocks showed are the same', () => {
    expect(likeOf('2026-10-25T01:15:00Z')).toEqual(likeOf('2026-10-25T00:15:00Z'));
  });

  test('a day that a zone left out is passed over', () => {
    // Apia went from Thursday, the 29th, to Saturday, the 31st.
    const days = likeOf('2012-01-02T20:00:00Z', 'Pacific/Apia', 60);
    expect(days.slice(0, 3)).toEqual([
      '2012-01-01T20:00:00Z',
      '2011-12-29T20:00:00Z',
      '2011-12-28T20:00:00Z',
    ]);
  });

  test.each([
    ['hours, clocks set by half of one', '2026-10-05T00:00:00Z', 60, '2026-10-02T00:00:00Z'],
    ['days', '2026-10-26T00:00:00Z', 1440, '2026-10-23T00:00:00Z'],
  ])('for timeframes of %s it is the nearest start', (_what, text, minutes, like) => {
    const zone = minutes === 60 ? 'Australia/Lord_Howe' : 'Europe/Berlin';
    expect(likeOf(text, zone, minutes)[0]).toBe(like);
  });

  test('at the very first instants there are fewer', () => {
    expect(likeOf('2000-01-04T10:15:00Z')).toEqual(['2000-01-03T10:15:00Z']);
  });

  const zones = [
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'America/Sao_Paulo'],
    ...['Africa/Casablanca', 'Asia/Kathmandu', 'Asia/Beirut', 'Australia/Lord_Howe'],
    ...['Pacific/Apia', 'Pacific/Kiritimati'],
  ];
  const kindOf = (weekday: number) => (weekday < 5 ? 'working' : weekday);

  test('in any zone: before it, latest first, of its kind of day and its local time', () => {
    const from = Date.UTC(2005, 0, 1);
    const to = Date.UTC(2030, 0, 1);
    fc.assert(
      fc.property(
        fc.integer({ min: from, max: to }),
        fc.constantFrom(...zones),
        fc.constantFrom(1, 5, 15, 30),
        (ms, timeZone, timeframeMinutes) => {
          const frame = timeframeAt(instantOf(ms), timeframeMinutes);
          const local = localTimeOf(frame, timeZone);
          const like = likeTimeframes(frame, { timeZone, timeframeMinutes });
          expect(like.length).toBeLessThanOrEqual(likeDaysAsked);
          expect(like.length).toBeGreaterThanOrEqual(3);
          // 28 local days may be a day and an hour longer than 28 times 24 hours, never more.
          const earliest = addMinutes(frame, -(likeDaysBackMax + 2) * 1440);
          let after: string = frame;
          for (const each of like) {
            expect(isAligned(each, timeframeMinutes)).toBe(true);
            expect(each < after).toBe(true);
            expect(each > earliest).toBe(true);
            after = each;
            const { weekday, minuteOfDay } = localTimeOf(each, timeZone);
            expect([kindOf(weekday), minuteOfDay]).toEqual([
              kindOf(local.weekday),
              local.minuteOfDay,
            ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an estimate', () => {
  test.each([
    [[1, 2], 2],
    [[2, 3], 2],
    [[3, 4], 4],
    [[1, 1, 2], 1],
    [[1, 2, 2], 2],
    [[1, 1, 1, 2], 1],
    [[1_000_000_000, 1_000_000_000, 1_000_000_000, 1_000_000_000], 1_000_000_000],
    [[7], 7],
  ])('of %j Wh is %i', (energies, mean) => {
    const readings = energies.map((energyWh) => reading('a', energyWh, 0));
    expect(meanOf(readings)).toEqual({ producedWh: mean, consumedWh: 0 });
    const consumed = energies.map((energyWh) => reading('a', 5, energyWh));
    expect(meanOf(consumed)).toEqual({ producedWh: wattHours(5), consumedWh: mean });
  });

  test('of nothing is none', () => {
    expect(meanOf([])).toBeUndefined();
  });

  test('is made from what was measured and failed no check', () => {
    expect(isTypical(reading('a', 1, 0))).toBe(true);
    expect(isTypical(reading('a', 1, 0, { unchangedFor: 3 }))).toBe(true);
    expect(isTypical(reading('a', 1, 0, { quality: 'estimated' }))).toBe(false);
    expect(isTypical(reading('a', 1, 0, { quality: 'questionable' }))).toBe(false);
    expect(isTypical(reading('a', 1, 0, { checks: ['frozen'] }))).toBe(false);
  });

  test('looks back no further than its limit', () => {
    const [oldest] = likeOf('2026-11-28T10:15:00Z').slice(-1);
    expect(msOf(frameAt('2026-11-28T10:15:00Z')) - msOf(frameAt(oldest ?? ''))).toBe(
      likeDaysBackMax * 86_400_000,
    );
  });
});
