import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { freshEmbeddedChain } from './embeddedChainUnderTest.ts';
import { replayChain, storedCoins } from './replayedChain.ts';

const started = freshEmbeddedChain();
let children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function startMiner(rounds: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const script = join(import.meta.dirname, 'chainProcess.ts');
  const options = ['--directory', started().directory, '--rounds', String(rounds)];
  const flags = ['--disable-warning=ExperimentalWarning', script];
  const child = spawn(process.execPath, [...flags, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children = [...children, child];
  return child;
}

test('two processes mine on one chain, and no block is lost', async () => {
  const miners = [startMiner(20), startMiner(20)];
  const codes = await Promise.all(miners.map(async (miner) => (await once(miner, 'exit'))[0]));
  expect(codes).toEqual([0, 0]);
  const { chain, db } = started();
  // Each round adds three blocks and takes two, whoever mined them.
  expect((await chain.tip()).height).toBe(40);
  expect(storedCoins(db).confirmed).toEqual(replayChain(db).confirmed);
}, 30_000);

test('what a process mined before it was killed is there, and no half of a block', async () => {
  const miner = startMiner(10_000);
  let acknowledged = 0;
  for await (const chunk of miner.stdout) {
    acknowledged = Number(String(chunk).trimEnd().split('\n').at(-1));
    if (acknowledged >= 5) break;
  }
  miner.kill('SIGKILL');
  await once(miner, 'exit');
  const { chain, db } = started();
  const { height } = await chain.tip();
  expect(height).toBeGreaterThanOrEqual(acknowledged);
  const replayed = replayChain(db);
  expect(replayed.height).toBe(height);
  expect(storedCoins(db).confirmed).toEqual(replayed.confirmed);
}, 30_000);
