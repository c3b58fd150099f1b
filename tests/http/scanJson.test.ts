import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanJson } from '../../shared/http/scanJson.ts';

const limits = { depthMax: 32, fieldsMax: 100 } as const;
const scan = (text: string) => scanJson(new TextEncoder().encode(text), limits);
const faultOf = (text: string) => scan(text).fault;
const inexactOf = (text: string) =>
  scan(text).inexact.map(({ start, end }) => text.slice(start, end));

describe('a number', () => {
  test.each([
    '0',
    '7',
    '-7',
    '1.0',
    '1.50',
    '0.0',
    '123456789012345',
    '9007199254740991',
    '-9007199254740991',
    '0.00000000000001',
  ])('%s is taken as it is', (number) => {
    expect(inexactOf(`{"a":${number}}`)).toEqual([]);
    expect(inexactOf(`[${number} ,1]`)).toEqual([]);
    expect(inexactOf(number)).toEqual([]);
  });

  test.each([
    '-0',
    '-0.0',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '1e21',
    '1E2',
    '1e-400',
    '0.00000000000000000000001',
    '1.00000000000000000001',
    '9007199254740990.5',
    '123456789012345678901234567890',
    '1'.repeat(100_000),
  ])('%s is not', (number) => {
    expect(inexactOf(`{"a":${number}}`)).toEqual([number]);
    expect(inexactOf(`[0, ${number}]`)).toEqual([number]);
    expect(inexactOf(number)).toEqual([number]);
  });

  test('in a text is none', () => {
    expect(inexactOf('{"a":"1e400 -0 \\" 1e400"}')).toEqual([]);
  });

  test('that is taken is the one that was written', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,18})(?:\.\d{1,18})?$/);
    fc.assert(
      fc.property(digits, (number) => {
        if (inexactOf(`[${number}]`).length > 0) return;
        const [whole = '', fraction = ''] = number.split('.');
        const trimmed = fraction.replace(/0+$/, '');
        const plain = trimmed === '' ? whole : `${whole}.${trimmed}`;
        const parsed = Number(number);
        expect(parsed.toFixed(trimmed.length)).toBe(plain);
      }),
    );
  });
});

describe('a field', () => {
  test.each([
    ['{"a":1,"a":1}', 7],
    ['{"a":1,"b":{"a":1},"a":2}', 19],
    ['[{"a":1},{"b":{"x":[{"c":1, "c" : 2}]}}]', 28],
    ['{"":1,"":2}', 6],
    ['{"a"\t\n\r :1,"a":1}', 11],
  ])('%s is there twice', (text, at) => {
    expect(faultOf(text)).toBe(`The field at byte ${at} is there twice in one object.`);
  });

  test.each([
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
    '{"a":"a","b":"a"}',
    '["a","a"]',
    '{"ab":1,"a":2,"b":3}',
  ])('%s has none twice', (text) => {
    expect(faultOf(text)).toBeUndefined();
  });

  test('may not be written with an escape, which hides that it is the same', () => {
    expect(faultOf('{"a":1,"\\u0061":2}')).toBe(
      'The name of the field at byte 7 has an escape in it.',
    );
  });

  test('is one of a hundred at most', () => {
    const fields = (count: number) =>
      `{${Array.from({ length: count }, (_, at) => `"f${at}":1`).join(',')}}`;
    expect(faultOf(fields(100))).toBeUndefined();
    expect(faultOf(fields(101))).toBe('An object has more than 100 fields.');
    expect(faultOf(fields(100_000))).toBe('An object has more than 100 fields.');
  });

  test('is found twice in whatever object it is', () => {
    const name = fc.stringMatching(/^[a-c]{1,2}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), (names) => {
        const text = `{${names.map((each) => `"${each}":{}`).join(',')}}`;
        expect(faultOf(text) === undefined).toBe(new Set(names).size === names.length);
      }),
    );
  });
});

test('nothing is wrong with what is written by JSON.stringify, or depth and names would be', () => {
  const value = fc.jsonValue({ noUnicodeString: false }).map((json) => JSON.stringify(json));
  fc.assert(
    fc.property(value, (text) => {
      const fault = faultOf(text);
      if (fault !== undefined) expect(fault).toMatch(/escape|exactly/);
    }),
  );
});

test('bytes that are no JSON have some answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      scanJson(bytes, limits);
    }),
  );
  for (const text of ['"', '"\\', '{"', '-', '1e', ']]]]', '}{', ':"a":']) faultOf(text);
});

test('depth is told', () => {
  expect(faultOf('['.repeat(32))).toBeUndefined();
  expect(faultOf('['.repeat(33))).toBe('The body is nested deeper than 32 levels.');
  expect(faultOf('[]'.repeat(1_000))).toBeUndefined();
});
