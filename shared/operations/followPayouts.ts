import { assert } from '../domain/assert.ts';
import { billingDefaults } from '../domain/grid.ts';
import { confirmationsNeeded } from '../domain/payment.ts';
import type { Payout, PayoutId } from '../domain/payout.ts';
import { newestVersion, paidSat, signedVersions } from '../domain/payoutVersions.ts';
import type { Chain, TransactionPlace } from '../ports/chain.ts';
import type { Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { asBroadcast, broadcastVersion } from './broadcastPayout.ts';
import { payoutEntry } from './payoutEntry.ts';

export type PayoutFollowerPorts = AuditingPorts &
  Pick<Ports, 'grids' | 'payouts' | 'chain' | 'log'>;
type WithChain = PayoutFollowerPorts & { readonly chain: Chain };
type Standing = { readonly txid: Payout['versions'][number]['txid'] } & TransactionPlace;

const payoutsPerPage = 100;

/**
 * Timer: takes every payout on that is signed, from signed to broadcast to confirmed. What the network
 * does not know it is offered again, the last version first. Repeatable; of two at once one writes.
 * Throws the first failure, after the payouts that have none were followed.
 */
export async function followPayouts(
  ports: PayoutFollowerPorts,
): Promise<{ readonly changes: number }> {
  const { chain } = ports;
  if (chain === undefined) return { changes: 0 };
  let changes = 0;
  let failure: { readonly error: unknown } | undefined;
  let after: PayoutId | undefined;
  do {
    const page = await ports.payouts.listUnconfirmed({
      limit: payoutsPerPage,
      ...(after && { after }),
    });
    for (const stored of page.items) {
      try {
        if (await followPayout({ ...ports, chain }, stored)) changes += 1;
      } catch (error) {
        failure ??= { error };
      }
    }
    after = page.next;
  } while (after !== undefined);
  if (failure !== undefined) throw failure.error;
  return { changes };
}

/**
 * Takes one payout on; true when something of it was written. Versions that were never handed back
 * signed are looked for as well: who has the file may have signed and sent one without the app.
 */
async function followPayout(
  ports: WithChain,
  { value: payout, etag }: Versioned<Payout>,
): Promise<boolean> {
  const places = await ports.chain.places(payout.versions.map(({ txid }) => txid));
  const standing = payout.versions.flatMap(({ txid }) => {
    const place = places.get(txid);
    return place === undefined ? [] : [{ txid, ...place }];
  });
  const mined = standing.find(({ confirmations }) => confirmations > 0);
  const isKnown =
    mined !== undefined || (await offer(ports, payout, standing)) || standing.length > 0;
  if (!isKnown) return false;

  const followed = await confirmedBy(ports, asBroadcast(payout, ports.clock.now()), mined);
  if (followed.status === payout.status) return false;
  const action = followed.status === 'confirmed' ? 'confirmed' : 'broadcast';
  const entry = payoutEntry(ports, action, payout, followed);
  return (await ports.payouts.replace(followed, etag, entry)) !== undefined;
}

/**
 * Offers the versions to the network from the last one on, until it has one. An earlier one that it
 * has already stays there only if the last is refused.
 */
async function offer(
  { chain, log }: WithChain,
  payout: Payout,
  standing: readonly Standing[],
): Promise<boolean> {
  for (const version of signedVersions(payout)) {
    if (standing.some(({ txid }) => txid === version.txid)) return true;
    const sent = await broadcastVersion(chain, version);
    if (sent.ok) return true;
    const { id: payoutId, gridId } = payout;
    log.warn('Payout refused', { payoutId, gridId, txid: version.txid, reason: sent.refusal });
  }
  return false;
}

/** The payout as confirmed, once the version that is in a block is deep enough. */
async function confirmedBy(
  { grids, clock }: WithChain,
  payout: Payout,
  mined: Standing | undefined,
): Promise<Payout> {
  if (mined === undefined) return payout;
  const billing = (await grids.get(payout.gridId))?.value.billing ?? billingDefaults;
  const needed = confirmationsNeeded(billing, paidSat(newestVersion(payout)));
  if (mined.confirmations < needed) return payout;
  const { txid, block } = mined;
  assert(block !== undefined, `the confirmed transaction ${txid} is in a block`);
  const confirmed = { txid, blockHash: block.hash, at: clock.now() };
  return { ...payout, status: 'confirmed', confirmed };
}
