import { errorCodeOf } from './errorCode.ts';
import { explainError } from './explainError.ts';
import { ExportUsageError, exportUsage, readExportArguments } from './export/exportArguments.ts';
import { runExport } from './export/runExport.ts';
import { tokenFrom } from './tokenFrom.ts';

/** Runs the command line. What it says of its own goes to stderr: stdout may be the export. */
async function main(args: readonly string[]): Promise<void> {
  const given = readExportArguments(args);
  if (given === undefined) {
    process.stdout.write(exportUsage);
    return;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { rows } = await runExport(given, {
    output: process.stdout,
    say,
    ...tokenFrom(process.env),
  });
  say(`${rows} rows of ${given.dataset}${given.file === undefined ? '' : ` in ${given.file}`}`);
}

function explain(error: unknown): string {
  return error instanceof ExportUsageError ? `${error.message}\nSee --help.` : explainError(error);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  // A folder that is not there is a slip in the command line as well.
  process.exitCode = error instanceof ExportUsageError || errorCodeOf(error) === 'ENOENT' ? 2 : 1;
}
