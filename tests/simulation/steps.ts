import type { GridId } from '../../shared/domain/ids.ts';
import type { Invoice } from '../../shared/domain/invoice.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { aimedSteps, endPeriod } from './aimedSteps.ts';
import { atOnceSteps } from './atOnceSteps.ts';
import { attempt, request } from './attempt.ts';
import { undoneMax } from './chainStart.ts';
import { changeSettings } from './changeSettings.ts';
import { billingOf, gridWallets, joinCommunity, periodsUntil, postWhatEnded } from './community.ts';
import { deliver } from './delivery.ts';
import { fireTimer } from './invocations.ts';
import { minerAddress, type Stage, type Step, someOf } from './stage.ts';
import { tradingSteps } from './tradingSteps.ts';
import { bindSome } from './treasurer.ts';
import { behindMinutesMax, type World } from './world.ts';

const dayMinutes = 1_440;
const invoicesListed = 500;
const depositsAtFirst = 6;
/** How often there are invoices from the start on, where they are paid at all. */
const billedAtFirst = 0.8;

export const steps: readonly Step[] = [
  { name: 'pass some hours', weight: 4, run: pass(10, dayMinutes / 2) },
  { name: 'pass some days', isVital: true, weight: 16, run: pass(dayMinutes, 8 * dayMinutes) },
  {
    name: 'close timeframes',
    isVital: true,
    weight: 12,
    run: ({ world }) => attempt(world, (ports) => fireTimer(ports, 'closeTimeframes')),
  },
  { name: 'deliver', isVital: true, weight: 14, run: deliver },
  {
    name: 'preview',
    weight: 2,
    async run({ world, communities }) {
      const community = someOf(world, communities);
      const prosumerId = world.chance.pick(community.prosumerIds);
      const run = `/grids/${community.gridId}/billing-runs/${somePeriod(world)}`;
      await request(world, { method: 'GET', path: run });
      if (prosumerId === undefined) return;
      await request(world, { method: 'GET', path: `/prosumers/${prosumerId}/amount-due` });
    },
  },
  {
    name: 'finalize',
    isVital: true,
    weight: 14,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const period = await nextPeriodOf(world, gridId);
      await request(world, world.clients.post(`/grids/${gridId}/billing-runs/${period}/finalize`));
    },
  },
  {
    name: 'complete runs',
    weight: 5,
    run: ({ world }) => attempt(world, (ports) => fireTimer(ports, 'completeBilling')),
  },
  {
    name: 'follow the chain',
    part: 'money',
    weight: 9,
    async run({ world }) {
      const { isClean } = await attempt(world, (ports) => fireTimer(ports, 'followChain'));
      return isClean ? 'followed' : undefined;
    },
  },
  {
    name: 'follow payouts',
    part: 'money',
    weight: 6,
    run: ({ world }) => attempt(world, followPayouts),
  },
  {
    name: 'pay',
    part: 'money',
    weight: 11,
    async run({ world, payers }) {
      const invoice = await someInvoice(world);
      if (invoice !== undefined) await payers.pay(invoice);
    },
  },
  { name: 'replace a payment', part: 'money', weight: 3, run: replacePayment },
  {
    name: 'void an invoice',
    weight: 2,
    async run({ world }) {
      const invoice = await someInvoice(world);
      if (invoice === undefined) return;
      await request(world, world.clients.post(`/invoices/${invoice.id}/void`));
    },
  },
  {
    name: 'bind an address',
    part: 'money',
    weight: 10,
    async run({ world, communities }) {
      const prosumerId = world.chance.pick(someOf(world, communities).prosumerIds);
      if (prosumerId !== undefined) await bindSome(world, prosumerId);
    },
  },
  { name: 'deposit', part: 'money', weight: 4, run: deposit },
  {
    name: 'build a payout',
    part: 'money',
    weight: 12,
    run: ({ world, communities, treasurer }) => treasurer.build(someOf(world, communities).gridId),
  },
  {
    name: 'sign a payout',
    part: 'money',
    weight: 8,
    run: ({ world, communities, treasurer }) => treasurer.sign(someOf(world, communities).gridId),
  },
  { name: 'sign late', part: 'money', weight: 2, run: ({ treasurer }) => treasurer.signLate() },
  {
    name: 'send around the app',
    part: 'money',
    weight: 1,
    run: ({ treasurer }) => treasurer.sendAround(),
  },
  {
    name: 'replace a payout',
    part: 'money',
    weight: 4,
    run: ({ world, communities, treasurer }) =>
      treasurer.replace(someOf(world, communities).gridId),
  },
  {
    name: 'mine',
    part: 'money',
    weight: 9,
    run: ({ world }) => world.one().miner.mine(world.chance.between(1, 4), minerAddress),
  },
  { name: 'undo blocks', part: 'money', weight: 3, run: undo },
  {
    name: 'change settings',
    weight: 1,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      await changeSettings(world, gridId, { billing: billingOf(world.chance) });
    },
  },
  {
    name: 'change the account key',
    part: 'money',
    weight: 1,
    async run({ world, communities }) {
      const { gridId } = someOf(world, communities);
      const accountKey = world.chance.pick(gridWallets)?.accountKey ?? null;
      await changeSettings(world, gridId, { billing: { accountKey } });
    },
  },
  {
    name: 'join',
    weight: 1,
    run: ({ world, communities }) =>
      joinCommunity(world, someOf(world, communities), (asked) => request(world, asked)),
  },
  {
    name: 'leave',
    weight: 1,
    async run({ world, communities }) {
      const prosumerId = world.chance.pick(someOf(world, communities).prosumerIds);
      if (prosumerId === undefined) return;
      await request(world, { method: 'DELETE', path: `/prosumers/${prosumerId}` });
    },
  },
  {
    name: 'erase what nobody needs',
    weight: 2,
    run: ({ world }) => attempt(world, (ports) => fireTimer(ports, 'erasePersonalData')),
  },
  {
    name: 'erase somebody',
    weight: 2,
    async run({ world, communities }) {
      const prosumerId = world.chance.pick(someOf(world, communities).prosumerIds);
      if (prosumerId === undefined) return;
      await request(world, world.clients.post(`/prosumers/${prosumerId}/erasure`));
    },
  },
  ...tradingSteps,
  ...atOnceSteps,
  ...aimedSteps,
  {
    name: 'set clocks wrong',
    weight: 8,
    part: 'clocks',
    async run({ world: { chance, clocks } }) {
      const minutes = () => chance.pick([0, 0, -1, -behindMinutesMax, 2, 45, 180]) ?? 0;
      Object.assign(clocks, { one: minutes(), other: minutes() });
    },
  },
  {
    name: 'set clocks right',
    weight: 4,
    part: 'clocks',
    async run({ world }) {
      Object.assign(world.clocks, { one: 0, other: 0 });
    },
  },
  {
    name: 'make stores read-only or writable',
    weight: 6,
    part: 'disks',
    async run({ world: { chance, disks } }) {
      disks.isReadOnly = !disks.isReadOnly && chance.hits(0.6);
    },
  },
  { name: 'begin again', weight: 1, run: ({ world }) => world.reopen() },
];

