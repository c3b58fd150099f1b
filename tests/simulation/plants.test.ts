import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChainStart, mineChainStart } from './chainStart.ts';
import { type PlantName, plantNames, plantOf } from './plants/plants.ts';
import { simulate } from './simulate.ts';
import { stepsDefault } from './simulateArguments.ts';

const kindsMin = 10;
const timeoutMs = 120_000;

let chainStart: ChainStart;

beforeAll(async () => {
  chainStart = await mineChainStart();
});
afterAll(() => rmSync(chainStart.scratch, { recursive: true }));

describe('a planted bug is found within the seeds that it is said to be:', () => {
  test.each(plantNames)(
    '%s',
    async (plant) => {
      const { seed, foundWithinSeeds } = plantOf(plant);
      const seeds = Array.from({ length: foundWithinSeeds }, (_, at) => seed + at);
      expect(await firstFinding(seeds, plant)).toMatch(/--plant \w+\)$/);
    },
    timeoutMs,
  );
});

/** What the first of these seeds that finds something says. */
async function firstFinding(
  seeds: readonly number[],
  plant: PlantName,
): Promise<string | undefined> {
  for (const seed of seeds) {
    try {
      await simulate({ seed, steps: stepsDefault, plant }, chainStart);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

test('there are bugs of at least ten kinds', () => {
  const bugs = new Set(plantNames.map((name) => plantOf(name).bug));
  expect(bugs.size).toBeGreaterThanOrEqual(kindsMin);
});
