import type { AuditEntry } from '../domain/audit.ts';
import { changedFields } from '../domain/changedFields.ts';
import type { Payout } from '../domain/payout.ts';
import { awaitsSignature, newestVersion, paidSat } from '../domain/payoutVersions.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';

type PayoutAction = 'built' | 'signed' | 'replaced' | 'broadcast' | 'confirmed';

/** The entry of a change of a payout, or of its making. Whom it pays, and where, is in its versions. */
export function payoutEntry(
  ports: AuditingPorts,
  action: PayoutAction,
  before: Payout | undefined,
  after: Payout,
): AuditEntry {
  const { id, gridId } = after;
  const changed = changedFields(before && shownOf(before), shownOf(after));
  return auditEntry(ports, { gridId, action, thing: { kind: 'payout', id }, ...changed });
}

function shownOf(payout: Payout) {
  const { status, broadcastAt, confirmed } = payout;
  const newest = newestVersion(payout);
  return {
    status,
    awaitsSignature: awaitsSignature(payout),
    txid: newest.txid,
    payeeCount: newest.outputs.length,
    amountSat: paidSat(newest),
    feeSat: newest.feeSat,
    feeRateSatPerKvb: newest.feeRate,
    broadcastAt,
    confirmed,
  };
}
