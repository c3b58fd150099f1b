import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  completenessOf,
  type DayCompleteness,
  isComplete,
  openState,
  type ReadingState,
  settledState,
} from '../../shared/domain/completeness.ts';
import { endedTimeframes, nextLocalDay } from '../../shared/domain/endedTimeframes.ts';
import type { NettoLine } from '../../shared/domain/netto.ts';
import { msOf, nextTimeframe, type Timeframe } from '../../shared/domain/timeframe.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { at, frameAt, prosumerId, reading } from './given.ts';

const day = '2026-11-22';
const home = { day, prosumerId: prosumerId('a') };
const first = frameAt('2026-11-21T23:00:00Z');

function timeframesOf(count: number): Timeframe[] {
  const timeframes: Timeframe[] = [];
  let next = first;
  while (timeframes.length < count) {
    timeframes.push(next);
    next = nextTimeframe(next, 15);
  }
  return timeframes;
}

/** `r` received, `m` missing, `e` estimated, `.` no part, `l` late, `u` missing with a reading. */
function countOf(states: string): DayCompleteness {
  const timeframes = timeframesOf(states.length);
  return completenessOf(home, timeframes, [...states].map(stateOf), 15);
}

function stateOf(letter: string): ReadingState | undefined {
  if (letter === '.') return undefined;
  const status = { r: 'received', l: 'received', e: 'estimated', m: 'missing', u: 'missing' }[
    letter
  ];
  return {
    status: status as NettoLine['status'],
    isLate: letter === 'l',
    isUnsettled: letter === 'u',
  };
}

function line(version: number, status: NettoLine['status'] = 'received'): NettoLine {
  const none = wattHours(0);
  return { prosumerId: home.prosumerId, producedWh: none, consumedWh: none, status, version };
}

describe('completenessOf', () => {
  test('counts, and tells gaps as ranges', () => {
    expect(countOf('rrmmmeerl.um')).toEqual({
      ...home,
      expected: 11,
      received: 4,
      missing: 5,
      estimated: 2,
      late: 1,
      unsettledLate: 1,
      gaps: [
        { from: '2026-11-21T23:30:00Z', to: '2026-11-22T00:15:00Z', kind: 'missing' },
        { from: '2026-11-22T00:15:00Z', to: '2026-11-22T00:45:00Z', kind: 'estimated' },
        { from: '2026-11-22T01:30:00Z', to: '2026-11-22T02:00:00Z', kind: 'missing' },
      ],
    });
  });

  test('of a silent day is one gap, of nothing nothing', () => {
    expect(countOf('m'.repeat(96)).gaps).toEqual([
      { from: first, to: '2026-11-22T23:00:00Z', kind: 'missing' },
    ]);
    expect(countOf('')).toMatchObject({ expected: 0, gaps: [] });
    expect(countOf('...')).toMatchObject({ expected: 0, gaps: [] });
  });

  test('ends a gap where the prosumer takes no part', () => {
    expect(countOf('m.m').gaps).toHaveLength(2);
  });

  test('is complete only with everything received in time', () => {
    expect(isComplete(countOf('rr.r'))).toBe(true);
    for (const states of ['rm', 're', 'rl', 'ru']) expect(isComplete(countOf(states))).toBe(false);
  });

  test('adds up, its gaps apart from each other and as long as they can be', () => {
    const states = fc.string({ unit: fc.constantFrom(...'rmelu.'), maxLength: 100 });
    fc.assert(
      fc.property(states, (letters) => {
        const row = countOf(letters);
        const { expected, received, missing, estimated, gaps } = row;
        expect(received + missing + estimated).toBe(expected);
        expect(expected).toBe(letters.replaceAll('.', '').length);
        const lengths = gaps.map(({ from, to }) => (msOf(to) - msOf(from)) / (15 * 60_000));
        expect(lengths.every((length) => length >= 1)).toBe(true);
        expect(lengths.reduce((a, b) => a + b, 0)).toBe(missing + estimated);
        for (const [index, gap] of gaps.slice(1).entries()) {
          const before = gaps[index];
          expect(before && before.to <= gap.from).toBe(true);
          // Two that touch are of different kinds.
          expect(before?.to === gap.from && before.kind === gap.kind).toBe(false);
        }
        const frames = timeframesOf(letters.length);
        for (const [index, timeframe] of frames.entries()) {
          const gap = gaps.find(({ from, to }) => from <= timeframe && timeframe < to);
          const status = stateOf(letters.charAt(index))?.status;
          expect(gap?.kind).toBe(status === 'received' ? undefined : status);
        }
      }),
    );
  });
});

