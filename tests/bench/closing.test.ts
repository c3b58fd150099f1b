import { expect, test } from '@jest/globals';
import { closing } from '../../bench/closing.ts';

test.each([
  [1, 'd6aaad10def521dd03597d345e76c456a8af8b37345213581047d4f39f7d60b2'],
  [600, 'df2976f8082a1353f574f96bec93595e5a9a3c51a03e60ef989e85ab91e2a407'],
])('closing of %i prosumers leads to the same sums on every machine', async (size, hash) => {
  const row = await closing.run(size);
  expect(row).toMatchObject({ size, unit: 'prosumers', hash });
});

test('the parts of a closing add up to its time', async () => {
  const { ms, parts = {} } = await closing.run(100);
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThanOrEqual(ms);
});
