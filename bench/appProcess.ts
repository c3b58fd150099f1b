import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The root of the project, where the app's folders are. */
export const root = join(import.meta.dirname, '..');

/** The app under the local host, in a process of its own. */
export type AppProcess = {
  readonly url: string;
  /** Ends it in order. Throws when it ended with a failure. */
  stop(): Promise<void>;
};

/** Starts the app on any free port. Throws, with its stderr, when it ends before it listens. */
export async function startApp(appFile: string, dataDirectory: string): Promise<AppProcess> {
  const options = ['--live', '--port', '0', '--data', dataDirectory, '--app', appFile];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'local/main.ts'), ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'close');
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
    const url = /listening on (http:\S+)\n/.exec(stdout)?.[1];
    if (url !== undefined) resolve(url);
  });
  const url = await Promise.race([listening, ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`the app ended before it listened: ${stderr}`);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const [exitCode] = await ended;
      if (exitCode !== 0) throw new Error(`the app ended with ${exitCode}: ${stderr}`);
    },
  };
}
