import type { FeeRate } from '../domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Payout, PayoutId, PayoutPlan } from '../domain/payout.ts';
import type { AddressProof, PayoutManifest } from '../domain/payoutManifest.ts';
import { newestVersion } from '../domain/payoutVersions.ts';
import { planReplacement } from '../domain/planReplacement.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Versioned } from '../ports/page.ts';
import { coinsInsufficient, coinsTooMany } from './buildPayout.ts';
import { changedSinceRead } from './changeConditionally.ts';
import { getPayout } from './getPayout.ts';
import { chainNotConfigured } from './gridWallet.ts';
import { readManifest } from './payoutDocuments.ts';
import { payoutEntry } from './payoutEntry.ts';
import { type BuilderPorts, putVersion } from './putVersion.ts';
import { placeChange, spendableCoins, unplacedIndex } from './spendableCoins.ts';

/** Versions of one payout: nobody raises a fee more often. */
const versionsMax = 20;

/**
 * Builds a version of a payout with a higher fee, to be signed. It spends all coins of the one before,
 * so that one of them at most confirms, and pays every payee the same. The payout's status stays.
 * Repeatable: at the fee rate of the last version that version is answered. Safe without `ifMatch` too.
 */
export async function replacePayout(
  ports: BuilderPorts,
  gridId: GridId,
  payoutId: PayoutId,
  feeRate: FeeRate,
  ifMatch?: string,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const found = await getPayout(ports, gridId, payoutId);
  if (!found.ok) return found;
  const { value: payout, etag } = found.value;
  const before = newestVersion(payout);
  if (before.feeRate === feeRate) return found;
  if (ifMatch !== undefined && ifMatch !== etag) return refuse(changedSinceRead);
  if (payout.status === 'confirmed') return refuse(confirmedAlready(payout));
  if (payout.versions.length >= versionsMax) return refuse(tooManyVersions(payout));
  if (ports.chain === undefined) return refuse(chainNotConfigured);
  const plan = await planFor(ports, payout, feeRate);
  if (!plan.ok) return plan;

  const manifest = await readManifest(ports, before.psbtDocument);
  const version = await putVersion(ports, {
    gridId,
    payoutId,
    // Of the payout, not of the grid: that may have another account key by now.
    wallet: { walletId: payout.walletId, accountKey: manifest.accountKey },
    plan: plan.value,
    proofs: proofsOf(manifest),
  });
  const next = { ...payout, versions: [...payout.versions, version] };
  const entry = payoutEntry(ports, 'replaced', payout, next);
  const replaced = await ports.payouts.replace(next, etag, entry);
  if (replaced !== undefined) return accept(replaced);
  return refuse(ifMatch === undefined ? changedMeanwhile : changedSinceRead);
}

async function planFor(
  ports: BuilderPorts,
  payout: Payout,
  feeRate: FeeRate,
): Promise<Result<PayoutPlan, Refusal>> {
  const coins = await spendableCoins(ports, payout);
  const before = newestVersion(payout);
  const planned = planReplacement({ before, feeRate, coins, changeIndex: unplacedIndex });
  if (planned.ok) {
    const { walletId, id: payoutId } = payout;
    return accept(await placeChange(ports, { walletId, payoutId }, planned.value));
  }
  if (planned.refusal === 'fee_rate_too_low') return refuse(feeRateTooLow(before.feeRate));
  return refuse(planned.refusal === 'coins_too_many' ? coinsTooMany : coinsInsufficient);
}

/** As they were when the payout was built: it pays the addresses of then. */
function proofsOf({ payees }: PayoutManifest): ReadonlyMap<ProsumerId, AddressProof> {
  return new Map(
    payees.map(({ prosumerId, message, signature }) => [prosumerId, { message, signature }]),
  );
}

function feeRateTooLow(before: FeeRate): Refusal {
  const detail = `A replacement needs clearly more than the ${before} sat/kvB of the last version.`;
  const errors = [{ pointer: '/feeRateSatPerKvb', detail: 'is too low' }];
  return { code: 'fee_rate_too_low', detail, errors };
}

function confirmedAlready({ id }: Payout): Refusal {
  return { code: 'payout_not_replaceable', detail: `The payout ${id} is confirmed.` };
}

function tooManyVersions({ id }: Payout): Refusal {
  const detail = `The payout ${id} has ${versionsMax} versions already.`;
  return { code: 'payout_not_replaceable', detail };
}

const changedMeanwhile: Refusal = {
  code: 'concurrent_change',
  detail: 'The payout changed at the same time. Nothing was replaced; try again.',
};
