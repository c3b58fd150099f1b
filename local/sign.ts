import { errorCodeOf } from './errorCode.ts';
import { runSigner } from './signer/runSigner.ts';
import { readSignArguments, signUsage } from './signer/signArguments.ts';
import { SignerError, SignerUsageError } from './signer/signerError.ts';
import { openTerminal } from './signer/terminal.ts';

/** Runs the command line. What it shows goes to stderr: nothing but a file has the signed PSBT. */
async function main(args: readonly string[]): Promise<void> {
  const given = readSignArguments(args);
  if (given === undefined) {
    process.stdout.write(signUsage);
    return;
  }
  const terminal = openTerminal(process.stdin, process.stderr);
  try {
    await runSigner(given, terminal);
  } finally {
    terminal.close();
  }
}

/** A failure in words; its stack only where it is none of those that a user can meet. */
function explain(error: unknown): string {
  if (error instanceof SignerUsageError) return `${error.message}\nSee --help.`;
  if (error instanceof SignerError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return errorCodeOf(error) !== undefined ? error.message : String(error.stack);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = error instanceof SignerUsageError || errorCodeOf(error) === 'ENOENT' ? 2 : 1;
}
