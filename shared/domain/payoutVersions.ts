import { assert } from './assert.ts';
import type { TransactionId } from './bitcoin.ts';
import { type Payout, type PayoutStatus, type PayoutVersion, payoutStatuses } from './payout.ts';
import { addSat, type Satoshi, zeroSat } from './units.ts';

/** A version whose signature came. */
export type SignedVersion = PayoutVersion & { readonly signedHex: string };

/** The version that was built last: the only one that a signature is taken for. */
export function newestVersion({ id, versions }: Payout): PayoutVersion {
  const newest = versions.at(-1);
  assert(newest !== undefined, () => `payout ${id} has a version`);
  return newest;
}

/** Is the last version still to be signed? The status alone does not say: it is of all versions. */
export function awaitsSignature(payout: Payout): boolean {
  return payout.status !== 'confirmed' && newestVersion(payout).signedHex === undefined;
}

/** The signed versions, newest first: the order in which they are offered to the network. */
export function signedVersions({ versions }: Payout): readonly SignedVersion[] {
  return versions.flatMap((version) => (isSigned(version) ? [version] : [])).reverse();
}

/** The payout with the signature of one of its versions. It is signed then, or further already. */
export function withSignature(payout: Payout, txid: TransactionId, signedHex: string): Payout {
  const versions = payout.versions.map((version) =>
    version.txid === txid ? { ...version, signedHex } : version,
  );
  return { ...payout, versions, status: furthest(payout.status, 'signed') };
}

/** What a version pays, the payees' shares of the fee included: the same in all versions. */
export function paidSat({ outputs }: Pick<PayoutVersion, 'outputs'>): Satoshi {
  return outputs.reduce((sum, { amountSat }) => addSat(sum, amountSat), zeroSat);
}

/** Of two statuses the later: a payout never falls back. */
export function furthest(a: PayoutStatus, b: PayoutStatus): PayoutStatus {
  return payoutStatuses.indexOf(a) >= payoutStatuses.indexOf(b) ? a : b;
}

function isSigned(version: PayoutVersion): version is SignedVersion {
  return version.signedHex !== undefined;
}
