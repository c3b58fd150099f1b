import { setTimeout as sleep } from 'node:timers/promises';
import { type HostProcess, startHostProcess } from '../localHost/hostProcess.ts';

/** One data directory and address, hosted by one process after the other. */
export type HostLives = {
  /** The same through all lives. */
  readonly url: string;
  readonly dataDirectory: string;
  /** Starts the next life; does not wait until it listens. */
  begin(): HostProcess;
  /** Ends a life at once, as a loss of power would, and waits until it is gone. */
  kill(life: HostProcess): Promise<void>;
  /** What any life has written to its stderr. */
  complaints(): string;
};
export type HostLivesParts = {
  readonly main: string;
  readonly appFile: string;
  readonly dataDirectory: string;
  readonly settings: Readonly<Record<string, string>>;
};

const readyMsMax = 30_000;
const pauseMs = 10;

/** The first life is begun here, so that the address is known. Others listen where it did. */
export async function createHostLives(parts: HostLivesParts): Promise<[HostLives, HostProcess]> {
  const { dataDirectory, settings: env } = parts;
  let port = '0';
  let complaints = '';
  const begin = () => {
    const options = ['--live', '--port', port, '--data', dataDirectory, '--app', parts.appFile];
    const life = startHostProcess({ dataDirectory, script: parts.main, args: options, env });
    void life.ended.then(() => {
      complaints += life.stderr();
    });
    return life;
  };
  const first = begin();
  const url = await first.ready;
  port = new URL(url).port;
  const lives: HostLives = {
    url,
    dataDirectory,
    begin,
    async kill(life) {
      life.child.kill('SIGKILL');
      await life.ended;
    },
    complaints: () => complaints,
  };
  return [lives, first];
}

/** Waits until a life has opened its stores. Throws, with its stderr, where it does not come to that. */
export async function untilReady(url: string, life: HostProcess): Promise<void> {
  await life.ready;
  const endMs = performance.now() + readyMsMax;
  while (performance.now() < endMs) {
    const response = await fetch(`${url}/api/health/ready`);
    await response.arrayBuffer();
    if (response.ok) return;
    await sleep(pauseMs);
  }
  throw new Error(`The host never was ready: ${life.stderr()}`);
}
