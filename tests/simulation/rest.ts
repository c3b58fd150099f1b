import type { PayoutId } from '../../shared/domain/payout.ts';
import { buildPayout } from '../../shared/operations/buildPayout.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
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

/**
 * Nothing fails any more: what timers do they do until there is nothing to do, all that can become
 * final does, what was built is signed, and all is mined deep.
 */
export async function comeToRest(stage: Stage): Promise<void> {
  await stage.world.reopen();
  stage.world.pass(30);
  await sendAgain(stage);
  let isMoving = true;
  for (let round = 1; isMoving; round += 1) {
    check(round <= roundsMax, 'the app does not come to rest');
    const changes = [
      await settleAll(stage),
      await finalizeAll(stage),
      (await completeRuns(stage.world.one().ports)).runs,
      await buildAll(stage),
      await signAll(stage),
    ];
    await stage.world.one().miner.mine(deepBlocks, minerAddress);
    changes.push((await followPayments(stage.world.one().ports)).changes);
    changes.push((await followPayouts(stage.world.one().ports)).changes);
    isMoving = changes.some((count) => count > 0);
    stage.world.pass(30);
  }
}

/** No grid is paused any more, and who was not answered sends its readings again. */
async function sendAgain({ world, communities }: Stage): Promise<void> {
  const { ports } = world.one();
  for (const community of communities) {
    await changeGrid(ports, community.gridId, { paused: false }, undefined);
    const unanswered = [...community.sent].filter(
      ([key, { version }]) => (community.answered.get(key) ?? 0) < version,
    );
    await postNoted(
      ports,
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
    const payoutId = ports.ids.next() as PayoutId;
    if ((await buildPayout(ports, gridId, { payoutId })).ok) built += 1;
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
