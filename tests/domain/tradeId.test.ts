import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf, timeframeAt } from '../../shared/domain/timeframe.ts';
import {
  aheadIdOf,
  batchMessageId,
  parseAheadId,
  parseTradeId,
  tradeIdOf,
} from '../../shared/domain/tradeId.ts';
import { gridId, quarter } from './given.ts';

test('an id tells where the trade stands', () => {
  expect(tradeIdOf(gridId('village'), quarter, 0, 1)).toBe('village.20261122T1015Z.0.1');
  expect(parseTradeId('village.20261122T1015Z.0.1')).toEqual({
    gridId: 'village',
    timeframe: '2026-11-22T10:15:00Z',
    revision: 0,
    sequence: 1,
  });
});

test('an id is read back as what it was made of', () => {
  const anyPlace = fc.record({
    gridId: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map(gridId),
    timeframe: fc
      .integer({ min: 15_800_000, max: 120_000_000 })
      .map((minute) => timeframeAt(instantOf(minute * 60_000), 1)),
    revision: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 999_999_999 })),
    sequence: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  });
  fc.assert(
    fc.property(anyPlace, (place) => {
      const id = tradeIdOf(place.gridId, place.timeframe, place.revision, place.sequence);
      expect(parseTradeId(id)).toEqual(place);
    }),
  );
});

test.each([
  '',
  'village',
  'village.20261122T1015Z.0',
  'village.20261122T1015Z.0.1.2',
  'village.20261122T1015Z.0.0',
  'village.20261122T1015Z.00.1',
  'village.20261122T1015Z.0.01',
  'village.20261122T1015Z.-1.1',
  'village.20261122T1015Z.0.+1',
  'village.20261122T1015Z.0.1e3',
  'village.20261122T1015Z.0. 1',
  'village.20261122T1015Z..1',
  'village.20261122T1015Z.0.1000000000000000',
  'village.2026-11-22T10:15:00Z.0.1',
  'village.20261122T101500Z.0.1',
  'Village.20261122T1015Z.0.1',
  '.20261122T1015Z.0.1',
  `${'v'.repeat(64)}.20261122T1015Z.0.1`,
  'village.20261122T1015Z.0.1\n',
])('%j is no trade id', (text) => {
  expect(parseTradeId(text)).toBeUndefined();
});

test('a batch bears one message id however often it is sent', () => {
  const key = { gridId: gridId('village'), timeframe: quarter, revision: 0, batch: 3 };
  expect(batchMessageId(key)).toBe('village.20261122T1015Z.0.3');
});

test('a trade ahead has an id that no recorded trade has, and one spelling', () => {
  const anyId = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
  fc.assert(
    fc.property(anyId.map(gridId), anyId, (grid, id) => {
      const text = aheadIdOf(grid, quarter, id);
      expect(parseAheadId(text)).toBe(text);
      expect(parseTradeId(text)).toBeUndefined();
    }),
  );
  expect(aheadIdOf(gridId('village'), quarter, '7')).toBe('village.20261122T1015Z.ahead.7');
  expect(parseAheadId(tradeIdOf(gridId('village'), quarter, 0, 7))).toBeUndefined();
});

test.each([
  '',
  'village.20261122T1015Z.ahead',
  'village.20261122T1015Z.ahead.',
  'village.20261122T1015Z.ahead.1.2',
  'village.20261122T1015Z.Ahead.1',
  'village.20261122T1015Z.ahead.A',
  'village.20261122T1015Z.ahead.-1',
  'village.20261122T1015Z.ahead.1\n',
  'village.20261322T1015Z.ahead.1',
  'Village.20261122T1015Z.ahead.1',
  `village.20261122T1015Z.ahead.${'v'.repeat(64)}`,
])('%j is the id of no trade ahead', (text) => {
  expect(parseAheadId(text)).toBeUndefined();
});
