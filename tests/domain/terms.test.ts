import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextStart, termsAt, versionAt, withTerms } from '../../shared/domain/terms.ts';
import { instantOf } from '../../shared/domain/timeframe.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { at, frameAt, gridOf, termsOf } from './given.ts';

const january = termsOf({ validFrom: '2026-01-01T00:00Z', imports: 1 });
const march = termsOf({ validFrom: '2026-03-01T00:00Z', imports: 3 });
const may = termsOf({ validFrom: '2026-05-01T00:00Z', imports: 5 });

test.each([
  ['2025-06-01T00:00Z', january],
  ['2026-01-01T00:00Z', january],
  ['2026-02-28T23:45Z', january],
  ['2026-03-01T00:00Z', march],
  ['2026-03-01T00:15Z', march],
  ['2026-04-30T23:45Z', march],
  ['2026-05-01T00:00Z', may],
  ['2030-01-01T00:00Z', may],
])('at %s the version valid then holds', (start, expected) => {
  expect(termsAt(gridOf(january, march, may), frameAt(start))).toBe(expected);
});

test('the version of a timeframe has the prices of its time of day, in the zone of the grid', () => {
  const { tariff, ...version } = march;
  const window = { ...tariff, importPriceMsatPerKwh: msatPerKwh(33) };
  const windows = [{ ...window, from: '06:00', to: '07:00' }];
  const grid = { ...gridOf(january, { ...version, tariff: { ...tariff, windows } }, may) };
  const importAt = (start: string) => termsAt(grid, frameAt(start)).tariff.importPriceMsatPerKwh;
  expect(importAt('2026-03-28T05:00Z')).toBe(33);
  expect(importAt('2026-03-28T06:00Z')).toBe(3);
  expect(importAt('2026-03-30T04:00Z')).toBe(33);
  expect(importAt('2026-05-01T04:00Z')).toBe(5);
  expect(termsAt(grid, frameAt('2026-03-28T05:00Z'))).toEqual({ ...version, tariff: window });
  expect(versionAt(grid, at('2026-03-28T05:00Z'))).toBe(grid.terms[1]);
});

test.each([
  ['2025-12-31T23:50Z', '2026-01-01T00:00:00Z'],
  ['2026-01-01T00:00Z', '2026-01-01T00:15:00Z'],
  ['2026-01-01T00:14:59Z', '2026-01-01T00:15:00Z'],
  ['2025-06-01T00:00Z', '2026-01-01T00:00:00Z'],
])('what is changed at %s holds from %s on', (now, expected) => {
  expect(nextStart(gridOf(january), at(now))).toBe(expected);
});

test('a version takes the place of its date', () => {
  const grid = gridOf(january, may);
  expect(withTerms(grid, march)).toEqual([january, march, may]);
  const first = termsOf({ validFrom: '2025-01-01T00:00Z' });
  expect(withTerms(grid, first)).toEqual([first, january, may]);
  const last = termsOf({ validFrom: '2027-01-01T00:00Z' });
  expect(withTerms(grid, last)).toEqual([january, may, last]);
  const otherMay = { ...march, validFrom: may.validFrom };
  expect(withTerms(grid, otherMay)).toEqual([january, otherMay]);
  const otherJanuary = { ...march, validFrom: january.validFrom };
  expect(withTerms(grid, otherJanuary)).toEqual([otherJanuary, may]);
  expect(grid.terms).toEqual([january, may]);
});

test('versions put in any order ascend, each date once, the latest word on it kept', () => {
  const start = Date.UTC(2026, 0, 1);
  const anyVersion = fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.nat(1000))
    .map(([day, imports]) => ({
      ...termsOf({ imports }),
      validFrom: instantOf(start + day * 86_400_000),
    }));
  fc.assert(
    fc.property(fc.array(anyVersion), (versions) => {
      let grid = gridOf(january);
      const expected = new Map([[january.validFrom, january]]);
      for (const version of versions) {
        grid = { ...grid, terms: withTerms(grid, version) };
        expected.set(version.validFrom, version);
      }
      expect(grid.terms).toEqual(
        [...expected.values()].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1)),
      );
      for (let day = -10; day <= 10; day += 1) {
        const when = instantOf(start + day * 86_400_000);
        const known = grid.terms.filter(({ validFrom }) => validFrom <= when);
        expect(termsAt(grid, frameAt(when))).toBe(known.at(-1) ?? grid.terms[0]);
      }
    }),
  );
});
