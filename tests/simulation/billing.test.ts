import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChainStart, mineChainStart } from './chainStart.ts';
import { type Outcome, simulate } from './simulate.ts';

const seedCount = Number(process.env['SEEDS'] ?? 8);
const stepCount = Number(process.env['STEPS'] ?? 200);
const onlySeed = process.env['SEED'];
/** Each happens about once a seed, or the simulation found nothing out. */
const parts = [
  'runs',
  'invoices',
  'credited',
  'payouts',
  'corrections',
  'ahead',
  'orders',
  'tooLate',
] as const;
const timeoutMs = 3_600_000;

let chainStart: ChainStart;

beforeAll(async () => {
  chainStart = await mineChainStart();
});
afterAll(() => rmSync(chainStart.directory, { recursive: true }));

const seeds = onlySeed === undefined ? drawSeeds() : [Number(onlySeed)];

/** The same each time, and one that is new. */
function drawSeeds(): readonly number[] {
  return [...Array.from({ length: seedCount }, (_, at) => at + 1), randomInt(1_000_000, 2 ** 31)];
}

test(
  `trading, settling and billing neither gain nor lose a µsat under the seeds to ${seeds.at(-1)}`,
  async () => {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) outcomes.push(await simulate(seed, stepCount, chainStart));
    const sum = (of: Exclude<keyof Outcome, 'trace'>) =>
      outcomes.reduce((all, outcome) => all + outcome[of], 0);
    // A simulation in which nothing happens would find nothing.
    const isLong = seeds.length * stepCount >= 1_500;
    if (isLong) {
      for (const part of parts) {
        expect(sum(part)).toBeGreaterThan(seeds.length / 2);
      }
    }
    if (process.env['OUTCOMES'] !== undefined) console.log(JSON.stringify(outcomes));
  },
  timeoutMs,
);
