import type { Dataset } from './apiRows.ts';
import { fileRows, rowsOfFiles } from './fileRows.ts';
import { instantField } from './rowFields.ts';
import type { RowSource } from './rowSource.ts';
import { VerifyUsageError } from './verifyArguments.ts';

type Head = { readonly path: string; readonly dataset: Dataset; readonly timeframe: string };

/**
 * Tells exports apart by their first rows, and puts several of one kind in order of time. Throws
 * VerifyUsageError where a file has no rows or is no export.
 */
export async function fileSources(
  paths: readonly string[],
): Promise<Partial<Record<Dataset, RowSource>>> {
  const heads: Head[] = [];
  for (const path of paths) heads.push(await headOf(path));
  heads.sort((a, b) => (a.timeframe < b.timeframe ? -1 : 1));
  const sources: Partial<Record<Dataset, RowSource>> = {};
  for (const [dataset, parts] of Map.groupBy(heads, (head) => head.dataset)) {
    sources[dataset] = rowsOfFiles(parts.map(({ path }) => path));
  }
  return sources;
}

async function headOf(path: string): Promise<Head> {
  for await (const [first] of fileRows(path)) {
    if (first === undefined) continue;
    const dataset = datasetOf(Object.keys(first.json));
    if (dataset === undefined) {
      throw new VerifyUsageError(`${path} is no export of trades, postings or nettos.`);
    }
    return { path, dataset, timeframe: instantField(first.place, first.json, 'timeframe') };
  }
  throw new VerifyUsageError(`${path} has no rows: nothing says what it is an export of.`);
}

function datasetOf(fields: readonly string[]): Dataset | undefined {
  if (fields.includes('sellerId')) return 'trades';
  if (fields.includes('tradeId')) return 'postings';
  return fields.includes('nettoWh') ? 'nettos' : undefined;
}
