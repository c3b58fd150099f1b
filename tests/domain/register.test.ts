import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { intervalBetween, type RegisterReading } from '../../shared/domain/register.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { at, prosumerId } from './given.ts';

const limitWh = 10_000;
const rolloverWh = 1_000_000;

type Given = {
  readonly from: number;
  readonly to: number;
  readonly consumedFrom?: number;
  readonly consumedTo?: number;
  readonly rollsOver?: boolean;
};

function register(time: string, produced: number, consumed: number, rollsOver = false) {
  const reading: RegisterReading = {
    prosumerId: prosumerId('a'),
    meterId: 'meter-1',
    at: at(time),
    producedRegisterWh: wattHours(produced),
    consumedRegisterWh: wattHours(consumed),
    source: 'gateway',
    receivedAt: at('2026-11-22T12:00Z'),
  };
  return rollsOver ? { ...reading, rolloverWh: wattHours(rolloverWh) } : reading;
}

function between({ from, to, consumedFrom = 0, consumedTo = 0, rollsOver }: Given) {
  return intervalBetween(
    register('2026-11-22T10:15Z', from, consumedFrom, rollsOver),
    register('2026-11-22T10:30Z', to, consumedTo, rollsOver),
    limitWh,
  );
}

function interval(producedWh: number, consumedWh = 0, rolledOver = false) {
  return { kind: 'interval', producedWh, consumedWh, rolledOver };
}

describe('registers that rise', () => {
  test.each([
    [{ from: 100, to: 350, consumedFrom: 7, consumedTo: 9 }, interval(250, 2)],
    [{ from: 100, to: 100 }, interval(0)],
    [{ from: 100, to: 100 + limitWh - 1 }, interval(limitWh - 1)],
    [{ from: 100, to: 100 + limitWh }, interval(limitWh)],
    [{ from: 0, to: 500, rollsOver: true }, interval(500)],
  ])('%j', (given, expected) => {
    expect(between(given)).toEqual(expected);
  });

  test.each([
    [{ from: 100, to: 100 + limitWh + 1 }, 'producedRegisterWh'],
    [{ from: 0, to: 0, consumedFrom: 5, consumedTo: 5 + limitWh + 1 }, 'consumedRegisterWh'],
  ])('by more than can have flowed are nonsense: %j', (given, field) => {
    expect(between(given)).toMatchObject({ kind: 'nonsense', field });
  });
});

describe('registers that fall', () => {
  test.each([
    ['up to the top and on', { from: 999_990, to: 15 }, interval(25, 0, true)],
    ['exactly to the top', { from: 999_990, to: 0 }, interval(10, 0, true)],
    ['by the limit', { from: 995_000, to: 5_000 }, interval(limitWh, 0, true)],
    [
      'while the other one rises',
      { from: 50, to: 60, consumedFrom: 999_999, consumedTo: 4 },
      interval(10, 5, true),
    ],
  ])('have rolled over: %s', (_, given, expected) => {
    expect(between({ ...given, rollsOver: true })).toEqual(expected);
  });

  test('by a Wh more than the limit around the top were reset', () => {
    const given = { from: 995_000, to: 5_001, rollsOver: true };
    expect(between(given)).toEqual({ kind: 'reset' });
  });

  test('have not rolled over unless that was announced', () => {
    expect(between({ from: 999_990, to: 15 })).toEqual({ kind: 'reset' });
  });

  test.each([
    ['to 0', { from: 400_000, to: 0 }],
    ['to what can have flowed since', { from: 400_000, to: limitWh }],
    ['both', { from: 400_000, to: 3, consumedFrom: 70_000, consumedTo: 900 }],
    ['beside one that had not counted yet', { from: 0, to: 0, consumedFrom: 500, consumedTo: 2 }],
    ['beside one that had counted little', { from: 7, to: 9, consumedFrom: 500, consumedTo: 2 }],
  ])('were reset: %s', (_, given) => {
    expect(between(given)).toEqual({ kind: 'reset' });
    expect(between({ ...given, rollsOver: true })).toEqual({ kind: 'reset' });
  });

  test.each([
    ['to more than can have flowed', { from: 400_000, to: limitWh + 1 }, 'producedRegisterWh'],
    ['a little', { from: 400_000, to: 399_999 }, 'producedRegisterWh'],
    ['a little near 0', { from: 9_000, to: 8_990 }, 'producedRegisterWh'],
    ['to half of what it was', { from: 9_000, to: 4_500 }, 'producedRegisterWh'],
    [
      'while the other goes on from high up',
      { from: 400_000, to: 400_010, consumedFrom: 70_000, consumedTo: 5 },
      'producedRegisterWh',
    ],
    [
      'while the other goes on from high up',
      { from: 70_000, to: 5, consumedFrom: 400_000, consumedTo: 400_010 },
      'consumedRegisterWh',
    ],
  ])('are nonsense else: %s', (_, given, field) => {
    expect(between(given)).toMatchObject({ kind: 'nonsense', field });
    expect(between({ ...given, rollsOver: true })).toMatchObject({ kind: 'nonsense', field });
  });

  test('just under half of what it was is a reset', () => {
    expect(between({ from: 9_000, to: 4_499 })).toEqual({ kind: 'reset' });
  });

  test('a range so small that all falls could be rollovers is not walked round by a slip', () => {
    const [earlier, later] = [
      register('2026-11-22T10:15Z', 50, 0),
      register('2026-11-22T10:30Z', 49, 0),
    ];
    const small = { rolloverWh: wattHours(100) };
    const verdict = intervalBetween({ ...earlier, ...small }, { ...later, ...small }, limitWh);
    expect(verdict).toMatchObject({ kind: 'nonsense', field: 'producedRegisterWh' });
  });
});

