import { type Host, type HostParts, startHost } from './host.ts';
import { describeAuth } from './hostAuth.ts';
import { describeError } from './hostLog.ts';

/** Exit codes of a process that a signal ended: 128 and the signal's number. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export type RunParts = HostParts & {
  /** Ends what lives off the host, while the host still answers. */
  readonly beforeStop?: () => Promise<void>;
};

/**
 * Hosts the app until the process is told to end: the first SIGINT or SIGTERM stops it in order
 * (exit 0), a second one ends it at once. A failure that nobody handles ends it with exit 1, as does an
 * app that cannot be started.
 */
export async function runHost({ beforeStop, onListening, ...parts }: RunParts): Promise<Host> {
  process.on('unhandledRejection', endWithFailure);
  process.on('uncaughtException', endWithFailure);
  const starting = startHost({
    ...parts,
    onListening: async (url, issuer) => {
      const auth = describeAuth(process.env, url, issuer !== undefined);
      if (auth !== undefined) console.log(auth);
      console.log(`Mini Smart Grid is listening on ${url}`);
      await onListening?.(url, issuer);
    },
  });
  // From the start on: who reads that it listens may tell it to end before it has quite begun.
  stopOnSignals(async () => {
    const host = await starting;
    await beforeStop?.();
    await host.stop();
  });
  try {
    return await starting;
  } catch (error) {
    console.error(explain(error));
    process.exit(1);
  }
}

function stopOnSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  for (const [signal, exitCode] of Object.entries(signalExitCodes)) {
    process.on(signal, () => {
      if (isStopping) process.exit(exitCode);
      isStopping = true;
      stop().then(() => process.exit(0), endWithFailure);
    });
  }
}

function endWithFailure(error: unknown): never {
  console.error(describeError(error));
  process.exit(1);
}

/** Messages of an error and its causes; a stack only where the fault is in code, not in settings. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ([TypeError, ReferenceError, SyntaxError].some((bug) => error instanceof bug)) {
    return describeError(error);
  }
  return error.cause === undefined ? error.message : `${error.message}\n${explain(error.cause)}`;
}
