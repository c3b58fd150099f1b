import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChainStart, mineChainStart } from './chainStart.ts';
import { simulate } from './simulate.ts';

const stepCount = 60;
const timeoutMs = 120_000;

let chainStart: ChainStart;

beforeAll(async () => {
  chainStart = await mineChainStart();
});
afterAll(() => rmSync(chainStart.scratch, { recursive: true }));

test(
  'a seed gives the same steps and the same books again, to the last byte',
  async () => {
    const traces: string[] = [];
    for (const seed of [7, 7, 8]) {
      const settings = { seed, steps: stepCount, isTraced: true };
      traces.push((await simulate(settings, chainStart)).trace);
    }
    expect(traces[1]).toBe(traces[0]);
    expect(traces[2]).not.toBe(traces[0]);
  },
  timeoutMs,
);
