import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  readCursor,
  startCursor,
  writeCursor,
} from '../../shared/adapters/bitcoin/esplora/esploraCursor.ts';
import {
  indexesToLookAt,
  looksInTurnMax,
  youngestMax,
} from '../../shared/adapters/bitcoin/esplora/indexesToLookAt.ts';

const open = fc
  .uniqueArray(fc.nat(5_000), { maxLength: 60 })
  .map((indexes) => indexes.sort((a, b) => a - b));
const chain = fc.record({ next: fc.nat(5_000), open });

describe('a cursor', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.record({ 0: chain, 1: chain }), (cursor) => {
        expect(readCursor(writeCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  test('is short where much is open in a row', () => {
    const many = { next: 7, open: [...Array(9_000).keys()] };
    expect(writeCursor({ 0: many, 1: { next: 0, open: [2, 4, 5] } })).toBe('e1;7;0-8999;0;2,4-5');
  });

  test.each([undefined, '', 'e2;1;;2;', `${'ab'.repeat(32)}.1.0`, 'e1;1;;2'])(
    'like %j begins anew',
    (text) => expect(readCursor(text)).toEqual(startCursor),
  );
});

describe('what is looked at', () => {
  test('is all that is open, the youngest, and a part of the others, in order', () => {
    fc.assert(
      fc.property(chain, fc.nat(5_000), (cursor, count) => {
        const { indexes } = indexesToLookAt(cursor, count);
        const looked = new Set(indexes);
        expect(indexes).toEqual([...looked].sort((a, b) => a - b));
        expect(indexes.every((index) => index >= 0 && index < count)).toBe(true);
        expect(cursor.open.every((index) => index >= count || looked.has(index))).toBe(true);
        const youngest = Math.min(youngestMax, count);
        for (let back = 1; back <= youngest; back += 1) expect(looked.has(count - back)).toBe(true);
        expect(looked.size).toBeLessThanOrEqual(cursor.open.length + youngestMax + looksInTurnMax);
      }),
    );
  });

  test('is every index, after as many calls as it takes', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.integer({ min: 1, max: 3_000 }), (start, count) => {
        const looked = new Set<number>();
        let next = start;
        const calls = Math.ceil(count / looksInTurnMax);
        for (let call = 0; call < calls; call += 1) {
          const looks = indexesToLookAt({ next, open: [] }, count);
          for (const index of looks.indexes) looked.add(index);
          next = looks.next;
        }
        expect(looked.size).toBe(count);
      }),
    );
  });
});
