import type { GridId } from '../../shared/domain/ids.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { voidInvoice } from '../../shared/operations/invoices.ts';
import { tryIt } from './attempt.ts';
import { periodsUntil, postWhatEnded } from './community.ts';
import { deliverAll } from './delivery.ts';
import { faultyPorts } from './faultyPorts.ts';
import { minerAddress, type Stage, type Step, someOf } from './stage.ts';

const invoicesListed = 500;
const creditedAt = 6;
/** Calls of ports before the other begins. */
const waitMax = 24;
const dayMinutes = 1_440;
const daysPerMonthMax = 31;

/** What chance alone brings about too seldom, each in the order in which it can go wrong. */
export const aimedSteps: readonly Step[] = [
  { name: 'undo a credit', weight: 3, run: undoCredit },
  { name: 'die of following', weight: 3, run: dieOfFollowing },
  { name: 'finalize as the ledger moves', weight: 3, run: finalizeMeanwhile },
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

/** In one block, and never told of in the mempool: what is lost of it, nobody looks for again. */
async function dieOfFollowing(stage: Stage): Promise<'followed'> {
  const { world } = stage;
  await followPayments(world.one().ports);
  await paySome(stage);
  await world.one().miner.mine(1, minerAddress);
  const diesOf = world.chance.pick(['savePayments', 'setCursor']);
  await tryIt(world, world.one(), followPayments, { rate: 0, diesOf });
  await world.reopen();
  await followPayments(world.one().ports);
  return 'followed';
}

/** What invoices stand for changes between drawing a run up and making it final. */
async function finalizeMeanwhile(stage: Stage): Promise<void> {
  const { world, communities } = stage;
  const { chance, turnstile } = world;
  const { gridId } = someOf(world, communities);
  const { items } = await world.one().ports.invoices.list({ gridId }, { limit: invoicesListed });
  const open = items.map(({ value }) => value).filter(({ voidedAt }) => voidedAt === undefined);
  const [paid, voided] = [chance.pick(open), chance.pick(open)];
  if (paid === undefined || voided === undefined) return;
  const period = await endPeriod(stage, paid.gridId);
  if (period === undefined) return;
  const { payTo, amountSat } = paid;
  if (payTo !== undefined) {
    await stage.payers.send([{ to: payTo.address, amountSat: 2n * amountSat + 1_000n }]);
    await world.one().miner.mine(creditedAt, minerAddress);
  }
  const [one, other] = [world.one(), world.other()].map(({ ports }) =>
    faultyPorts(ports, { rate: 0 }, world),
  );
  if (one === undefined || other === undefined) return;
  const isPaid = payTo !== undefined && chance.hits(0.5);
  const meanwhile = async () => {
    for (let left = chance.below(waitMax); left > 0; left -= 1) await turnstile(async () => {});
    await (isPaid ? followPayments(other) : voidInvoice(other, voided.id));
  };
  await Promise.all([finalizeRun(one, gridId, period), meanwhile()]);
}

/** Time goes by until the next period of a grid is over and settled; undefined where it cannot be. */
async function endPeriod(
  { world, communities }: Stage,
  gridId: GridId,
): Promise<string | undefined> {
  const last = await world.one().ports.billing.lastRun(gridId);
  const period = periodsUntil(world.now()).find((each) => each > (last?.period ?? ''));
  if (period === undefined) return undefined;
  for (let days = 0; world.now().slice(0, 7) <= period && days < daysPerMonthMax; days += 1) {
    world.pass(dayMinutes);
  }
  world.pass(dayMinutes);
  for (const each of communities) await postWhatEnded(world.one().ports, each, world.chance);
  await closeTimeframes(world.one().ports);
  await deliverAll(world);
  return period;
}
