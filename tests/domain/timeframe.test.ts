import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addMinutes,
  compactTimeframe,
  firstTimeframeFrom,
  instantOf,
  isAligned,
  isTimeframeMinutes,
  msOf,
  nextTimeframe,
  parseCompactTimeframe,
  parseInstant,
  timeframeAt,
  timeframeEnd,
} from '../../shared/domain/timeframe.ts';
import { at, frameAt } from './given.ts';

const anySecond = fc
  .integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Date.UTC(2200, 0, 1) / 1000 - 1 })
  .map((seconds) => seconds * 1000);
const divisors = Array.from({ length: 1440 }, (_, index) => index + 1).filter(
  (minutes) => 1440 % minutes === 0,
);

describe('parseInstant', () => {
  test.each([
    ['2026-11-22T10:15:00Z', '2026-11-22T10:15:00Z'],
    ['2026-11-22T10:15Z', '2026-11-22T10:15:00Z'],
    ['2026-11-22T10:15:07.5Z', '2026-11-22T10:15:07Z'],
    ['2026-11-22T10:15:07.999999999Z', '2026-11-22T10:15:07Z'],
    ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z'],
    ['2199-12-31T23:59:59Z', '2199-12-31T23:59:59Z'],
    ['2024-02-29T00:00Z', '2024-02-29T00:00:00Z'],
    ['2000-02-29T00:00Z', '2000-02-29T00:00:00Z'],
  ])('reads %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test.each([
    '',
    '2026-11-22',
    '2026-11-22T10:15:00',
    '2026-11-22T10:15:00+00:00',
    '2026-11-22T10:15:00z',
    '2026-11-22t10:15:00Z',
    '2026-11-22 10:15:00Z',
    '2026-11-22T10Z',
    '2026-11-22T10:15:Z',
    '2026-11-22T10:15:00.Z',
    '2026-11-22T10:15:00,5Z',
    '2026-11-22T10:15:00.1234567890Z',
    '2026-11-22T10:15:00.12a4Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:60:00Z',
    '2026-11-22T10:15:60Z',
    '2026-00-22T10:15:00Z',
    '2026-13-22T10:15:00Z',
    '2026-11-00T10:15:00Z',
    '2026-11-31T10:15:00Z',
    '2026-02-29T10:15:00Z',
    '2100-02-29T10:15:00Z',
    '1999-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    ' 2026-11-22T10:15Z',
    '+026-11-22T10:15:00Z',
    '2026-1１-22T10:15:00Z',
    '2026-11-22T10:15:00ZZ',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('agrees with the calendar of the platform on every instant and back', () => {
    fc.assert(
      fc.property(anySecond, (ms) => {
        const text = new Date(ms).toISOString();
        const instant = parseInstant(text);
        expect(instant).toBe(`${text.slice(0, 19)}Z`);
        expect(instant && msOf(instant)).toBe(ms);
        expect(instantOf(ms)).toBe(instant);
      }),
    );
  });

  test('knows every day of the years 2000 to 2199 and no other', () => {
    for (let year = 2000; year <= 2199; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const prefix = `${year}-${String(month).padStart(2, '0')}`;
        expect(parseInstant(`${prefix}-${last}T00:00Z`)).toBeDefined();
        expect(parseInstant(`${prefix}-${last + 1}T00:00Z`)).toBeUndefined();
      }
    }
  });
});

describe('instantOf', () => {
  test('cuts to the second', () => {
    expect(instantOf(Date.UTC(2026, 10, 22, 10, 15, 7, 999))).toBe('2026-11-22T10:15:07Z');
  });

  test('refuses what four digits of a year cannot say', () => {
    expect(instantOf(Date.UTC(10_000, 0, 1) - 1)).toBe('9999-12-31T23:59:59Z');
    expect(() => instantOf(Date.UTC(10_000, 0, 1))).toThrow('years 1970 to 9999');
    expect(() => instantOf(-1)).toThrow('years 1970 to 9999');
    expect(() => instantOf(Number.NaN)).toThrow('years 1970 to 9999');
  });
});

test('only divisors of a day are lengths of timeframes', () => {
  for (let minutes = -1; minutes <= 1500; minutes += 1) {
    expect([minutes, isTimeframeMinutes(minutes)]).toEqual([minutes, divisors.includes(minutes)]);
  }
  expect(isTimeframeMinutes(7.5)).toBe(false);
  expect(isTimeframeMinutes(Number.NaN)).toBe(false);
  expect(() => timeframeAt(at('2026-11-22T10:15Z'), 7)).toThrow('does not divide a day');
});

test.each([
  ['2026-11-22T10:14:59Z', '2026-11-22T10:00:00Z', '2026-11-22T10:15:00Z', false],
  ['2026-11-22T10:15:00Z', '2026-11-22T10:15:00Z', '2026-11-22T10:15:00Z', true],
  ['2026-11-22T10:15:01Z', '2026-11-22T10:15:00Z', '2026-11-22T10:30:00Z', false],
  ['2026-12-31T23:59:59Z', '2026-12-31T23:45:00Z', '2027-01-01T00:00:00Z', false],
])(
  '%s is in the quarter-hour %s; the first from it on is %s',
  (text, containing, first, aligned) => {
    const instant = at(text);
    expect(timeframeAt(instant, 15)).toBe(containing);
    expect(firstTimeframeFrom(instant, 15)).toBe(first);
    expect(isAligned(instant, 15)).toBe(aligned);
  },
);

test('timeframes of any length cover time without gap or overlap', () => {
  fc.assert(
    fc.property(anySecond, fc.constantFrom(...divisors), (ms, minutes) => {
      const instant = instantOf(ms);
      const frame = timeframeAt(instant, minutes);
      const next = nextTimeframe(frame, minutes);
      expect(isAligned(frame, minutes)).toBe(true);
      expect(frame <= instant && instant < next).toBe(true);
      expect(timeframeEnd(frame, minutes)).toBe(next);
      expect(addMinutes(frame, minutes)).toBe(next);
      expect(addMinutes(next, -minutes)).toBe(frame);
      expect(firstTimeframeFrom(instant, minutes)).toBe(instant === frame ? frame : next);
      // Each day begins with a timeframe.
      expect(isAligned(at(`${frame.slice(0, 10)}T00:00Z`), minutes)).toBe(true);
    }),
  );
});

describe('the compact form', () => {
  test('is read back as what was written', () => {
    expect(compactTimeframe(frameAt('2026-11-22T10:15:00Z'))).toBe('20261122T1015Z');
    expect(parseCompactTimeframe('20261122T1015Z')).toBe('2026-11-22T10:15:00Z');
  });

  test.each([
    '',
    '20261122T1015',
    '20261122T101500Z',
    '20261322T1015Z',
    '2026112T10150Z',
    '20261122t1015Z',
    '2026-1122T015Z',
  ])('refuses %j', (text) => {
    expect(parseCompactTimeframe(text)).toBeUndefined();
  });
});
