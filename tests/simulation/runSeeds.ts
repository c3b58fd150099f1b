import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SimulationSettings } from './simulate.ts';
import type { SimulateArguments } from './simulateArguments.ts';

/** What a process answers of a seed: what happened, or what was found. */
export type SeedAnswer =
  | { readonly seed: number; readonly happened: Readonly<Record<string, number>> }
  | { readonly seed: number; readonly fault: string };

export type SeedsOutcome = {
  readonly passed: number;
  readonly failed: number;
  /** What happened under all seeds that passed, by name. */
  readonly sums: ReadonlyMap<string, number>;
};

/** How often it is said how far it is. */
const sayEachMs = 30_000;
/** Most of what a seed makes is forgotten when it ends: so it is collected more seldom. */
const youngGeneration = '--max-semi-space-size=64';
/** More findings would say no more. */
const failuresMax = 50;

/** Lets all seeds run, shared by some processes. Says each finding as it comes, and how far it is. */
export async function runSeeds(
  { seed, seeds, jobs, ...settings }: SimulateArguments,
  say: (line: string) => void,
): Promise<SeedsOutcome> {
  const sums = new Map<string, number>();
  const counts = { passed: 0, failed: 0 };
  const failuresMost = settings.plant === undefined ? failuresMax : 1;
  let next = seed;
  const take = (): number | undefined => {
    if (next >= seed + seeds || counts.failed >= failuresMost) return undefined;
    next += 1;
    return next - 1;
  };
  const note = (answer: SeedAnswer) => {
    if ('fault' in answer) {
      counts.failed += 1;
      say(`Seed ${answer.seed}: ${answer.fault}`);
      return;
    }
    counts.passed += 1;
    for (const [name, count] of Object.entries(answer.happened)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  };
  const timer = setInterval(() => {
    say(`… ${counts.passed} passed, ${counts.failed} failed, the next is ${next}`);
  }, sayEachMs);
  try {
    const processes = Array.from({ length: Math.min(jobs, seeds) }, () => settings);
    await Promise.all(processes.map((each) => runIn(openProcess(), each, take, note)));
  } finally {
    clearInterval(timer);
  }
  return { ...counts, sums };
}

function openProcess(): ChildProcess {
  return fork(new URL('./seedProcess.ts', import.meta.url), {
    execArgv: [...process.execArgv, youngGeneration],
  });
}

/** Gives a process one seed after another until there is none left, and lets it end. */
async function runIn(
  child: ChildProcess,
  settings: Omit<SimulationSettings, 'seed'>,
  take: () => number | undefined,
  note: (answer: SeedAnswer) => void,
): Promise<void> {
  const ended = once(child, 'exit');
  const give = () => {
    const seed = take();
    if (seed === undefined) child.disconnect();
    else child.send({ ...settings, seed });
  };
  child.on('message', (answer) => {
    note(answer as SeedAnswer);
    give();
  });
  give();
  const [code] = await ended;
  if (code !== 0) throw new Error(`a process that ran seeds ended with ${String(code)}`);
}
