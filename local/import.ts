import { errorCodeOf } from './errorCode.ts';
import { explainError } from './explainError.ts';
import { importUsage, readImportArguments } from './import/importArguments.ts';
import { describeTally } from './import/importTally.ts';
import { ImportUsageError } from './import/readingColumns.ts';
import { runImport } from './import/runImport.ts';
import { tokenFrom } from './tokenFrom.ts';

/** Runs the command line and answers its exit code: 0 all taken, 1 some rejected, 2 wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  const given = readImportArguments(args);
  if (given === undefined) {
    process.stdout.write(importUsage);
    return 0;
  }
  const token = tokenFrom(process.env);
  const { tally } = await runImport(given, { output: process.stderr, nowMs: Date.now, ...token });
  process.stdout.write(`${describeTally(tally).join('\n')}\n`);
  return tally.rejected === 0 ? 0 : 1;
}

function explain(error: unknown): string {
  return error instanceof ImportUsageError ? `${error.message}\nSee --help.` : explainError(error);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  // A file that is not there is a slip in the command line as well.
  process.exitCode = error instanceof ImportUsageError || errorCodeOf(error) === 'ENOENT' ? 2 : 1;
}
