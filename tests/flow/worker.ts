import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A message as a queue holds it, its body parsed. */
export type Work = { readonly queue: 'timeframes' | 'trades'; readonly body: unknown };

/** A second instance of the app, in a process of its own. */
export type Worker = {
  /** Handles all of it in this order and ends; answers the numbers of the closings it made. */
  handle(work: readonly Work[]): Promise<readonly number[]>;
};

const script = join(import.meta.dirname, 'workerProcess.ts');
const running = new Set<ChildProcessByStdio<Writable, Readable, null>>();

/** Starts an instance on a data directory and waits until it has opened its stores. */
export async function startWorker(directory: string): Promise<Worker> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, '--directory', directory],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  running.add(child);
  let out = '';
  const { promise: isReady, resolve } = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (out.startsWith('ready\n')) resolve();
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    if (code !== 0) throw new Error(`an instance ended with ${code}`);
  });
  await Promise.race([isReady, ended]);
  return {
    async handle(work) {
      child.stdin.end(JSON.stringify(work));
      await ended;
      return JSON.parse(out.slice('ready\n'.length));
    },
  };
}

/** Ends what a failed test left behind. */
export function endWorkers(): void {
  for (const child of running) child.kill('SIGKILL');
}
