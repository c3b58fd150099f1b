import { ApiProblem } from './apiClient.ts';
import { errorCodeOf } from './errorCode.ts';
import { importUsage, readImportArguments } from './import/importArguments.ts';
import { describeTally } from './import/importTally.ts';
import { ImportUsageError } from './import/readingColumns.ts';
import { runImport } from './import/runImport.ts';

/** Runs the command line and answers its exit code: 0 all taken, 1 some rejected, 2 wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  const given = readImportArguments(args);
  if (given === undefined) {
    process.stdout.write(importUsage);
    return 0;
  }
  const { tally } = await runImport(given, { output: process.stderr, nowMs: Date.now });
  process.stdout.write(`${describeTally(tally).join('\n')}\n`);
  return tally.rejected === 0 ? 0 : 1;
}

/** A failure in words; its stack only where it is none of those that a user can meet. */
function explain(error: unknown): string {
  if (error instanceof ImportUsageError) return `${error.message}\nSee --help.`;
  if (error instanceof ApiProblem) return error.message;
  if (!(error instanceof Error)) return String(error);
  return errorCodeOf(error) !== undefined || error.cause !== undefined
    ? error.message
    : String(error.stack);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  // A file that is not there is a slip in the command line as well.
  process.exitCode = error instanceof ImportUsageError || errorCodeOf(error) === 'ENOENT' ? 2 : 1;
}
