import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChainStart, mineChainStart } from './chainStart.ts';
import { type Outcome, simulate } from './simulate.ts';
import { stepsDefault } from './simulateArguments.ts';

const seedCount = 20;
/** Each happens under some of the seeds, or they found nothing out. */
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
const timeoutMs = 600_000;

let chainStart: ChainStart;

beforeAll(async () => {
  chainStart = await mineChainStart();
});
afterAll(() => rmSync(chainStart.scratch, { recursive: true }));

/** The same each time, and one that is new. */
const seeds = [
  ...Array.from({ length: seedCount }, (_, at) => at + 1),
  randomInt(1_000_000, 2 ** 31),
];

test(
  `nothing is lost or doubled, and no µsat gained, under the seeds to ${seeds.at(-1)}`,
  async () => {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      outcomes.push(await simulate({ seed, steps: stepsDefault }, chainStart));
    }
    // A simulation in which nothing happens would find nothing.
    for (const part of parts) {
      expect(outcomes.reduce((sum, outcome) => sum + outcome[part], 0)).toBeGreaterThan(0);
    }
  },
  timeoutMs,
);
