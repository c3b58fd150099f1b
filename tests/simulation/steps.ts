import type { GridId } from '../../shared/domain/ids.ts';
import type { Invoice } from '../../shared/domain/invoice.ts';
import { amountDue } from '../../shared/operations/amountDue.ts';
import { getRun } from '../../shared/operations/billingRuns.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { completeRuns } from '../../shared/operations/completeRuns.ts';
import { depositAddress } from '../../shared/operations/depositAddress.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { voidInvoice } from '../../shared/operations/invoices.ts';
import { aimedSteps } from './aimedSteps.ts';
import { attempt } from './attempt.ts';
import { undoneMax } from './chainStart.ts';
import { billingOf, gridWallets, joinCommunity, periodsUntil, postWhatEnded } from './community.ts';
import { deliver } from './delivery.ts';
import { minerAddress, type Stage, type Step, someOf } from './stage.ts';
import { tradingSteps } from './tradingSteps.ts';
import { bindSome } from './treasurer.ts';
import type { World } from './world.ts';

const dayMinutes = 1_440;
const invoicesListed = 500;
const depositsAtFirst = 6;

export const steps: readonly Step[] = [
  { name: 'pass some hours', weight: 4, run: pass(10, dayMinutes / 2) },
  { name: 'pass some days', weight: 16, run: pass(dayMinutes, 10 * dayMinutes) },
  {
    name: 'close timeframes',
    weight: 12,
    run: ({ world }) => attempt(world, closeTimeframes),
  },
  { name: 'deliver', weight: 14, run: deliver },
  {
    name: 'preview',
    weight: 2,
    async run({ world, communities }) {
      const community = someOf(world, communities);
      const prosumerId = world.chance.pick(community.prosumerIds);
      await attempt(world, async (ports) => {
        await getRun(ports, community.gridId, somePeriod(world));
        if (prosumerId !== undefined) await amountDue(ports, prosumerId);
      });
    },
  },
  {
    name: 'finalize',
    weight: 14,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const period = await nextPeriodOf(world, gridId);
      await attempt(world, (ports) => finalizeRun(ports, gridId, period));
    },
  },
  {
    name: 'complete runs',
    weight: 5,
    run: ({ world }) => attempt(world, completeRuns),
  },
  {
    name: 'follow payments',
    weight: 9,
    async run({ world }) {
      const { isClean } = await attempt(world, followPayments);
      return isClean ? 'followed' : undefined;
    },
  },
  {
    name: 'follow payouts',
    weight: 6,
    run: ({ world }) => attempt(world, followPayouts),
  },
  {
    name: 'pay',
    weight: 11,
    async run({ world, payers }) {
      const invoice = await someInvoice(world);
      if (invoice !== undefined) await payers.pay(invoice);
    },
  },
  { name: 'replace a payment', weight: 3, run: replacePayment },
  {
    name: 'void an invoice',
    weight: 2,
    async run({ world }) {
      const invoice = await someInvoice(world);
      if (invoice !== undefined) await attempt(world, (ports) => voidInvoice(ports, invoice.id));
    },
  },
  {
    name: 'bind an address',
    weight: 10,
    async run({ world, communities }) {
      const prosumerId = world.chance.pick(someOf(world, communities).prosumerIds);
      if (prosumerId !== undefined) await bindSome(world, prosumerId);
    },
  },
  { name: 'deposit', weight: 4, run: deposit },
  {
    name: 'build a payout',
    weight: 12,
    run: ({ world, communities, treasurer }) => treasurer.build(someOf(world, communities).gridId),
  },
  {
    name: 'sign a payout',
    weight: 8,
    run: ({ world, communities, treasurer }) => treasurer.sign(someOf(world, communities).gridId),
  },
  { name: 'sign late', weight: 2, run: ({ treasurer }) => treasurer.signLate() },
  { name: 'send around the app', weight: 1, run: ({ treasurer }) => treasurer.sendAround() },
  {
    name: 'replace a payout',
    weight: 4,
    run: ({ world, communities, treasurer }) =>
      treasurer.replace(someOf(world, communities).gridId),
  },
  {
    name: 'mine',
    weight: 9,
    run: ({ world }) => world.one().miner.mine(world.chance.between(1, 4), minerAddress),
  },
  { name: 'undo blocks', weight: 3, run: undo },
  {
    name: 'change settings',
    weight: 1,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const billing = billingOf(world.chance);
      await attempt(world, (ports) => changeGrid(ports, gridId, { billing }, undefined));
    },
  },
  {
    name: 'change the account key',
    weight: 1,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const accountKey = world.chance.pick(gridWallets)?.accountKey ?? null;
      await attempt(world, (ports) =>
        changeGrid(ports, gridId, { billing: { accountKey } }, undefined),
      );
    },
  },
  {
    name: 'join',
    weight: 1,
    run: ({ world, communities }) => joinCommunity(world.one().ports, someOf(world, communities)),
  },
  {
    name: 'leave',
    weight: 0.5,
    async run({ world, communities }) {
      const prosumerId = world.chance.pick(someOf(world, communities).prosumerIds);
      if (prosumerId === undefined) return;
      await attempt(world, (ports) => deactivateProsumer(ports, prosumerId, undefined));
    },
  },
  ...tradingSteps,
  ...aimedSteps,
  { name: 'begin again', weight: 1, run: ({ world }) => world.reopen() },
];

