import { errorCodeOf } from './errorCode.ts';
import { explainError } from './explainError.ts';
import { Finding } from './verify/finding.ts';
import { runVerify } from './verify/runVerify.ts';
import { readVerifyArguments, VerifyUsageError, verifyUsage } from './verify/verifyArguments.ts';
import { NotStillError } from './verify/whileStill.ts';

const exitCodes = { finding: 1, usage: 2, failure: 3 } as const;

/** Runs the command line. */
async function main(args: readonly string[]): Promise<void> {
  const given = readVerifyArguments(args);
  if (given === undefined) {
    process.stdout.write(verifyUsage);
    return;
  }
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const lines = await runVerify(given, { say });
  process.stdout.write(`${lines.join('\n')}\n`);
}

function explain(error: unknown): string {
  if (error instanceof Finding) return `Wrong: ${error.message}`;
  if (error instanceof VerifyUsageError) return `${error.message}\nSee --help.`;
  if (error instanceof NotStillError) return `Could not be checked. ${error.message}`;
  return `Could not be checked. ${explainError(error)}`;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Finding) return exitCodes.finding;
  // A file that is not there is a slip in the command line as well.
  const isUsage = error instanceof VerifyUsageError || errorCodeOf(error) === 'ENOENT';
  return isUsage ? exitCodes.usage : exitCodes.failure;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