describe('the state of a reading', () => {
  test.each([
    ['in time', line(1), line(1), undefined, { status: 'received' }],
    ['missing', line(0, 'missing'), line(0, 'missing'), undefined, { status: 'missing' }],
    ['corrected', line(2), line(1), undefined, { status: 'received', isLate: true }],
    ['late', line(1), line(0, 'missing'), undefined, { status: 'received', isLate: true }],
    [
      'still estimated',
      line(0, 'estimated'),
      line(0, 'estimated'),
      undefined,
      { status: 'estimated' },
    ],
    ['of one who came later', line(1), undefined, undefined, { status: 'received', isLate: true }],
    [
      'not settled yet',
      line(1),
      line(1),
      reading('a', 1, 1, { version: 2 }),
      { status: 'received', isUnsettled: true },
    ],
    ['settled', line(2), line(2), reading('a', 1, 1, { version: 2 }), { status: 'received' }],
    ['of one without a line', undefined, undefined, reading('a', 1, 1), { isUnsettled: true }],
  ])('that was %s', (_, latest, atFirst, read, expected) => {
    const state = settledState(latest, atFirst, read);
    expect(state).toEqual({ isLate: false, isUnsettled: false, ...expected });
  });

  test('is none without a line and a reading', () => {
    expect(settledState(undefined, undefined, undefined)).toBeUndefined();
  });

  test('of an open timeframe follows from the reading', () => {
    expect(openState(undefined).status).toBe('missing');
    expect(openState(reading('a', 1, 1, { quality: 'questionable' })).status).toBe('received');
    expect(openState(reading('a', 1, 1, { quality: 'estimated' })).status).toBe('estimated');
  });
});

describe('endedTimeframes', () => {
  const grid = {
    timeZone: 'Europe/Berlin',
    timeframeMinutes: 15,
    activeFrom: at('2026-01-01T00:00:00Z'),
  };
  const always = { from: at('2026-01-01T00:00:00Z'), to: at('2027-01-01T00:00:00Z') };
  const later = at('2027-06-01T00:00:00Z');

  test.each([
    ['2026-03-29', 92, '2026-03-28T23:00:00Z', '2026-03-29T21:45:00Z'],
    ['2026-06-15', 96, '2026-06-14T22:00:00Z', '2026-06-15T21:45:00Z'],
    ['2026-10-25', 100, '2026-10-24T22:00:00Z', '2026-10-25T22:45:00Z'],
  ])('of %s are %i', (date, count, from, last) => {
    const timeframes = endedTimeframes(grid, date, always, later);
    expect(timeframes).toHaveLength(count);
    expect([timeframes[0], timeframes.at(-1)]).toEqual([from, last]);
  });

  test('are those that have ended, in the range and in the time of the grid', () => {
    const now = at('2026-06-15T10:29:59Z');
    expect(endedTimeframes(grid, '2026-06-15', always, now).at(-1)).toBe('2026-06-15T10:00:00Z');
    const range = { from: at('2026-06-15T09:01:00Z'), to: at('2026-06-15T09:45:00Z') };
    expect(endedTimeframes(grid, '2026-06-15', range, now)).toEqual([
      '2026-06-15T09:15:00Z',
      '2026-06-15T09:30:00Z',
    ]);
    const brief = {
      ...grid,
      activeFrom: at('2026-06-15T09:30:00Z'),
      activeUntil: at('2026-06-15T10:00:00Z'),
    };
    expect(endedTimeframes(brief, '2026-06-15', always, later)).toEqual([
      '2026-06-15T09:30:00Z',
      '2026-06-15T09:45:00Z',
    ]);
    expect(endedTimeframes(grid, '2026-06-16', range, now)).toEqual([]);
  });

  test('of all days are each timeframe once, where a zone starts its days within a timeframe too', () => {
    for (const timeZone of ['Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns']) {
      const hourly = { ...grid, timeZone, timeframeMinutes: 60 };
      const range = { from: at('2026-10-20T00:00:00Z'), to: at('2026-11-05T00:00:00Z') };
      const all: Timeframe[] = [];
      for (let date = '2026-10-19'; date < '2026-11-07'; date = nextLocalDay(date, timeZone)) {
        all.push(...endedTimeframes(hourly, date, range, later));
      }
      expect(all).toHaveLength(16 * 24);
      expect(new Set(all).size).toBe(16 * 24);
    }
  });

  test('pass over a day that a zone left out', () => {
    expect(nextLocalDay('2011-12-29', 'Pacific/Apia')).toBe('2011-12-31');
  });
});
