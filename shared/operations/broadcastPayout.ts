import type { Payout } from '../domain/payout.ts';
import { furthest, type SignedVersion } from '../domain/payoutVersions.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Chain } from '../ports/chain.ts';

/** Offers a signed version to the network; the refusal is the node's own word. */
export async function broadcastVersion(
  chain: Chain,
  { signedHex, txid }: SignedVersion,
): Promise<Result<{ readonly txid: string }, string>> {
  const tested = await chain.test(signedHex);
  if (tested.ok) return chain.broadcast(signedHex);
  // A node that has the transaction, or saw it confirm, does not take it a second time.
  const places = await chain.places([txid]);
  return places.has(txid) ? accept({ txid }) : refuse(tested.refusal);
}

/** The payout as it is once a version of it is known to the network: itself, where it was before. */
export function asBroadcast(payout: Payout, now: Instant): Payout {
  const status = furthest(payout.status, 'broadcast');
  if (status === payout.status && payout.broadcastAt !== undefined) return payout;
  return { ...payout, status, broadcastAt: payout.broadcastAt ?? now };
}