/** Most have an address to be paid at, and the grids have coins, when the first month ends. */
export async function begin(stage: Stage): Promise<void> {
  const { world, communities, profile } = stage;
  if (!profile.parts.has('money')) return;
  for (const { prosumerIds } of communities) {
    for (const prosumerId of prosumerIds) {
      if (world.chance.hits(0.8)) await bindSome(world, prosumerId);
    }
  }
  for (let count = 0; count < depositsAtFirst; count += 1) await deposit(stage);
  await world.one().miner.mine(undoneMax, minerAddress);
  if (!world.chance.hits(billedAtFirst)) return;
  for (const { gridId } of communities) {
    const period = await endPeriod(stage, gridId);
    const path = `/grids/${gridId}/billing-runs/${period}/finalize`;
    await world.clients.ask(world.one().ports, world.clients.post(path));
  }
  await fireTimer(world.one().ports, 'completeBilling');
}

function pass(minutesMin: number, minutesMax: number): Step['run'] {
  return async ({ world, communities }) => {
    world.pass(world.chance.between(minutesMin, minutesMax));
    for (const community of communities) {
      await postWhatEnded(world, community);
    }
  };
}

/** Never what a payout spends, or was built to: nobody could make that good. */
async function replacePayment({ payers, auditor }: Stage): Promise<void> {
  const taken = new Set(auditor.reader.coins().map(({ txid }) => txid));
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
  const asked = world.clients.post(`/grids/${gridId}/deposit-addresses`);
  const answer = await request(world, asked);
  if (answer?.status !== 200) return;
  const { address } = answer.body;
  auditor.noteDeposit(asked.key ?? '', address);
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
