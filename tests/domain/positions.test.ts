import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareIds } from '../../shared/domain/ids.ts';
import { positionsOf } from '../../shared/domain/positions.ts';
import { anyReadings, linesOf, reading } from './given.ts';
import { ahead, anyAhead } from './marketGiven.ts';

test('a position is what is produced less what is consumed', () => {
  const lines = linesOf([reading('a', 10, 4), reading('b', 0, 7), reading('c', 5, 5)]);
  expect(told(positionsOf(lines, []))).toEqual(['a 6', 'b -7', 'c 0']);
});

test('what was sold ahead is gone, what was bought is there, and the mini grid has the opposite', () => {
  const lines = linesOf([reading('a', 2000, 0), reading('n', 0, 1500)]);
  const trades = [
    ahead(1, 'a', 'sell', 500, 1),
    ahead(2, 'n', 'buy', 300, 1),
    ahead(3, 'a', 'buy', 10, 1),
    ahead(4, 'b', 'sell', 40, 1),
    ahead(9, 'z', 'buy', 7, 1),
  ];
  expect(told(positionsOf(lines, trades))).toEqual([
    'a 1510',
    'b -40',
    'mini-grid 223',
    'n -1200',
    'z 7',
  ]);
});

test('positions ascend by id, one each, and add up to the nettos', () => {
  fc.assert(
    fc.property(anyReadings, anyAhead, (readings, trades) => {
      const lines = linesOf(readings);
      const positions = positionsOf(lines, trades);
      const ids = positions.map(({ accountId }) => accountId);
      expect(ids).toEqual([...new Set(ids)].sort(compareIds));
      expect(positions.reduce((sum, { positionWh }) => sum + positionWh, 0)).toBe(
        lines.reduce((sum, { producedWh, consumedWh }) => sum + producedWh - consumedWh, 0),
      );
    }),
  );
});

function told(positions: ReturnType<typeof positionsOf>): string[] {
  return positions.map(({ accountId, positionWh }) => `${accountId} ${positionWh}`);
}
