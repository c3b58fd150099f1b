import type { FeeRate } from '../domain/bitcoin.ts';
import { billingDefaults, type Grid } from '../domain/grid.ts';
import { zeroHash } from '../domain/hashChain.ts';
import type { GridId } from '../domain/ids.ts';
import type { Payout, PayoutId, PayoutPlan, PayoutVersion } from '../domain/payout.ts';
import { planPayout } from '../domain/planPayout.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { satoshi } from '../domain/units.ts';
import type { Wallet } from '../ports/bitcoin.ts';
import type { Chain } from '../ports/chain.ts';
import type { Versioned } from '../ports/page.ts';
import { gridNotFound } from './getGrid.ts';
import { getPayout } from './getPayout.ts';
import { accountKeyMissing, chainNotConfigured, gridWallet } from './gridWallet.ts';
import { type ProvenPayee, payablePayees } from './payablePayees.ts';
import { payoutEntry } from './payoutEntry.ts';
import { type BuilderPorts, putVersion } from './putVersion.ts';
import { placeChange, spendableCoins, unplacedIndex } from './spendableCoins.ts';

/** Within how many blocks a payout should confirm where no fee rate is given. */
const confirmWithinBlocks = 6;
/** 5 sat/vB, where neither the request nor the network names a fee rate. */
export const feeRateFallback = 5_000 as FeeRate;
/** Below it nodes relay nothing. */
const feeRateMin = 100 as FeeRate;
/** 200 sat/vB: an estimate beyond it is wrong, or a payout can wait until it has passed. */
const feeRateEstimatedMax = 200_000 as FeeRate;

export type PayoutAsked = { readonly payoutId: PayoutId; readonly feeRate?: FeeRate };

/**
 * Builds one transaction for all who wait and have a usable address, out of the grid's own coins.
 * What is to be signed is written before the payout takes its payees and coins, which it does in one
 * step: after a crash in between they wait as before. Repeatable under the same id; of two at once
 * one wins.
 */
export async function buildPayout(
  ports: BuilderPorts,
  gridId: GridId,
  { payoutId, feeRate }: PayoutAsked,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const made = await ports.payouts.get(payoutId);
  if (made !== undefined) return getPayout(ports, gridId, payoutId);
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const wallet = gridWallet(ports, grid);
  if (wallet === undefined) return refuse(accountKeyMissing(gridId));
  if (ports.chain === undefined) return refuse(chainNotConfigured);
  const payees = await payablePayees(ports, gridId);
  if (payees.length === 0) return refuse(nothingToPay);
  const rate = feeRate ?? (await estimatedFeeRate(ports.chain));
  const plan = await planFor(ports, { grid, wallet, payees, payoutId, feeRate: rate });
  if (!plan.ok) return plan;

  const proofs = new Map(payees.map(({ prosumerId, proof }) => [prosumerId, proof]));
  const version = await putVersion(ports, { gridId, payoutId, wallet, plan: plan.value, proofs });
  const payout = newPayout(grid, wallet, payoutId, version);
  const entry = payoutEntry(ports, 'built', undefined, payout);
  if (await ports.payouts.create(payout, entry)) return getPayout(ports, gridId, payoutId);
  // Under the same id it may have been made by a repeat of this very request.
  const repeated = await getPayout(ports, gridId, payoutId);
  return repeated.ok ? repeated : refuse(takenMeanwhile);
}

/** What a payout pays that is told no fee rate: whoever estimates it cannot make it eat the coins. */
async function estimatedFeeRate(chain: Chain): Promise<FeeRate> {
  const estimate = (await chain.estimateFeeRate(confirmWithinBlocks)) ?? feeRateFallback;
  if (estimate < feeRateMin) return feeRateMin;
  return estimate > feeRateEstimatedMax ? feeRateEstimatedMax : estimate;
}

type Planned = {
  readonly grid: Grid;
  readonly wallet: Wallet;
  readonly payees: readonly ProvenPayee[];
  readonly payoutId: PayoutId;
  readonly feeRate: FeeRate;
};

async function planFor(
  ports: BuilderPorts,
  { grid, wallet, payees, payoutId, feeRate }: Planned,
): Promise<Result<PayoutPlan, Refusal>> {
  const { minimumSat, payoutFeePaidBy: feePaidBy } = grid.billing ?? billingDefaults;
  const coins = await spendableCoins(ports, wallet);
  const anchor = (await ports.closings.last(grid.id))?.hash ?? zeroHash;
  const terms = { payees, coins, feeRate, feePaidBy, anchor, changeIndex: unplacedIndex };
  const planned = planPayout({ ...terms, minimumSat: satoshi(BigInt(minimumSat)) });
  if (planned.ok) {
    const { leftOut: _, ...plan } = planned.value;
    return accept(await placeChange(ports, { walletId: wallet.walletId, payoutId }, plan));
  }
  if (planned.refusal === 'nothing_to_pay') return refuse(nothingToPay);
  return refuse(planned.refusal === 'coins_too_many' ? coinsTooMany : coinsInsufficient);
}

function newPayout(
  { id: gridId }: Grid,
  { walletId }: Wallet,
  id: PayoutId,
  version: PayoutVersion,
): Payout {
  const createdAt = version.builtAt;
  return { id, gridId, walletId, status: 'built', versions: [version], createdAt };
}

const nothingToPay: Refusal = {
  code: 'nothing_to_pay',
  detail:
    'Nobody who waits has a usable address with a valid proof and is owed enough to bear the fee.',
};
const takenMeanwhile: Refusal = {
  code: 'concurrent_change',
  detail: 'Another payout took payees or coins at the same time. Nothing was built; try again.',
};

export const coinsInsufficient: Refusal = {
  code: 'coins_insufficient',
  detail: 'The confirmed coins of the grid that no payout has taken do not suffice.',
};
export const coinsTooMany: Refusal = {
  code: 'coins_too_many',
  detail: 'The coins of the grid are too many for one transaction. Take them together first.',
};