test('another meter starts a series of its own', () => {
  const earlier = register('2026-11-22T10:15Z', 400_000, 0);
  const later = { ...register('2026-11-22T10:30Z', 400_010, 0), meterId: 'meter-2' };
  expect(intervalBetween(earlier, later, limitWh)).toEqual({ kind: 'exchange' });
});

test('a register at or above its own top is nonsense', () => {
  const given = { from: rolloverWh - 1, to: rolloverWh, rollsOver: true };
  expect(between(given)).toMatchObject({ kind: 'nonsense', field: 'producedRegisterWh' });
  expect(between({ ...given, to: rolloverWh - 1 })).toEqual(interval(0));
});

test('a top that is told once holds for both, and may not change', () => {
  const earlier = register('2026-11-22T10:15Z', 999_990, 0);
  const later = register('2026-11-22T10:30Z', 5, 0);
  const top = { rolloverWh: wattHours(rolloverWh) };
  expect(intervalBetween({ ...earlier, ...top }, later, limitWh)).toEqual(interval(15, 0, true));
  expect(intervalBetween(earlier, { ...later, ...top }, limitWh)).toEqual(interval(15, 0, true));
  const other = { ...later, rolloverWh: wattHours(10 * rolloverWh) };
  const verdict = intervalBetween({ ...earlier, ...top }, other, limitWh);
  expect(verdict).toMatchObject({ kind: 'nonsense', field: 'rolloverWh' });
});

test('registers must be in order and of one prosumer', () => {
  const earlier = register('2026-11-22T10:15Z', 1, 0);
  const later = register('2026-11-22T10:30Z', 2, 0);
  expect(() => intervalBetween(later, earlier, limitWh)).toThrow('no interval');
  expect(() => intervalBetween(earlier, earlier, limitWh)).toThrow('no interval');
  const other = { ...later, prosumerId: prosumerId('b') };
  expect(() => intervalBetween(earlier, other, limitWh)).toThrow('no interval');
});

test('whatever a meter counts is found again, across its top too', () => {
  const counted = fc.integer({ min: 0, max: limitWh });
  const start = fc.oneof(
    fc.integer({ min: 0, max: rolloverWh - 1 }),
    fc.integer({ min: rolloverWh - limitWh, max: rolloverWh - 1 }),
  );
  fc.assert(
    fc.property(start, start, counted, counted, (from, consumedFrom, produced, consumed) => {
      const given = {
        from,
        to: (from + produced) % rolloverWh,
        consumedFrom,
        consumedTo: (consumedFrom + consumed) % rolloverWh,
        rollsOver: true,
      };
      const rolledOver = from + produced >= rolloverWh || consumedFrom + consumed >= rolloverWh;
      expect(between(given)).toEqual(interval(produced, consumed, rolledOver));
    }),
  );
});

test('no pair of registers makes energy above the limit or below 0', () => {
  const any = fc.integer({ min: 0, max: rolloverWh - 1 });
  fc.assert(
    fc.property(
      any,
      any,
      any,
      any,
      fc.boolean(),
      (from, to, consumedFrom, consumedTo, rollsOver) => {
        const verdict = between({ from, to, consumedFrom, consumedTo, rollsOver });
        if (verdict.kind !== 'interval') return;
        for (const energyWh of [verdict.producedWh, verdict.consumedWh]) {
          expect(energyWh >= 0 && energyWh <= limitWh).toBe(true);
        }
      },
    ),
  );
});
