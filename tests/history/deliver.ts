import type { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { createRandom, shuffled } from '../endToEnd/random.ts';
import { attempt, crashing } from '../operations/crashing.ts';
import type { Trouble } from './history.ts';

type Queue = 'timeframes' | 'trades';
type Letter = { readonly queue: Queue; readonly body: string; readonly lockToken: string };
/** Where the messages of a history lie, and the two instances that may handle them. */
export type Office = {
  readonly queues: EmbeddedQueues;
  readonly names: Readonly<Record<Queue, string>>;
  readonly ports: readonly [Ports, Ports];
};

export const noTrouble: Trouble = {
  seed: 0,
  shuffles: false,
  doubles: false,
  delays: false,
  isTwofold: false,
  crashes: false,
};

const roundsMax = 200;
const receivedMax = 16;
const doubledShare = 0.3;
const delayedShare = 0.3;
const crashedShare = 0.4;
/** Calls of ports before a handler dies, at most: more than most of them make. */
const callsMax = 40;
const mortalPorts: ReadonlySet<string> = new Set([
  'grids',
  'rosters',
  'readings',
  'closings',
  'trades',
  'orders',
  'ledger',
  'bus',
]);

/**
 * Delivers what waits in the queues, and what comes of it, until nothing is left but what is held
 * back. A handler that dies leaves what it did and its message behind; one that fails is a fault.
 */
export async function deliver(office: Office, trouble: Trouble): Promise<void> {
  const random = createRandom(trouble.seed);
  const heldBack: Letter[] = [];
  for (let round = 0; round < roundsMax; round += 1) {
    const letters = receive(office);
    if (letters.length === 0) {
      for (const { queue, lockToken } of heldBack) {
        office.queues.abandon(office.names[queue], lockToken);
      }
      return;
    }
    const kept = trouble.delays ? letters.filter(() => random() < delayedShare) : [];
    heldBack.push(...kept);
    const now = letters.filter((letter) => !kept.includes(letter));
    const twice = trouble.doubles ? now.filter(() => random() < doubledShare) : [];
    const inTurn = [...now, ...twice];
    const order = trouble.shuffles ? shuffled(inTurn, random) : inTurn;
    await handleAll(office, trouble, order, random);
    for (const { queue, lockToken } of now) office.queues.complete(office.names[queue], lockToken);
  }
  throw new Error('the queues never ran empty');
}

function receive({ queues, names }: Office): readonly Letter[] {
  return (['timeframes', 'trades'] as const).flatMap((queue) =>
    queues
      .receive(names[queue], receivedMax)
      .map(({ body, lockToken }) => ({ queue, body, lockToken })),
  );
}

/** Each instance handles its part, and then what it died of, one after another; both at once. */
async function handleAll(
  { ports: [one, other] }: Office,
  { isTwofold, crashes }: Trouble,
  letters: readonly Letter[],
  random: () => number,
): Promise<void> {
  const planned = letters.map((letter) => ({
    letter,
    isOther: isTwofold && random() < 0.5,
    crashAt: crashes && random() < crashedShare ? 1 + Math.floor(random() * callsMax) : 0,
  }));
  const workAt = async (ports: Ports, isOther: boolean) => {
    const again: Letter[] = [];
    for (const { letter, crashAt } of planned.filter((plan) => plan.isOther === isOther)) {
      if (!(await handle(ports, letter, crashAt))) again.push(letter);
    }
    for (const letter of again) await handle(ports, letter, 0);
  };
  await Promise.all([workAt(one, false), workAt(other, true)]);
}

/** Whether the handler lived to the end; where it dies, its message is to come again. */
async function handle(ports: Ports, { queue, body }: Letter, crashAt: number): Promise<boolean> {
  const mortal = { ...ports, ...crashing(ports, crashAt, mortalPorts).ports };
  const message = JSON.parse(body);
  return attempt(() =>
    queue === 'timeframes' ? closeTimeframe(mortal, message) : recordTrades(mortal, message),
  );
}
