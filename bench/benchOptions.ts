import { parseArgs, types } from 'node:util';
import { type BenchmarkName, benchmarkNames, isBenchmarkName } from './benchmarks.ts';

/** What the command line asks for. Without sizes each benchmark has its own. */
export type BenchOptions = {
  readonly names: readonly BenchmarkName[];
  readonly sizes?: readonly number[];
  readonly jsonFile?: string;
};

export type ParsedBenchOptions =
  | { readonly ok: true; readonly value: BenchOptions }
  | { readonly ok: false; readonly reason: string };

export const usage = `Usage: npm run bench -- [${benchmarkNames.join('|')} …] [options]

  --sizes N,N,…   other sizes than a benchmark's own
  --json FILE     writes the figures to a file too
`;

const sizePattern = /^[1-9][0-9]{0,6}$/;

/** Reads the command line's options. An unknown or malformed one is refused with the reason. */
export function parseBenchOptions(args: readonly string[]): ParsedBenchOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { sizes: { type: 'string' }, json: { type: 'string' } },
    });
    const asked = positionals.map(nameOf);
    return {
      ok: true,
      value: {
        names: asked.length === 0 ? benchmarkNames : asked,
        ...(values.sizes !== undefined && { sizes: values.sizes.split(',').map(sizeOf) }),
        ...(values.json !== undefined && { jsonFile: values.json }),
      },
    };
  } catch (error) {
    if (!types.isNativeError(error)) throw error;
    return { ok: false, reason: error.message };
  }
}

function nameOf(text: string): BenchmarkName {
  if (isBenchmarkName(text)) return text;
  throw new Error(`There is no benchmark "${text}".`);
}

function sizeOf(text: string): number {
  if (sizePattern.test(text)) return Number(text);
  throw new Error(`"${text}" is no size: give whole numbers from 1 to 9999999.`);
}
