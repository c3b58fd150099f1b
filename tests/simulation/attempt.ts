import type { Chain } from '../../shared/ports/chain.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Answer } from '../functions/api.ts';
import type { Asked } from './clients.ts';
import { type Faults, faultyPorts, isMadeUp } from './faultyPorts.ts';
import { fireTimer, type TimerName } from './invocations.ts';
import type { Instance, World } from './world.ts';

type Work<Value> = (ports: Ports & { readonly chain: Chain }) => Promise<Value>;

/** What became of an attempt: its last answer, if there was one, and whether nothing went wrong. */
export type Attempt<Value> = { readonly value: Value | undefined; readonly isClean: boolean };

const callsMax = 40;
const triesMax = 3;
/** So long somebody waits at most who asks again. */
const waitMinutesMax = 20;
/** Writes around which it matters most what is done and what is not. */
const fatalCalls = [
  'complete',
  'append',
  'seal',
  'create',
  'applyClosing',
  'hasChangedSince',
  'markLate',
  'clearLate',
  'sendTradeBatches',
  'createBatch',
  'record',
  'markSettled',
  'finalize',
  'savePayments',
  'setCursor',
  'acceptAhead',
  'changeOrder',
] as const;
const timersPicked: readonly TimerName[] = [
  'closeTimeframes',
  'completeBilling',
  'followChain',
  'followChain',
  'erasePersonalData',
];

/**
 * Lets an instance of the app do something, or two at once: with all going well, with ports that
 * fail, or until it dies. Only what the simulation made up may fail.
 */
export async function attempt<Value>(world: World, work: Work<Value>): Promise<Attempt<Value>> {
  const { chance } = world;
  const draw = chance.below(100);
  if (world.disks.isReadOnly) {
    const value = await tryIt(world, world.one(), work, { rate: 0, isReadOnly: true });
    return { value, isClean: false };
  }
  if (draw < 45) return { value: await work(world.one().ports), isClean: true };
  const rate = 0.04 * chance.between(1, 5);
  if (draw < 60) {
    const faults = chance.hits(0.6) ? { rate } : { rate: 0, failsOf: chance.pick(fatalCalls) };
    return { value: await tryIt(world, world.one(), work, faults), isClean: false };
  }
  if (draw < 72) {
    const death = chance.hits(0.5)
      ? { diesAt: chance.between(1, callsMax) }
      : { diesOf: chance.pick(fatalCalls) };
    const value = await tryIt(world, world.one(), work, { rate: 0, ...death });
    await world.reopen();
    return { value, isClean: false };
  }
  // Half of the time the other does what a timer does meanwhile.
  const timer = chance.hits(0.5) ? chance.pick(timersPicked) : undefined;
  const { ports } = world.other();
  const both = [
    tryIt(world, world.one(), work, { rate: chance.hits(0.3) ? rate : 0 }),
    timer === undefined
      ? tryIt(world, world.other(), work, { rate: chance.hits(0.3) ? rate : 0 })
      : fireTimer(faultyPorts(ports, { rate: 0 }, world), timer).then(() => undefined),
  ];
  const values = await Promise.all(both);
  return { value: values.find((value) => value !== undefined), isClean: false };
}

/**
 * Lets somebody ask an instance or two for something as above. Who hears nothing asks again, mostly.
 */
export async function request(world: World, asked: Asked): Promise<Answer | undefined> {
  const { chance, clients } = world;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const { value } = await attempt(world, (ports) => clients.ask(ports, asked));
    if (value !== undefined || !chance.hits(0.7)) return value;
    world.pass(chance.between(0, waitMinutesMax));
  }
  return undefined;
}

/** Answers nothing where it failed because it was to fail. */
export async function tryIt<Value>(
  world: World,
  { ports }: Instance,
  work: Work<Value>,
  faults: Faults,
): Promise<Value | undefined> {
  try {
    const faulty = faultyPorts(ports, faults, world);
    return await work({ ...faulty, ...world.plant?.above?.(faulty) });
  } catch (error) {
    if (isMadeUp(error)) return undefined;
    throw error;
  }
}
