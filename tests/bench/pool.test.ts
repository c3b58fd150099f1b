import { expect, test } from '@jest/globals';
import { pool } from '../../bench/pool.ts';

test.each([
  [1, '85c972412e9fe26fdfd0cd59fbfd2ebf3cc057b890756bad460dde635d8178ed'],
  [1_000, '8619a82254cb97835d1e24c9c54b7752f311c4ef9134b6f70170d7b8059f0c52'],
])('pool of %i prosumers makes the same trades on every machine', async (size, hash) => {
  const row = await pool.run(size);
  expect(row).toMatchObject({ size, unit: 'prosumers', hash });
});
