import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { espiQualityOf } from '../../shared/domain/espiQuality.ts';
import { type Reading, readingChecks } from '../../shared/domain/reading.ts';
import { checkReading, frozenAfterTimeframes } from '../../shared/domain/readingChecks.ts';
import { timeframeEnd } from '../../shared/domain/timeframe.ts';
import { energyWhMax } from '../../shared/domain/units.ts';
import { at, quarter, reading } from './given.ts';

type Known = { readonly limitW?: number; readonly before?: Reading; readonly minutes?: number };

function check(given: Reading, { limitW, before, minutes = 15 }: Known = {}): Reading {
  return checkReading(given, {
    timeframeMinutes: minutes,
    timeframeEnd: timeframeEnd(given.timeframe, minutes),
    connectionLimitW: limitW,
    before,
  });
}

const checksOf = (given: Reading, known: Known = {}) => check(given, known).checks ?? [];

test('a reading that nothing is wrong with is the same one', () => {
  const given = reading('a', 100, 200);
  const before = reading('a', 100, 201);
  expect(check(given, { limitW: 11_000, before })).toBe(given);
});

describe('above the limit of the connection', () => {
  const above = ['above_connection_limit'];

  test.each([
    [11_000, 15, 2750],
    [11_000, 60, 11_000],
    [11_000, 1, 183],
    [1, 15, 0],
    [1, 60, 1],
    [100_000_000, 1440, 1_000_000_000],
  ])('%i W in %i minutes are at most %i Wh, either way', (limitW, minutes, limitWh) => {
    const late = { receivedAt: at('2026-11-24T00:00:00Z') };
    expect(checksOf(reading('a', limitWh, 0, late), { limitW, minutes })).toEqual([]);
    expect(checksOf(reading('a', 0, limitWh, late), { limitW, minutes })).toEqual([]);
    if (limitWh === energyWhMax) return;
    expect(checksOf(reading('a', limitWh + 1, 0, late), { limitW, minutes })).toEqual(above);
    expect(checksOf(reading('a', 0, limitWh + 1, late), { limitW, minutes })).toEqual(above);
  });

  test('is above the limit in Wh, rounded down, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: energyWhMax }),
        fc.integer({ min: 1, max: 100_000_000 }),
        fc.constantFrom(1, 5, 15, 30, 60, 1440),
        (energyWh, limitW, minutes) => {
          const given = reading('a', energyWh, 0, { receivedAt: at('2026-11-24T00:00:00Z') });
          const limitWh = (BigInt(limitW) * BigInt(minutes)) / 60n;
          expect(checksOf(given, { limitW, minutes })).toEqual(energyWh > limitWh ? above : []);
        },
      ),
    );
  });

  test('is not asked where no limit is known', () => {
    expect(checksOf(reading('a', energyWhMax, energyWhMax))).toEqual([]);
  });

  test('is asked of an estimate too', () => {
    expect(checksOf(reading('a', 2751, 0, { quality: 'estimated' }), { limitW: 11_000 })).toEqual(
      above,
    );
  });
});

describe('frozen', () => {
  /** The same reading again and again, each checked against the one before. */
  function repeated(given: Reading, times: number, minutes = 15): Reading {
    let before = check(given, { minutes });
    for (let n = 0; n < times; n += 1) {
      before = check(given, { minutes, before });
    }
    return before;
  }
  const late = { receivedAt: at('2026-11-24T00:00:00Z') };

  test.each([
    [1, 360],
    [15, 24],
    [16, 23],
    [60, 6],
    [90, 4],
    [120, 4],
    [1440, 4],
  ])('in timeframes of %i minutes after %i that repeat the one before', (minutes, times) => {
    expect(frozenAfterTimeframes(minutes)).toBe(times);
    const given = reading('a', 0, 25, late);
    const almost = repeated(given, times - 1, minutes);
    expect(almost).toEqual({ ...given, unchangedFor: times - 1 });
    const frozen = repeated(given, times, minutes);
    expect(frozen).toEqual({ ...given, unchangedFor: times, checks: ['frozen'] });
    const longer = repeated(given, times + 1, minutes);
    expect(longer).toEqual({ ...given, unchangedFor: times + 1, checks: ['frozen'] });
  });

  test('a connection that stands idle is not', () => {
    expect(repeated(reading('a', 0, 0), 100)).toEqual(reading('a', 0, 0));
  });

  test('any other energy begins the count anew', () => {
    const before = reading('a', 3, 25, { unchangedFor: 23 });
    for (const other of [reading('a', 4, 25), reading('a', 3, 26), reading('a', 0, 0)]) {
      expect(check(other, { before })).toBe(other);
    }
    const next = check(reading('a', 3, 25), { before });
    expect(next).toMatchObject({ unchangedFor: 24, checks: ['frozen'] });
  });

  test('estimates may repeat, and are no part of a row', () => {
    const estimate = reading('a', 3, 25, { quality: 'estimated' });
    const before = reading('a', 3, 25, { unchangedFor: 23 });
    expect(check(estimate, { before })).toBe(estimate);
    const next = reading('a', 3, 25);
    expect(check(next, { before: estimate })).toBe(next);
  });
});

describe('clock drift', () => {
  test('is what came before its timeframe had ended', () => {
    const early = reading('a', 1, 0, { receivedAt: at('2026-11-22T10:29:59Z') });
    expect(early.timeframe).toBe(quarter);
    expect(checksOf(early)).toEqual(['clock_drift']);
    expect(checksOf(reading('a', 1, 0, { receivedAt: at('2026-11-22T10:30:00Z') }))).toEqual([]);
  });

  test('an estimate may come early', () => {
    const receivedAt = at('2026-11-22T10:29:59Z');
    expect(checksOf(reading('a', 1, 0, { receivedAt, quality: 'estimated' }))).toEqual([]);
  });
});

test('all that is suspicious is told, in one order', () => {
  const given = reading('a', 2751, 0, { receivedAt: at('2026-11-22T10:15:00Z') });
  const before = reading('a', 2751, 0, { unchangedFor: 30 });
  const checked = check(given, { limitW: 11_000, before });
  expect(checked).toEqual({ ...given, unchangedFor: 31, checks: readingChecks });
});

test.each([
  ['measured', undefined, 0],
  ['estimated', undefined, 8],
  ['questionable', undefined, 10],
  ['measured', ['above_connection_limit'], 10],
  ['measured', ['frozen'], 10],
  ['measured', ['clock_drift'], 10],
  ['estimated', ['above_connection_limit'], 10],
] as const)('ESPI says of %s with %j: %i', (quality, checks, code) => {
  expect(espiQualityOf({ quality, ...(checks && { checks }) })).toBe(code);
});
