import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** Azurite's Blob Storage in a process of its own, which keeps nothing. */
export type Azurite = {
  /** Of the one account that it has, with the key that Microsoft published for it. */
  readonly connectionString: string;
  stop(): Promise<void>;
};

const waitMsMax = 30_000;
const waitStepMs = 50;
const account = 'devstoreaccount1';
const key =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts it on a free port of this machine and waits until it answers. */
export async function startAzurite(): Promise<Azurite> {
  const port = await freePort();
  const packageFile = createRequire(import.meta.url).resolve('azurite/package.json');
  const script = join(dirname(packageFile), 'dist', 'src', 'blob', 'main.js');
  const options = ['--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const place = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--inMemoryPersistence'];
  const child = spawn(process.execPath, [script, ...options, ...place], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}/${account}`;
  await untilItAnswers(url, child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`;
  return { connectionString, stop };
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += waitStepMs) {
    if (child.exitCode !== null) throw new Error(`Azurite ended: ${said}`);
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, waitStepMs));
  }
  throw new Error(`Azurite does not answer: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
