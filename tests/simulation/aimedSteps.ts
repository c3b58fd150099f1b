import type { GridId } from '../../shared/domain/ids.ts';
import type { Invoice } from '../../shared/domain/invoice.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { voidInvoice } from '../../shared/operations/invoices.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { tryIt } from './attempt.ts';
import { nextReading, periodsUntil, postNoted, postWhatEnded } from './community.ts';
import { deliverAll } from './delivery.ts';
import { minerAddress, type Stage, type Step, someOf } from './stage.ts';
import type { Instance } from './world.ts';

const invoicesListed = 500;
const creditedAt = 6;
/** Blocks whose payments are told of, whatever was told before. */
const toldMax = 100;
const callsOfCorrecting = [
  'snapshot',
  'putNettos',
  'create',
  'applyClosing',
  'hasChangedSince',
  'sendTradeBatches',
  'clearLate',
] as const;
const dayMinutes = 1_440;
const daysPerMonthMax = 31;

/** What chance alone brings about too seldom, each in the order in which it can go wrong. */
export const aimedSteps: readonly Step[] = [
  { name: 'undo a credit', part: 'money', weight: 3, run: undoCredit },
  { name: 'die of following', part: 'money', weight: 3, run: dieOfFollowing },
  { name: 'die of a late reading', weight: 3, run: dieOfLateReading },
  { name: 'die of correcting', weight: 3, run: dieOfCorrecting },
  { name: 'finalize as the ledger moves', part: 'money', weight: 3, run: finalizeMeanwhile },
];

/** The mempool has it again, and no block: looked at before another is mined. */
async function undoCredit(stage: Stage): Promise<'followed'> {
  const { world } = stage;
  const { miner, ports } = world.one();
  await paySome(stage);
  await miner.mine(creditedAt, minerAddress);
  await followPayments(ports);
  await miner.undo(creditedAt);
  await followPayments(ports);
  return 'followed';
}

async function paySome({ world, payers }: Stage): Promise<void> {
  const { items } = await world.one().ports.invoices.list({}, { limit: invoicesListed });
  const invoice = world.chance.pick(items.filter(({ value }) => value.payTo !== undefined))?.value;
  if (invoice !== undefined) await payers.pay(invoice);
}

/**
 * Never told of in the mempool, and now and then so deep in the chain that it is told of once: what is
 * lost of it, nobody looks for again.
 */
async function dieOfFollowing(stage: Stage): Promise<'followed'> {
  const { world } = stage;
  await followPayments(world.one().ports);
  await paySome(stage);
  await world.one().miner.mine(world.chance.pick([1, toldMax + 1]) ?? 1, minerAddress);
  const diesOf = world.chance.pick(['savePayments', 'setCursor']);
  await tryIt(world, world.one(), followPayments, { rate: 0, diesOf });
  await world.reopen();
  await followPayments(world.one().ports);
  return 'followed';
}

/** Whoever was answered has posted; what died before it answered has to be told of again. */
async function dieOfLateReading({ world, communities }: Stage): Promise<void> {
  const { chance } = world;
  const community = someOf(world, communities);
  const last = await world.one().ports.closings.last(community.gridId);
  const prosumerId = chance.pick(community.prosumerIds);
  if (last === undefined || prosumerId === undefined) return;
  const reading = nextReading(community, prosumerId, last.closedThrough, chance);
  const diesOf = chance.pick(['append', 'latest', 'markLate', 'markLate']);
  // Now and then it lives on, and answers as if nothing had been.
  const faults = chance.hits(0.5) ? { rate: 0, diesOf } : { rate: 0, failsOf: diesOf };
  await postNoted(world, community, [reading], (asked) =>
    tryIt(world, world.one(), (ports) => world.clients.ask(ports, asked), faults),
  );
  await world.reopen();
}

/** Then another does it again, or the timer asks for what is left to be done. */
async function dieOfCorrecting({ world, communities }: Stage): Promise<void> {
  const { chance } = world;
  const community = someOf(world, communities);
  const { gridId } = community;
  const last = await world.one().ports.closings.last(gridId);
  const prosumerId = chance.pick(community.prosumerIds);
  if (last === undefined || prosumerId === undefined) return;
  const timeframe = last.closedThrough;
  const reading = nextReading(community, prosumerId, timeframe, chance);
  await postNoted(world, community, [reading]);
  const diesOf = chance.pick(callsOfCorrecting);
  const correct = (ports: Ports) => closeTimeframe(ports, { gridId, timeframe });
  await tryIt(world, world.one(), correct, { rate: 0, diesOf });
  await world.reopen();
  if (chance.hits(0.5)) await correct(world.other().ports);
}

/** What invoices stand for changes between drawing a run up and making it final. */
async function finalizeMeanwhile(stage: Stage): Promise<void> {
  const { world } = stage;
  const { chance } = world;
  const { items } = await world.one().ports.invoices.list({}, { limit: invoicesListed });
  const open = items.map(({ value }) => value).filter(isOpen);
  const paid = chance.pick(open);
  if (paid === undefined) return;
  const { gridId, payTo, amountSat } = paid;
  const period = await endPeriod(stage, gridId);
  if (period === undefined) return;
  const isPaid = payTo !== undefined && chance.hits(0.5);
  if (isPaid) {
    await stage.payers.send([{ to: payTo.address, amountSat: 2n * amountSat + 1_000n }]);
    await world.one().miner.mine(creditedAt, minerAddress);
  }
  const meanwhile = ({ ports }: Instance) =>
    isPaid ? followPayments(ports) : voidInvoice(ports, paid.id);
  const { ports } = world.one();
  let isMoved = false;
  const finalize: Ports['billing']['finalize'] = async (run, mark, entry) => {
    if (!isMoved) await meanwhile(world.other());
    isMoved = true;
    return ports.billing.finalize(run, mark, entry);
  };
  await finalizeRun({ ...ports, billing: { ...ports.billing, finalize } }, gridId, period);
}

function isOpen({ voidedAt, creditedSat }: Invoice): boolean {
  return voidedAt === undefined && creditedSat === 0n;
}

/** Time goes by until the next period of a grid is over and settled; undefined where it cannot be. */
export async function endPeriod(
  { world, communities }: Pick<Stage, 'world' | 'communities'>,
  gridId: GridId,
): Promise<string | undefined> {
  const last = await world.one().ports.billing.lastRun(gridId);
  const period = periodsUntil(world.now()).find((each) => each > (last?.period ?? ''));
  if (period === undefined) return undefined;
  for (let days = 0; world.now().slice(0, 7) <= period && days < daysPerMonthMax; days += 1) {
    world.pass(dayMinutes);
  }
  world.pass(dayMinutes);
  for (const each of communities) await postWhatEnded(world, each);
  await closeTimeframes(world.one().ports);
  await deliverAll(world);
  return period;
}
