import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type HostProcess = {
  readonly child: ChildProcess;
  readonly dataDirectory: string;
  /** Where it listens; waits until it does. Rejects with its stderr where it ends instead. */
  readonly ready: Promise<string>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  stdout(): string;
  stderr(): string;
};

const running = new Set<ChildProcess>();

/** Ends what a failed test left behind: a child that lives would keep the test run open. */
export function endLeftProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

const fixtureMain = join(import.meta.dirname, 'fixture', 'main.ts');

/** Starts the fixture's app, or another script, in a process of its own. */
export function startHostProcess({
  dataDirectory = mkdtempSync(join(tmpdir(), 'local-host-')),
  script = fixtureMain,
  args = [dataDirectory],
  env = {},
}: {
  readonly dataDirectory?: string;
  readonly script?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
} = {}): HostProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  let out = '';
  let err = '';
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  child.stdout.on('data', (chunk) => {
    out += chunk;
    const url = /^Mini Smart Grid is listening on (\S+)$/m.exec(out)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => {
    reject(new Error(`ended with ${code}: ${err}`));
    return typeof code === 'number' ? code : null;
  });
  // Who waits for the end only is not interested in this one.
  ready.catch(() => {});
  return { child, dataDirectory, ready, ended, stdout: () => out, stderr: () => err };
}
