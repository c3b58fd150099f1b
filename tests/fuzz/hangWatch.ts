import { writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export type HangWatch = {
  /** Says what is going on; not to be heard for too long means that it hangs. */
  beat(seed: number, at: number): void;
  end(): Promise<void>;
};

const silenceMsMax = 30_000;
const lookMs = 1_000;

/** Ends the process with the seed and number of a request that never comes back. */
export function startHangWatch(): HangWatch {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  return {
    beat(seed, at) {
      shared[0] = seed;
      shared[1] = at;
    },
    async end() {
      await worker.terminate();
    },
  };
}

if (!isMainThread && parentPort !== null) watch(workerData as Int32Array);

function watch(shared: Int32Array): void {
  let heard = '';
  let silentMs = 0;
  setInterval(() => {
    const now = shared.join(' request ');
    silentMs = now === heard ? silentMs + lookMs : 0;
    heard = now;
    if (silentMs < silenceMsMax) return;
    writeSync(2, `hangs at seed ${now}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, lookMs);
}
