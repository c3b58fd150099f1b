import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor.ts';
import { pageAnswer } from '../../shared/http/page.ts';

const isText = (value: unknown): value is string => typeof value === 'string';
const isAnything = (_value: unknown): _value is unknown => true;

describe('a cursor', () => {
  test('gives back its key, and is safe in an address', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (key) => {
        const cursor = encodeCursor(key);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(cursor, isAnything)).toEqual(JSON.parse(JSON.stringify(key)));
      }),
    );
  });

  test('of another list, or no cursor at all, is none', () => {
    expect(decodeCursor(encodeCursor({ a: 1 }), isText)).toBeUndefined();
    expect(decodeCursor(encodeCursor('p').slice(1), isText)).toBeUndefined();
    expect(decodeCursor(`b${encodeCursor('p').slice(1)}`, isText)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor(text, (value): value is object => value === text)).toBeUndefined();
      }),
    );
  });
});

describe('a page', () => {
  test('links to the next, with the rest of the address kept', () => {
    const url = 'https://grid.example:8443/api/trades?gridId=g&limit=2&cursor=old';
    const { value, nextLink } = pageAnswer(url, ['a', 'b'], 'b');
    const link = new URL(nextLink ?? '');
    expect(value).toEqual(['a', 'b']);
    expect(link.origin + link.pathname).toBe('https://grid.example:8443/api/trades');
    expect([...link.searchParams.keys()].sort()).toEqual(['cursor', 'gridId', 'limit']);
    expect(decodeCursor(link.searchParams.get('cursor') ?? '', isText)).toBe('b');
  });

  test('that is the last links nowhere', () => {
    expect(pageAnswer('http://localhost/api/grids', [], undefined)).toEqual({ value: [] });
  });
});
