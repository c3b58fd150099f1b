import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type PlantName, plantNames, plantOf } from './plants/plants.ts';

/** What the command line asks for. */
export type SimulateArguments = {
  readonly seed: number;
  readonly seeds: number;
  readonly steps: number;
  readonly jobs: number;
  readonly plant?: PlantName;
};

/** The command line cannot be understood; the message says why. */
export class SimulateUsageError extends Error {
  override readonly name = 'SimulateUsageError';
}

export const stepsDefault = 50;
const seedMax = 2 ** 31;
const seedsMax = 1_000_000;
const stepsMax = 100_000;
const jobsMax = 64;

export const simulateUsage = `Lets two instances of the app work under a seed that decides what users do, when what fails and whose
turn it is, and audits all that is written after every step and at rest.

  npm run simulate                              one seed, drawn by chance
  npm run simulate -- --seed 7                  that seed
  npm run simulate -- --seed 1 --seeds 10000    ten thousand seeds, 1 to 10000
  npm run simulate -- --plant ${plantNames[0]}   with a bug planted, until it is found

  --seed N      the first seed (drawn by chance)
  --seeds N     how many, one after another (1)
  --steps N     steps of each (${stepsDefault})
  --jobs N      processes that share the seeds (as there are cores, where there are many seeds)
  --plant NAME  plants a bug, and ends when it is found: by seeds of its own where none are given

Bugs: ${plantNames.join(', ')}.

Ends with 0 where nothing was found, with 1 where something was, with 2 where this was not understood.
`;

/** Reads a command line; undefined where it asks for help. Throws SimulateUsageError. */
export function readSimulateArguments(args: readonly string[]): SimulateArguments | undefined {
  const { values } = parsed(args);
  if (values.help === true) return undefined;
  const { plant } = values;
  if (plant !== undefined && !isPlantName(plant)) {
    throw new SimulateUsageError(`There is no plant ${plant}: there are ${plantNames.join(', ')}.`);
  }
  const found = plant === undefined ? undefined : plantOf(plant);
  const seedsGiven = values.seeds ?? String(found?.foundWithinSeeds ?? 1);
  const seeds = numberOf('seeds', seedsGiven, 1, seedsMax);
  const seedGiven = values.seed ?? String(found?.seed ?? randomInt(1, seedMax));
  const jobsDefault = Math.min(availableParallelism(), Math.ceil(seeds / seedsPerJobMin));
  return {
    seed: numberOf('seed', seedGiven, 0, seedMax),
    seeds,
    steps: numberOf('steps', values.steps ?? String(stepsDefault), 1, stepsMax),
    jobs: numberOf('jobs', values.jobs ?? String(jobsDefault), 1, jobsMax),
    ...(plant && { plant }),
  };
}

/** For fewer another process takes longer to begin than it saves. */
const seedsPerJobMin = 20;

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ seed: text, seeds: text, steps: text, jobs: text, plant: text },
        help: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new SimulateUsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= min && number <= max && text !== '') return number;
  throw new SimulateUsageError(`--${name} is a whole number from ${min} to ${max}, not "${text}".`);
}

function isPlantName(name: string): name is PlantName {
  return plantNames.some((each) => each === name);
}
