import { plantOf } from './plants/plants.ts';
import { runSeeds } from './runSeeds.ts';
import { readSimulateArguments, SimulateUsageError, simulateUsage } from './simulateArguments.ts';

const exitCodes = { finding: 1, usage: 2 } as const;

/** Runs the command line. */
async function main(args: readonly string[]): Promise<void> {
  const given = readSimulateArguments(args);
  if (given === undefined) {
    process.stdout.write(simulateUsage);
    return;
  }
  const { seed, seeds, steps, plant } = given;
  const last = seed + seeds - 1;
  const which = seeds === 1 ? `Seed ${seed}` : `Seeds ${seed} to ${last}`;
  const planted = plant === undefined ? '' : `, with ${plant}: ${plantOf(plant).bug}`;
  console.log(`${which}, ${steps} steps each${planted}.`);
  const { passed, failed, sums } = await runSeeds(given, (line) => console.log(line));
  console.log(`What happened: ${textOf(sums)}.`);
  console.log(`${passed} passed, ${failed} failed.`);
  if (failed > 0) process.exitCode = exitCodes.finding;
}

function textOf(sums: ReadonlyMap<string, number>): string {
  const all = [...sums].map(([name, count]) => `${count} ${name}`);
  return all.length === 0 ? 'nothing that passed' : all.join(', ');
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SimulateUsageError)) throw error;
  process.stderr.write(`${error.message}\nSee --help.\n`);
  process.exitCode = exitCodes.usage;
}
