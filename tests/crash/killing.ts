import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawOf } from '../endToEnd/random.ts';
import type { HostProcess } from '../localHost/hostProcess.ts';
import type { HostLives } from './hostLives.ts';
import { tornFrames } from './tornFrames.ts';

/** The moment at which a life ends. */
export type Kill =
  | { readonly when: 'starting'; readonly afterMs: number }
  | { readonly when: 'any'; readonly afterMs: number }
  | { readonly when: 'writing'; readonly afterMs: number; readonly database: string };

export const databases = ['smartGridInfo', 'prosumerInfo', 'traderInfo', 'queues'];
const startMsMax = 700;
const lifeMsMin = 100;
const lifeMsMax = 2_500;
const writeWaitMs = 3_000;

/** A fifth of the lives end while they start, and two fifths when the next write to a file begins. */
export function drawKill(random: () => number): Kill {
  const kind = random();
  if (kind < 0.2) return { when: 'starting', afterMs: random() * startMsMax };
  const afterMs = lifeMsMin + random() * (lifeMsMax - lifeMsMin);
  if (kind < 0.6) return { when: 'any', afterMs };
  return { when: 'writing', afterMs, database: drawOf(databases, random) };
}

/** Kills a life at its moment. Answers whether it died in the middle of writing a transaction. */
export async function killAt(
  lives: HostLives,
  life: HostProcess,
  kill: Kill,
): Promise<{ readonly isTorn: boolean }> {
  await sleep(kill.afterMs);
  if (kill.when === 'writing') await untilWritten(lives, life, kill.database);
  await lives.kill(life);
  // What a life may have left that died while it started, the life before it had left already.
  if (kill.when === 'starting') return { isTorn: false };
  const logs = databases.map((name) => join(lives.dataDirectory, `${name}.db-wal`));
  return { isTorn: logs.some((log) => existsSync(log) && tornFrames(log) > 0) };
}

/** Kills it as soon as a log is written to, or after a while in which it never was. */
async function untilWritten(lives: HostLives, life: HostProcess, name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(join(lives.dataDirectory, `${name}.db-wal`), () => {
    life.child.kill('SIGKILL');
    resolve();
  });
  const timer = setTimeout(resolve, writeWaitMs);
  await promise;
  clearTimeout(timer);
  watcher.close();
}
