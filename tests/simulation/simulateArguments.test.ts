import { describe, expect, test } from '@jest/globals';
import { plantOf } from './plants/plants.ts';
import {
  readSimulateArguments,
  SimulateUsageError,
  simulateUsage,
  stepsDefault,
} from './simulateArguments.ts';

describe('the command line of simulations', () => {
  test('takes a seed, how many, and how many steps', () => {
    const given = readSimulateArguments(['--seed', '7', '--seeds', '30', '--steps', '9']);
    expect(given).toMatchObject({ seed: 7, seeds: 30, steps: 9 });
  });

  test('draws a seed where none is given', () => {
    const seeds = [1, 2, 3].map(() => readSimulateArguments([])?.seed);
    expect(new Set(seeds).size).toBeGreaterThan(1);
    expect(readSimulateArguments([])).toMatchObject({ seeds: 1, steps: stepsDefault, jobs: 1 });
  });

  test('plants a bug under the seeds that find it', () => {
    const { seed, foundWithinSeeds } = plantOf('legIsLost');
    const given = readSimulateArguments(['--plant', 'legIsLost']);
    expect(given).toMatchObject({ plant: 'legIsLost', seed, seeds: foundWithinSeeds });
  });

  test.each([
    [['--seed', '1.5'], /--seed/],
    [['--seeds', '0'], /--seeds/],
    [['--steps', ''], /--steps/],
    [['--plant', 'toString'], /no plant toString/],
    [['--speed', '1'], /--speed/],
  ])('refuses %j', (args, message) => {
    expect(() => readSimulateArguments(args)).toThrow(SimulateUsageError);
    expect(() => readSimulateArguments(args)).toThrow(message);
  });

  test('helps', () => {
    expect(readSimulateArguments(['--help'])).toBeUndefined();
    expect(simulateUsage).toContain('npm run simulate -- --seed 7');
  });
});
