import { describe, expect, test } from '@jest/globals';
import {
  billingPeriodOf,
  nextPeriod,
  parseBillingPeriod,
} from '../../shared/domain/billingPeriod.ts';
import { at, frameAt } from './given.ts';

/** When local months begin: the minute before still belongs to the month before. */
const edges = [
  ['Europe/Vienna', '2026-10-31T22:59:00Z', '2026-10-31T23:00:00Z', '2026-10', '2026-11'],
  ['Europe/Vienna', '2026-06-30T21:59:00Z', '2026-06-30T22:00:00Z', '2026-06', '2026-07'],
  ['Europe/Vienna', '2026-12-31T22:59:00Z', '2026-12-31T23:00:00Z', '2026-12', '2027-01'],
  ['Asia/Kolkata', '2026-10-31T18:29:00Z', '2026-10-31T18:30:00Z', '2026-10', '2026-11'],
  ['Pacific/Auckland', '2026-10-31T10:59:00Z', '2026-10-31T11:00:00Z', '2026-10', '2026-11'],
  ['Pacific/Auckland', '2026-06-30T11:59:00Z', '2026-06-30T12:00:00Z', '2026-06', '2026-07'],
] as const;

describe.each(edges)('in %s at %s', (timeZone, last, first, before, after) => {
  test('a timeframe is billed in its local month', () => {
    expect(periodOf(last, 0, '2027-09-01T00:00:00Z', timeZone)).toBe(before);
    expect(periodOf(first, 0, '2027-09-01T00:00:00Z', timeZone)).toBe(after);
  });

  test('a correction in the local month that it was made in', () => {
    const long = '2026-01-15T12:00:00Z';
    expect(periodOf(long, 1, last, timeZone)).toBe(before);
    expect(periodOf(long, 1, first, timeZone)).toBe(after);
    expect(periodOf(last, 2, first, timeZone)).toBe(after);
    expect(periodOf(last, 2, last, timeZone)).toBe(before);
  });

  test('but never before the month of its timeframe, whatever a clock says', () => {
    expect(periodOf(first, 1, last, timeZone)).toBe(after);
  });
});

test.each(['2026-10', '2000-01', '2199-12'])('%s is a period', (text) => {
  expect(parseBillingPeriod(text)).toBe(text);
});

test.each([
  '',
  '2026-1',
  '2026-13',
  '2026-00',
  '1999-12',
  '2200-01',
  '2026-10 ',
  '2026-10-01',
  '202610',
])('“%s” is none', (text) => {
  expect(parseBillingPeriod(text)).toBeUndefined();
});

test.each([
  ['2026-01', '2026-02'],
  ['2026-09', '2026-10'],
  ['2026-12', '2027-01'],
  ['2099-12', '2100-01'],
])('after %s comes %s', (period, next) => {
  expect(nextPeriod(given(period))).toBe(next);
});

test('there is none after the last', () => {
  expect(() => nextPeriod(given('2199-12'))).toThrow('no period after 2199-12');
});

function given(text: string) {
  const period = parseBillingPeriod(text);
  if (period === undefined) throw new Error(`the test names no period: ${text}`);
  return period;
}

function periodOf(timeframe: string, revision: number, closedAt: string, timeZone: string) {
  return billingPeriodOf(
    { timeframe: frameAt(timeframe), revision, closedAt: at(closedAt) },
    timeZone,
  );
}
