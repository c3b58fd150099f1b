import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCsvParser, recordLengthMax } from '../../local/import/csv.ts';

/** Parses a text cut into pieces; problems stand as their text. */
function parse(...pieces: readonly string[]) {
  const parser = createCsvParser();
  const records = [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  return records.map((record) => [
    record.line,
    'fields' in record ? record.fields : record.problem,
  ]);
}

describe('CSV', () => {
  test.each([
    [
      'plain',
      'a,b\nc,d\n',
      [
        [1, ['a', 'b']],
        [2, ['c', 'd']],
      ],
    ],
    [
      'without a last line break',
      'a,b\nc,d',
      [
        [1, ['a', 'b']],
        [2, ['c', 'd']],
      ],
    ],
    [
      'CRLF',
      'a,b\r\nc,d\r\n',
      [
        [1, ['a', 'b']],
        [2, ['c', 'd']],
      ],
    ],
    [
      'CRLF, last without LF',
      'a,b\r\nc,"d"\r',
      [
        [1, ['a', 'b']],
        [2, ['c', 'd']],
      ],
    ],
    ['byte order mark', '\uFEFFa,b\n', [[1, ['a', 'b']]]],
    ['quoted first with byte order mark', '\uFEFF"a",b\n', [[1, ['a', 'b']]]],
    [
      'blank lines are passed over but counted',
      'a\n\n\r\nb\n',
      [
        [1, ['a']],
        [4, ['b']],
      ],
    ],
    [
      'empty fields',
      ',\n"",""\n',
      [
        [1, ['', '']],
        [2, ['', '']],
      ],
    ],
    ['quoted comma', '"a,b",c\r\n', [[1, ['a,b', 'c']]]],
    ['doubled marks', '"a ""b""","""",x\n', [[1, ['a "b"', '"', 'x']]]],
    [
      'line break in quotes',
      '"a\r\nb",c\nd,e\n',
      [
        [1, ['a\r\nb', 'c']],
        [3, ['d', 'e']],
      ],
    ],
    [
      'text after a closing mark',
      '"a"b,c\nd,e\n',
      [
        [1, 'text after a closing quotation mark'],
        [2, ['d', 'e']],
      ],
    ],
    [
      'mark in an unquoted field',
      'a"b,c\nd,e\n',
      [
        [1, 'a quotation mark inside an unquoted field'],
        [2, ['d', 'e']],
      ],
    ],
    [
      'unclosed to the end costs its own line',
      'a\n"b,c\nd,e\n',
      [
        [1, ['a']],
        [2, 'a quotation mark is not closed'],
        [3, ['d', 'e']],
      ],
    ],
  ])('%s', (_name, text, expected) => {
    expect(parse(text)).toEqual(expected);
    expect(parse(...text)).toEqual(expected);
  });

  test('a mark that nobody closes does not swallow a long file', () => {
    const row = 'x,1\n';
    const records = parse(`"a,b\n${row.repeat(recordLengthMax)}`);
    expect(records.length).toBe(1 + recordLengthMax);
    expect(records[0]).toEqual([1, 'a quotation mark is not closed']);
    expect(records[1]).toEqual([2, ['x', '1']]);
  });

  test('a line without end is a malformed line', () => {
    const [first, second] = parse(`${'x'.repeat(recordLengthMax + 1)}\na,b\n`);
    expect(first).toEqual([1, `longer than ${recordLengthMax} characters`]);
    expect(second).toEqual([2, ['a', 'b']]);
  });

  test('what is written by the rules is read back, wherever the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ß') });
    const record = fc.array(field, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(record), fc.integer({ min: 1, max: 9 }), (records, size) => {
        const text = records
          .map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(parse(...pieces).map(([, fields]) => fields)).toEqual(records);
      }),
    );
  });
});
