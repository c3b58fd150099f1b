import { rmSync } from 'node:fs';
import { mineChainStart } from './chainStart.ts';
import type { SeedAnswer } from './runSeeds.ts';
import { type SimulationSettings, simulate } from './simulate.ts';

const chainStart = await mineChainStart();
process.on('exit', () => rmSync(chainStart.scratch, { recursive: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
// Seeds come one at a time: the next when this one has been answered.
process.on('message', (settings: SimulationSettings) => {
  void runSeed(settings).then((answer) => process.send?.(answer));
});

async function runSeed(settings: SimulationSettings): Promise<SeedAnswer> {
  const { seed } = settings;
  try {
    const { trace: _, ...happened } = await simulate(settings, chainStart);
    return { seed, happened };
  } catch (error) {
    return { seed, fault: error instanceof Error ? error.message : String(error) };
  }
}
