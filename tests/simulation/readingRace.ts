import type { QueueNames } from '../../shared/adapters/embedded/bus.ts';
import type { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { CloseCommand } from '../../shared/domain/messages.ts';
import { addMinutes, type Instant, type Timeframe } from '../../shared/domain/timeframe.ts';
import { wattHours } from '../../shared/domain/units.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { createProsumer } from '../../shared/operations/createProsumer.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { gridOf, prosumerOf } from '../contract/samples.ts';
import { auditRace } from './auditRace.ts';
import { check } from './books.ts';
import { type Chance, createChance } from './chance.ts';
import { faultyPorts, isMadeUp } from './faultyPorts.ts';
import type { Racecourse } from './racecourse.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

const gridEndsAt = '2026-11-22T10:30:00Z' as Instant;
/** When races begin: both timeframes are due. */
export const startsAt = '2026-11-22T10:35:00Z' as Instant;
const firstTimeframe = '2026-11-22T10:00:00Z' as Timeframe;
const timeframes = [firstTimeframe, '2026-11-22T10:15:00Z' as Timeframe];
/** Calls of ports before somebody begins, and of what dies before it does. */
const waitMax = 16;
const diesAtMax = 30;
/** How likely somebody goes on while all others stand. */
const runs = [0, 0.5, 0.8];
const messagesMax = 16;
const roundsMax = 12;
const roundMinutes = 11;

/** What a race went through: it says whether anything was at stake at all. */
export type RaceOutcome = {
  readonly late: number;
  readonly corrections: number;
  readonly dead: number;
};

type Race = {
  readonly gridId: GridId;
  readonly names: QueueNames;
  readonly chance: Chance;
  readonly turnstile: Turnstile;
  readonly ports: readonly [Ports, Ports];
  readonly queues: EmbeddedQueues;
  readonly prosumerIds: readonly ProsumerId[];
  /** Joins while the others race, and was active from the start. */
  readonly joinerId: ProsumerId;
  /** The highest version that somebody was told was taken, by prosumer and timeframe. */
  readonly answered: Map<string, number>;
  late: number;
  dead: number;
};

/**
 * Posts of readings, two closers, the timer and a recorder at the same moment, in an order that the
 * seed gives, of which some die. Then all comes to rest, and every reading that was answered for
 * must be in the latest revision. Throws what is wrong.
 */
export async function race(seed: number, course: Racecourse): Promise<RaceOutcome> {
  course.clock.set(startsAt);
  const chance = createChance(seed);
  const gridId = `race-${seed}` as GridId;
  const names = { timeframes: `timeframes-${seed}`, trades: `trades-${seed}` };
  const it: Race = {
    ...{ gridId, names, chance, queues: course.queues, late: 0, dead: 0 },
    turnstile: createTurnstile(chance, chance.pick(runs)),
    ports: course.portsOf(gridId, names),
    prosumerIds: ['a', 'b'].map((name) => `${name}-${seed}` as ProsumerId),
    joinerId: `c-${seed}` as ProsumerId,
    answered: new Map(),
  };
  await begin(it);
  await Promise.all([
    ...it.prosumerIds.map((id) => act(it, (ports) => postSome(it, ports, id))),
    act(it, (ports) => joinAndPost(it, ports)),
    ...[0, 1].map(() => act(it, (ports) => closeTimeframe(ports, someCommand(it)))),
    ...[0, 1].map(() => act(it, closeTimeframes)),
    act(it, (ports) => deliver(it, ports)),
  ]);
  await comeToRest(it, course);
  const { answered, late, dead } = it;
  const prosumerIds = [...it.prosumerIds, it.joinerId];
  const finished = { gridId, timeframes, prosumerIds, answered };
  return { late, dead, corrections: await auditRace(it.ports[0], finished) };
}

/** A grid that is closed in neither timeframe, or now and then in one: then corrections race. */
async function begin(it: Race): Promise<void> {
  const { gridId, prosumerIds, chance } = it;
  const [ports] = it.ports;
  const activeFrom = firstTimeframe;
  await ports.grids.create(gridOf(gridId, { activeFrom, activeUntil: gridEndsAt }), entryOf());
  for (const id of prosumerIds) {
    const { prosumer, version } = (
      await ports.prosumers.create(prosumerOf(id, { gridId }), entryOf())
    ).stored;
    const member = { prosumerId: id, activeFrom: prosumer.activeFrom, status: prosumer.status };
    await ports.rosters.upsert(gridId, member, version);
    await ports.prosumers.markRostered(id, version);
  }
  if (chance.hits(0.4)) await closeTimeframe(ports, someCommand(it));
}

/** Somebody who works at one of the instances, begins when chance says so, and may die of it. */
async function act(it: Race, work: (ports: Ports) => Promise<unknown>): Promise<void> {
  const { chance, turnstile } = it;
  const ports = it.ports[chance.below(2) === 0 ? 0 : 1];
  const diesAt = chance.hits(0.25) ? chance.between(1, diesAtMax) : undefined;
  const faults = { rate: 0, ...(diesAt !== undefined && { diesAt }) };
  const mortal = faultyPorts(ports, faults, it);
  const waits = chance.below(waitMax);
  for (let step = 0; step < waits; step += 1) await turnstile(async () => undefined);
  try {
    await work(mortal);
  } catch (error) {
    if (!isMadeUp(error)) throw error;
    it.dead += 1;
  }
}

async function joinAndPost(it: Race, ports: Ports): Promise<void> {
  const { createdAt: _, status: __, ...asked } = prosumerOf(it.joinerId, { gridId: it.gridId });
  const joined = await createProsumer(ports, { ...asked, activeFrom: firstTimeframe });
  check(joined.ok, 'the prosumer was refused');
  await postSome(it, ports, it.joinerId);
}

/** One to three readings, one after another: of either timeframe, or of one in several versions. */
async function postSome(it: Race, ports: Ports, prosumerId: ProsumerId): Promise<void> {
  const { chance, answered } = it;
  for (let left = chance.between(1, 3); left > 0; left -= 1) {
    const timeframe = someTimeframe(chance);
    const version = (answered.get(`${prosumerId} ${timeframe}`) ?? 0) + 1;
    const reading = {
      ...{ index: 0, prosumerId, timeframe, version, source: 'race', quality: 'measured' as const },
      ...{ producedWh: wattHours(chance.below(2_000)), consumedWh: wattHours(chance.below(2_000)) },
    };
    const posted = await postReadings(ports, it.gridId, { intervals: [reading], registers: [] });
    const [result] = posted.ok ? posted.value : [];
    check(result?.status === 'accepted' || result?.status === 'late', 'the reading was refused');
    if (result?.status === 'late') it.late += 1;
    answered.set(`${prosumerId} ${timeframe}`, version);
  }
}

/** Handles what waits in the queues once. What fails comes again. */
async function deliver(it: Race, ports: Ports): Promise<number> {
  const { queues } = it;
  let handled = 0;
  for (const queue of ['timeframes', 'trades'] as const) {
    for (const { body, lockToken } of queues.receive(it.names[queue], messagesMax)) {
      const work = queue === 'timeframes' ? closeTimeframe : recordTrades;
      try {
        await work(ports, JSON.parse(body));
        queues.complete(it.names[queue], lockToken);
        handled += 1;
      } catch (error) {
        queues.abandon(it.names[queue], lockToken);
        throw error;
      }
    }
  }
  return handled;
}

/** Nobody dies any more, and time goes by: what the timer asks for is done until there is none. */
async function comeToRest(it: Race, { clock }: Racecourse): Promise<void> {
  const [ports] = it.ports;
  for (let round = 1; ; round += 1) {
    check(round <= roundsMax, 'the grid does not come to rest');
    clock.set(addMinutes(clock.now(), roundMinutes));
    const { commands } = await closeTimeframes(ports);
    let handled = 0;
    for (let more = 1; more > 0; handled += more) more = await deliver(it, ports);
    if (commands + handled === 0) return;
  }
}

function someTimeframe({ below }: Chance): Timeframe {
  return timeframes[below(timeframes.length)] ?? firstTimeframe;
}

function someCommand({ gridId, chance }: Race): CloseCommand {
  return { gridId, timeframe: someTimeframe(chance) };
}
