import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { energyDelta } from '../../shared/domain/energyDelta.ts';
import { linesOf, reading } from './given.ts';
import { anyLines } from './marketGiven.ts';

test('of a first closing is what its lines say, zeros included', () => {
  const lines = linesOf([reading('a', 10, 4), reading('b', 0, 0)]);
  expect(energyDelta(lines)).toBe(lines);
});

test('of a correction is the difference, without those that have none', () => {
  const before = linesOf([reading('a', 10, 4), reading('b', 7, 1), reading('c', 5, 5)]);
  const lines = linesOf([reading('b', 3, 1), reading('c', 5, 5), reading('d', 0, 9)]);
  expect(energyDelta(lines, before)).toEqual([
    { prosumerId: 'a', producedWh: -10, consumedWh: -4 },
    { prosumerId: 'b', producedWh: -4, consumedWh: 0 },
    { prosumerId: 'd', producedWh: 0, consumedWh: 9 },
  ]);
});

test('leads from any lines to any others', () => {
  fc.assert(
    fc.property(anyLines, anyLines, (before, lines) => {
      const sums = new Map<string, readonly [number, number]>();
      for (const line of [...before, ...energyDelta(lines, before)]) {
        const [produced, consumed] = sums.get(line.prosumerId) ?? [0, 0];
        sums.set(line.prosumerId, [produced + line.producedWh, consumed + line.consumedWh]);
      }
      for (const line of lines) {
        expect(sums.get(line.prosumerId) ?? [0, 0]).toEqual([line.producedWh, line.consumedWh]);
        sums.delete(line.prosumerId);
      }
      expect(
        [...sums.values()].every(([produced, consumed]) => produced === 0 && consumed === 0),
      ).toBe(true);
      expect(energyDelta(lines, lines)).toEqual([]);
    }),
  );
});
