import { expect, test } from '@jest/globals';
import { withoutValues } from '../../shared/adapters/azure/sql/withoutValues.ts';

test.each([
  [
    "String or binary data would be truncated in table 'grid.dbo.prosumers', column 'name'. Truncated value: 'Zzqx O'Neil\nJr.'.",
    "String or binary data would be truncated in table 'grid.dbo.prosumers', column 'name'. Truncated value: (hidden).",
  ],
  [
    "Conversion failed when converting the nvarchar value 'Zzqx' to data type int.",
    'Conversion failed when converting the nvarchar value (hidden) to data type int.',
  ],
  [
    "Violation of PRIMARY KEY constraint 'prosumersKey'. Cannot insert duplicate key in object 'dbo.prosumers'. The duplicate key value is (Zzqx, 1).",
    "Violation of PRIMARY KEY constraint 'prosumersKey'. Cannot insert duplicate key in object 'dbo.prosumers'. The duplicate key value is (hidden).",
  ],
  ["Login failed for user 'app'.", "Login failed for user 'app'."],
])('a failure says what went wrong, without the value: %j', (message, expected) => {
  const error = Object.assign(new Error(message), { number: 2628 });
  const told = withoutValues(error);
  expect(told).toBe(error);
  expect(error.message).toBe(expected);
  expect(error.stack).toContain(`Error: ${expected}\n    at `);
  expect(error.stack).not.toContain('Zzqx');
});

test('what is no error stays as it is', () => {
  expect(withoutValues('Zzqx')).toBe('Zzqx');
});
