import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditValues, changedFields } from '../../shared/domain/changedFields.ts';

test.each([
  [
    { a: 1, b: 2 },
    { a: 1, b: 3 },
    { before: { b: 2 }, after: { b: 3 } },
  ],
  [{ a: 1 }, { a: 1, b: undefined }, {}],
  [{ a: 1 }, {}, { before: { a: 1 } }],
  [undefined, { a: 5n, b: undefined }, { after: { a: '5' } }],
  [{ a: 5n }, undefined, { before: { a: '5' } }],
  [{ a: { x: 1, y: [1n] } }, { a: { y: [1n], x: 1 } }, {}],
  [{ a: [1, 2] }, { a: [2, 1] }, { before: { a: [1, 2] }, after: { a: [2, 1] } }],
  [{ a: [] }, { a: {} }, { before: { a: [] }, after: { a: {} } }],
  [{ a: null }, { a: false }, { before: { a: null }, after: { a: false } }],
])('between %j and %j', (before, after, changed) => {
  expect(changedFields(before, after)).toEqual(changed);
});

test('nothing differs from itself, and what differs tells what became of what', () => {
  const fields = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.bigInt(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 })),
  );
  fc.assert(
    fc.property(fields, fields, (before, after) => {
      expect(changedFields(before, before)).toEqual({});
      const changed = changedFields(before, after);
      const kept = Object.entries(auditValues(before)).filter(([name]) => {
        return changed.before?.[name] === undefined;
      });
      expect({ ...Object.fromEntries(kept), ...changed.after }).toEqual(auditValues(after));
    }),
  );
});
