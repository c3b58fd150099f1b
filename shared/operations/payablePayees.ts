import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Payee, PayoutAddress } from '../domain/payout.ts';
import { type BoundAddress, claims, usableAddress } from '../domain/payoutAddress.ts';
import type { WaitingPayee } from '../domain/payoutDue.ts';
import type { AddressProof } from '../domain/payoutManifest.ts';
import type { PayeeKey } from '../ports/payoutStore.ts';
import type { Ports } from '../ports/ports.ts';

const waitingPerPage = 10_000;
/** Pages of payees that one payout looks through: most may be of prosumers without an address. */
const pagesMax = 1_000;

export type ProvenPayee = WaitingPayee & { readonly proof: AddressProof };

/**
 * Payees of a grid that wait and can be paid: their prosumer has an address that is usable now, and
 * its proof is good. It is verified here again, so that no row of the database sends money elsewhere.
 */
export async function payablePayees(
  { payouts, bitcoin, clock, log }: Pick<Ports, 'payouts' | 'bitcoin' | 'clock' | 'log'>,
  gridId: GridId,
): Promise<readonly ProvenPayee[]> {
  const addresses = await payouts.addressesOf(gridId);
  if (addresses.size === 0) return [];
  const now = clock.now();
  const waiting = await waitingOf({ payouts }, gridId, addresses);
  const proven = new Map<ProsumerId, BoundAddress | undefined>();
  for (const { prosumerId } of waiting) {
    if (proven.has(prosumerId)) continue;
    const address = addresses.get(prosumerId);
    const usable = address && usableAddress(address, now);
    const isGood = usable !== undefined && isProven({ bitcoin }, gridId, prosumerId, usable);
    if (usable !== undefined && !isGood) log.error('Payout address not proven', { prosumerId });
    proven.set(prosumerId, isGood ? usable : undefined);
  }
  return waiting.flatMap((payee) => {
    const bound = proven.get(payee.prosumerId);
    if (bound === undefined) return [];
    const { to, message, signature } = bound;
    return [{ ...payee, to, proof: { message, signature } }];
  });
}

/** Payees of those who have an address, however many wait that have none. */
async function waitingOf(
  { payouts }: Pick<Ports, 'payouts'>,
  gridId: GridId,
  addresses: ReadonlyMap<ProsumerId, PayoutAddress>,
): Promise<readonly Payee[]> {
  const waiting: Payee[] = [];
  let after: PayeeKey | undefined;
  for (let page = 1; page <= pagesMax; page += 1) {
    const payees = await payouts.listWaiting(gridId, waitingPerPage, after);
    waiting.push(...payees.filter(({ prosumerId }) => addresses.has(prosumerId)));
    const last = payees.at(-1);
    if (last === undefined || payees.length < waitingPerPage) break;
    after = `${last.period}.${last.prosumerId}`;
  }
  return waiting;
}

function isProven(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  gridId: GridId,
  prosumerId: ProsumerId,
  { to, message, signature }: BoundAddress,
): boolean {
  // What is paid to is a script: it must be that of the address which signed.
  const read = bitcoin.readAddress(to.address);
  return (
    read.ok &&
    read.value.script === to.script &&
    read.value.kind === to.kind &&
    claims(message, { gridId, prosumerId, address: to.address }) &&
    bitcoin.isSignedBy(to.address, message, signature)
  );
}
