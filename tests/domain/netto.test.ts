import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareIds } from '../../shared/domain/ids.ts';
import { nettoLines, nettoTotals } from '../../shared/domain/netto.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { anyReadings, member, prosumerId, reading } from './given.ts';

describe('nettoLines', () => {
  test('has a line for each member and for nobody else', () => {
    const members = ['b', 'c', 'd', 'f'].map(member);
    const readings = [
      reading('a', 9, 9),
      reading('b', 10, 4, { version: 3 }),
      reading('d', 0, 7, { quality: 'estimated' }),
      reading('e', 9, 9),
      reading('f', 1, 1, { quality: 'questionable' }),
      reading('g', 9, 9),
    ];
    expect(nettoLines(members, readings)).toEqual([
      { prosumerId: 'b', producedWh: 10, consumedWh: 4, status: 'received', version: 3 },
      { prosumerId: 'c', producedWh: 0, consumedWh: 0, status: 'missing', version: 0 },
      { prosumerId: 'd', producedWh: 0, consumedWh: 7, status: 'estimated', version: 1 },
      { prosumerId: 'f', producedWh: 1, consumedWh: 1, status: 'received', version: 1 },
    ]);
  });

  test('of nobody, or of nothing read', () => {
    expect(nettoLines([], [reading('a', 1, 2)])).toEqual([]);
    expect(nettoLines([member('a')], [])).toEqual([
      { prosumerId: 'a', producedWh: 0, consumedWh: 0, status: 'missing', version: 0 },
    ]);
  });

  test('has what stands in for a reading that is missing, and not for one that is there', () => {
    const members = ['a', 'b', 'c'].map(member);
    const estimate = { producedWh: wattHours(7), consumedWh: wattHours(1), version: 0 };
    const instead = new Map(
      ['a', 'b', 'z'].map(prosumerId).map((id) => {
        return [id, { prosumerId: id, status: 'estimated', ...estimate } as const];
      }),
    );
    expect(nettoLines(members, [reading('b', 10, 4)], instead)).toEqual([
      { prosumerId: 'a', producedWh: 7, consumedWh: 1, status: 'estimated', version: 0 },
      { prosumerId: 'b', producedWh: 10, consumedWh: 4, status: 'received', version: 1 },
      { prosumerId: 'c', producedWh: 0, consumedWh: 0, status: 'missing', version: 0 },
    ]);
  });

  test('refuses to be misled by an order that is not the ids’', () => {
    const [a, b] = [member('a'), member('b')];
    expect(() => nettoLines([b, a], [])).toThrow('members must ascend');
    expect(() => nettoLines([a, a], [])).toThrow('members must ascend');
    const twice = [reading('a', 1, 0), reading('a', 2, 0)];
    expect(() => nettoLines([a, b], twice)).toThrow('readings must ascend');
    const swapped = [reading('b', 1, 0), reading('a', 2, 0)];
    expect(() => nettoLines([a, b], swapped)).toThrow('readings must ascend');
  });

  test('agrees with a look-up of each member', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 99_999 }).map((id) => `p${id}`));
    fc.assert(
      fc.property(ids, anyReadings, fc.integer({ min: 1, max: 3 }), (others, readings, nth) => {
        const sorted = readings.toSorted((a, b) => compareIds(a.prosumerId, b.prosumerId));
        const read = sorted.filter((_, index) => index % nth === 0).map((one) => one.prosumerId);
        const members = [...new Set([...others, ...read])].sort(compareIds).map(member);
        const byId = new Map<string, (typeof sorted)[number]>(
          sorted.map((one) => [one.prosumerId, one]),
        );
        const lines = nettoLines(members, sorted);
        expect(lines.map((line) => line.prosumerId)).toEqual(members.map((m) => m.prosumerId));
        for (const line of lines) {
          const found = byId.get(line.prosumerId);
          expect(line.producedWh).toBe(found?.producedWh ?? 0);
          expect(line.consumedWh).toBe(found?.consumedWh ?? 0);
          expect(line.status).toBe(found === undefined ? 'missing' : 'received');
        }
      }),
    );
  });
});

describe('nettoTotals', () => {
  test('adds up energy and counts readings', () => {
    const lines = nettoLines(['a', 'b', 'c', 'd'].map(member), [
      reading('a', 10, 4),
      reading('b', 1, 20, { quality: 'estimated' }),
      reading('d', 3, 3),
    ]);
    expect(nettoTotals(lines)).toEqual({
      producedWh: 14,
      consumedWh: 27,
      nettoWh: -13,
      readings: { expected: 4, received: 2, missing: 1, estimated: 1 },
    });
  });

  test('of nobody is nothing', () => {
    expect(nettoTotals([])).toEqual({
      producedWh: 0,
      consumedWh: 0,
      nettoWh: 0,
      readings: { expected: 0, received: 0, missing: 0, estimated: 0 },
    });
  });

  test('throws rather than add up inexactly', () => {
    const [line] = nettoLines([member('a')], [reading('a', Number.MAX_SAFE_INTEGER, 0)]);
    if (line === undefined) throw new Error('a member has a line');
    expect(nettoTotals([line]).producedWh).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => nettoTotals([line, line])).toThrow('safe integer');
  });
});
