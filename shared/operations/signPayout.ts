import { assert } from '../domain/assert.ts';
import type { GridId } from '../domain/ids.ts';
import type { Payout, PayoutId, PayoutVersion } from '../domain/payout.ts';
import { newestVersion, signedVersions, withSignature } from '../domain/payoutVersions.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { SignedTransaction } from '../ports/bitcoin.ts';
import type { Versioned } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { asBroadcast, broadcastVersion } from './broadcastPayout.ts';
import { changeConditionally } from './changeConditionally.ts';
import { getPayout } from './getPayout.ts';
import { payoutEntry } from './payoutEntry.ts';

type SignerPorts = AuditingPorts &
  Pick<Ports, 'payouts' | 'documents' | 'bitcoin' | 'chain' | 'log'>;

/**
 * Takes the signed PSBT of a payout's last version and offers the transaction to the network. It must
 * be what was sent out, nothing but signed. Repeatable: the same PSBT again gets the same answer. The
 * signature is kept before the network is asked, so that a crash or a refusal there loses nothing:
 * the follower offers it again. Safe without `ifMatch` too.
 */
export async function signPayout(
  ports: SignerPorts,
  gridId: GridId,
  payoutId: PayoutId,
  psbt: string,
  ifMatch?: string,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const found = await getPayout(ports, gridId, payoutId);
  if (!found.ok) return found;
  const matched = await matchVersion(ports, found.value.value, psbt);
  if (!matched.ok) return matched;
  const { version, signed } = matched.value;

  const stored = await changePayout(ports, payoutId, {
    action: 'signed',
    apply: (payout) =>
      newestVersion(payout).txid === version.txid
        ? accept(withSignature(payout, version.txid, signed.hex))
        : refuse(replaced(version)),
    isDone: (payout) => signedVersions(payout).some(({ txid }) => txid === version.txid),
    ifMatch,
  });
  return stored.ok ? offerNow(ports, stored.value, version) : stored;
}

type Match = { readonly version: PayoutVersion; readonly signed: SignedTransaction };

/** Which version this is the signed PSBT of. The refusal says in what it differs from the last one. */
async function matchVersion(
  { documents, bitcoin }: Pick<Ports, 'documents' | 'bitcoin'>,
  payout: Payout,
  psbt: string,
): Promise<Result<Match, Refusal>> {
  let difference: string | undefined;
  for (const version of payout.versions.toReversed()) {
    const sent = await documents.get(version.psbtDocument);
    assert(sent !== undefined, `the document ${version.psbtDocument} of a payout is there`);
    const finished = bitcoin.finishPayout(sent, psbt);
    if (finished.ok) {
      assert(finished.value.txid === version.txid, 'signing does not change the id');
      return accept({ version, signed: finished.value });
    }
    difference ??= finished.refusal;
  }
  const isAwaited = newestVersion(payout).signedHex === undefined;
  if (isAwaited) {
    const errors = [{ pointer: '/psbt', detail: difference ?? 'is not the one that was sent out' }];
    const detail = 'This is not the PSBT that was sent out, signed and nothing else.';
    return refuse({ code: 'payout_signature_refused', detail, errors });
  }
  const detail = `The payout ${payout.id} is signed, and this is another transaction.`;
  return refuse({ code: 'payout_not_signable', detail });
}

async function offerNow(
  ports: SignerPorts,
  stored: Versioned<Payout>,
  { txid }: PayoutVersion,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const { chain, clock } = ports;
  const payout = stored.value;
  const version = signedVersions(payout).find((signed) => signed.txid === txid);
  // What was replaced since is no longer for the network; nor is what it has confirmed.
  const isCurrent = newestVersion(payout).txid === txid && payout.status !== 'confirmed';
  if (chain === undefined || version === undefined || !isCurrent) return accept(stored);
  const sent = await broadcastVersion(chain, version);
  if (sent.ok) {
    return changePayout(ports, payout.id, {
      action: 'broadcast',
      apply: (now) => accept(asBroadcast(now, clock.now())),
    });
  }
  const detail = `The signature is kept, but the network refuses the transaction: ${sent.refusal}.`;
  return refuse({ code: 'chain_refused', detail });
}

type PayoutChange = {
  readonly action: 'signed' | 'broadcast';
  readonly apply: (payout: Payout) => Result<Payout, Refusal>;
  readonly isDone?: (payout: Payout) => boolean;
  readonly ifMatch?: string | undefined;
};

/** Changes a payout where there is something to change; what stays as it is is not written. */
function changePayout(
  ports: AuditingPorts & Pick<Ports, 'payouts'>,
  payoutId: PayoutId,
  { action, apply, isDone = () => false, ifMatch }: PayoutChange,
): Promise<Result<Versioned<Payout>, Refusal>> {
  const { payouts } = ports;
  let read: Versioned<Payout> | undefined;
  return changeConditionally<Versioned<Payout>>({
    get: async () => {
      read = await payouts.get(payoutId);
      return read;
    },
    etagOf: ({ etag }) => etag,
    apply: ({ value, etag }) => {
      const changed = apply(value);
      return changed.ok ? accept({ value: changed.value, etag }) : changed;
    },
    replace: async (changed) => {
      if (changed.value === read?.value) return changed;
      const entry = payoutEntry(ports, action, read?.value, changed.value);
      return payouts.replace(changed.value, changed.etag, entry);
    },
    notFound: { code: 'payout_not_found', detail: `There is no payout ${payoutId}.` },
    ifMatch,
    isDone: ({ value }) => isDone(value),
  });
}

function replaced({ txid }: PayoutVersion): Refusal {
  return {
    code: 'payout_not_signable',
    detail: `The transaction ${txid} was replaced. Sign the payout's last version.`,
  };
}
