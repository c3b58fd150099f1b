import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { completeRuns } from '../../shared/operations/completeRuns.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import { signPayout } from '../../shared/operations/signPayout.ts';
import { check } from './books.ts';
import { periodsUntil, postNoted } from './community.ts';
import { deliverAll } from './delivery.ts';
import { minerAddress, type Stage } from './stage.ts';
import { signedPsbtOf } from './treasurer.ts';

const roundsMax = 30;
const payoutsListed = 500;
const deepBlocks = 110;
/** Nothing that a clock ahead of time has begun is in the future any more. */
const clocksMinutesMax = 200;

/**
 * Nothing fails any more: what timers do they do until there is nothing to do, all that can become
 * final does, what was built is signed, and all is mined deep.
 */
export async function comeToRest(stage: Stage): Promise<void> {
  const { world } = stage;
  Object.assign(world.clocks, { one: 0, other: 0 });
  world.disks.isReadOnly = false;
  await world.reopen();
  world.pass(clocksMinutesMax);
  for (const asked of world.clients.unanswered()) await world.clients.ask(world.one().ports, asked);
  await sendAgain(stage);
  let isMoving = true;
  for (let round = 1; isMoving; round += 1) {
    check(round <= roundsMax, 'the app does not come to rest');
    const changes = [
      await settleAll(stage),
      await finalizeAll(stage),
      (await completeRuns(stage.world.one().ports)).runs,
    ];
    if (stage.profile.parts.has('money')) changes.push(await payAll(stage));
    isMoving = changes.some((count) => count > 0);
    stage.world.pass(30);
  }
}

async function payAll(stage: Stage): Promise<number> {
  const { ports, miner } = stage.world.one();
  const built = await buildAll(stage);
  const signed = await signAll(stage);
  await miner.mine(deepBlocks, minerAddress);
  const payments = await followPayments(ports);
  const payouts = await followPayouts(ports);
  return built + signed + payments.changes + payouts.changes;
}

/** No grid is paused any more, and who was not answered sends its readings again. */
async function sendAgain({ world, communities }: Stage): Promise<void> {
  const { ports } = world.one();
  for (const community of communities) {
    const path = `/grids/${community.gridId}`;
    await world.clients.ask(ports, { method: 'PATCH', path, body: { paused: false } });
    const unanswered = [...community.sent].filter(
      ([key, { version }]) => (community.answered.get(key) ?? 0) < version,
    );
    await postNoted(
      world,
      community,
      unanswered.map(([, reading]) => reading),
    );
  }
}

async function settleAll({ world }: Stage): Promise<number> {
  const { commands } = await closeTimeframes(world.one().ports);
  return commands + (await deliverAll(world));
}

async function finalizeAll({ world, communities }: Stage): Promise<number> {
  const { ports } = world.one();
  let runs = 0;
  for (const { gridId } of communities) {
    for (const period of periodsUntil(world.now())) {
      if ((await ports.billing.getRun(gridId, period)) !== undefined) continue;
      if ((await finalizeRun(ports, gridId, period)).ok) runs += 1;
    }
  }
  return runs;
}

async function buildAll({ world, communities }: Stage): Promise<number> {
  const { ports } = world.one();
  let built = 0;
  for (const { gridId } of communities) {
    const asked = world.clients.post(`/grids/${gridId}/payouts`, {});
    if ((await world.clients.ask(ports, asked))?.status === 201) built += 1;
  }
  return built;
}

async function signAll({ world, communities }: Stage): Promise<number> {
  const { ports } = world.one();
  let signed = 0;
  for (const { gridId } of communities) {
    const { items } = await ports.payouts.list(gridId, { limit: payoutsListed });
    for (const { value: payout } of items) {
      const isAwaited = payout.versions.at(-1)?.signedHex === undefined;
      if (payout.status === 'confirmed' || !isAwaited) continue;
      const psbt = await signedPsbtOf(ports, payout);
      await signPayout(ports, gridId, payout.id, psbt);
      signed += 1;
    }
  }
  return signed;
}