/** Most have an address to be paid at, and the grids have coins, when the first month ends. */
export async function begin(stage: Stage): Promise<void> {
  const { world, communities } = stage;
  for (const { prosumerIds } of communities) {
    for (const prosumerId of prosumerIds) {
      if (world.chance.hits(0.8)) await bindSome(world, prosumerId);
    }
  }
  for (let count = 0; count < depositsAtFirst; count += 1) await deposit(stage);
  await world.one().miner.mine(undoneMax, minerAddress);
}

function pass(minutesMin: number, minutesMax: number): Step['run'] {
  return async ({ world, communities }) => {
    world.pass(world.chance.between(minutesMin, minutesMax));
    for (const community of communities) {
      await postWhatEnded(world.one().ports, community, world.chance);
    }
  };
}

/** Never what a payout spends, or was built to: nobody could make that good. */
async function replacePayment({ payers, auditor }: Stage): Promise<void> {
  const taken = new Set(
    auditor.reader
      .read()
      .table('coins')
      .map(({ txid }) => txid),
  );
  await payers.replace((txid) => taken.has(txid));
}

/** Blocks are undone and others mined, in most cases more. */
async function undo({ world }: Stage): Promise<void> {
  const { chance, start } = world;
  const { miner, ports } = world.one();
  const { height } = await ports.chain.tip();
  const count = Math.min(chance.between(1, undoneMax), height - start.height);
  await miner.undo(count);
  if (chance.hits(0.6)) await miner.mine(chance.between(1, count + 2), minerAddress);
}

async function deposit({ world, communities, payers, auditor }: Stage): Promise<void> {
  const { gridId } = someOf(world, communities);
  const depositId = `d${world.chance.below(8)}`;
  const { value } = await attempt(world, (ports) => depositAddress(ports, gridId, depositId));
  if (value?.ok !== true) return;
  const { address } = value.value;
  auditor.noteDeposit(depositId, address);
  await payers.send([{ to: address, amountSat: BigInt(world.chance.between(50_000, 900_000)) }]);
}

async function someInvoice({ one, chance }: World): Promise<Invoice | undefined> {
  const { items } = await one().ports.invoices.list({}, { limit: invoicesListed });
  return chance.pick(items)?.value;
}

function somePeriod({ chance, now }: World): string {
  return chance.pick(periodsUntil(now())) ?? '2026-10';
}

/** Mostly the first that is not final, and now and then any. */
async function nextPeriodOf(world: World, gridId: GridId): Promise<string> {
  const last = await world.one().ports.billing.lastRun(gridId);
  const next = periodsUntil(world.now()).find((period) => period > (last?.period ?? ''));
  return world.chance.hits(0.8) && next !== undefined ? next : somePeriod(world);
}
