import { expect, test } from '@jest/globals';
import { readingCodec } from '../../shared/adapters/azure/cosmos/readingPack.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { at1000, instant, prosumerId, readingOf } from '../contract/samples.ts';

const receivedAt = instant('2026-11-22T10:16:00Z');

test('packs from before there were checks are read as they were written', () => {
  const energies = [wattHours(2000), wattHours(500)] as const;
  const pack = {
    timeframe: at1000,
    sources: ['gateway-1', 'by-hand'],
    receivedAt: [receivedAt],
    readings: [
      [prosumerId('a'), 1, ...energies],
      [prosumerId('b'), 1, ...energies, 1, 1, 0],
    ] as const,
  };
  expect(readingCodec.unpack(pack)).toEqual([
    readingOf('a'),
    readingOf('b', { quality: 'estimated', source: 'by-hand' }),
  ]);
});

test('a reading of which nothing is to be said takes no more room than before', () => {
  const readings = [readingOf('a'), readingOf('b', { unchangedFor: 1 })];
  expect(readingCodec.pack(readings).readings).toEqual([
    ['a', 1, 2000, 500],
    ['b', 1, 2000, 500, 0, 0, 0, 0, 1],
  ]);
});
