import { assert } from '../domain/assert.ts';
import type { AccountKey, WalletId } from '../domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { PayoutId, PayoutPlan, PayoutVersion } from '../domain/payout.ts';
import { type AddressProof, manifestOf } from '../domain/payoutManifest.ts';
import type { Ports } from '../ports/ports.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { putPayoutDocuments } from './payoutDocuments.ts';
import { changeChain } from './spendableCoins.ts';

export type BuilderPorts = AuditingPorts &
  Pick<
    Ports,
    'grids' | 'closings' | 'wallets' | 'payouts' | 'documents' | 'bitcoin' | 'chain' | 'log'
  >;

export type VersionAsked = {
  readonly gridId: GridId;
  readonly payoutId: PayoutId;
  readonly wallet: { readonly walletId: WalletId; readonly accountKey: AccountKey };
  readonly plan: PayoutPlan;
  readonly proofs: ReadonlyMap<ProsumerId, AddressProof>;
};

/** Makes the transaction of a plan, and writes what is to be signed and the manifest beside it. */
export async function putVersion(
  { bitcoin, documents, clock }: Pick<Ports, 'bitcoin' | 'documents' | 'clock'>,
  { gridId, payoutId, wallet, plan, proofs }: VersionAsked,
): Promise<PayoutVersion> {
  const { walletId, accountKey } = wallet;
  const { psbt, txid } = bitcoin.buildPayout(plan, accountKey);
  const manifest = manifestOf(plan, {
    gridId,
    payoutId,
    network: bitcoin.network,
    walletId,
    accountKey,
    txid,
    changeAddress: plan.change && changeAddress({ bitcoin }, accountKey, plan.change.index),
    proofOf: (prosumerId) => {
      const proof = proofs.get(prosumerId);
      assert(proof !== undefined, `the address of payee ${prosumerId} is proven`);
      return proof;
    },
  });
  const ids = { gridId, payoutId };
  const psbtDocument = await putPayoutDocuments({ documents }, ids, { psbt, manifest });
  return { ...plan, txid, psbtDocument, builtAt: clock.now() };
}

function changeAddress(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  accountKey: AccountKey,
  index: number,
): string | undefined {
  return bitcoin.addressesAt(accountKey, changeChain, [index])[0]?.address;
}
