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
  error.message = withoutQuotations(error.message);
  if (error.stack !== undefined) error.stack = withoutQuotations(error.stack);
  return error;
}

function withoutQuotations(text: string): string {
  return quotations.reduce((rest, quotation) => rest.replace(quotation, '(hidden)'), text);
}
