import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftProcesses, startHostProcess } from '../localHost/hostProcess.ts';
import { type Client, createClient } from './client.ts';

const root = join(import.meta.dirname, '..', '..');
const made: string[] = [];

/** The app in a process of its own, under the local host. */
export type RunningApp = Client & {
  readonly dataDirectory: string;
  /** Its process, as the system knows it. */
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Asks it to end, and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a loss of power would, and waits until it is gone. */
  kill(): Promise<void>;
};

/** Starts the app on any free port and waits until it listens. By default without demonstration. */
export async function startApp({
  dataDirectory = newDirectory(),
  appFile,
  args = ['--live'],
  env = {},
}: {
  readonly dataDirectory?: string;
  readonly appFile?: string;
  readonly args?: readonly string[];
  /** Settings of the app beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
} = {}): Promise<RunningApp> {
  const hosted = startHostProcess({
    dataDirectory,
    env: { ...embeddedAlone, ...env },
    script: join(root, 'local', 'main.ts'),
    args: [
      ...['--port', '0', '--data', dataDirectory],
      ...(appFile === undefined ? [] : ['--app', appFile]),
      ...args,
    ],
  });
  const client = createClient(await hosted.ready);
  return {
    ...client,
    dataDirectory,
    pid: Number(hosted.child.pid),
    stdout: hosted.stdout,
    stderr: hosted.stderr,
    stop() {
      hosted.child.kill('SIGTERM');
      return hosted.ended;
    },
    async kill() {
      hosted.child.kill('SIGKILL');
      await hosted.ended;
    },
  };
}

/** Settings with which the app's clock stands at an instant now, and goes on from there. */
export function clockAt(instant: number | string): Readonly<Record<string, string>> {
  return {
    CLOCK_ORIGIN_MS: String(new Date(instant).getTime()),
    CLOCK_REAL_ORIGIN_MS: String(Date.now()),
    CLOCK_SPEED: '1',
  };
}

/** Servers that the contract suites are held against are not meant for an app that is not told of them. */
const embeddedAlone = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(?:COSMOS|SQL|SERVICE_?BUS)_/.test(name))
    .map((name) => [name, '']),
);

/** Builds the bundle as `npm run build` does, into a folder of its own; answers its entry. */
export function buildBundle(): string {
  const folder = newDirectory();
  execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'infra', 'build.ts'), folder],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return join(folder, 'main.js');
}

/** An empty directory that is gone after the tests of this file. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  made.push(directory);
  return directory;
}

/** Ends every app that is left and removes every directory: for `afterAll`. */
export function cleanUp(): void {
  endLeftProcesses();
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
