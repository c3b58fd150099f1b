import { types } from 'node:util';

/**
 * Where messages of SQL Server quote what was in a parameter: 2628 (too long), 245 and its like (not to
 * be converted), 2627 and 2601 (a key that is taken).
 */
const quotations = [
  /(?<=Truncated value: )'.*'/gs,
  /(?<=converting the [a-z]+ value )'.*'(?= to data type)/gs,
  /(?<=duplicate key value is )\(.*\)/gs,
];

/** The same failure, with no value in what it says: it is logged, and values may be personal. */
export function withoutValues(error: unknown): unknown {
  if (!types.isNativeError(error)) return error;
  const told = quotations.reduce((rest, each) => rest.replace(each, '(hidden)'), error.message);
  // As a function: a text would be searched for `$&` and its like.
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => told);
  error.message = told;
  return error;
}
