import type { AccountKey, Network, WalletId } from './bitcoin.ts';
import type { GridId, Hash, ProsumerId } from './ids.ts';
import type { PayoutId, PayoutPlan } from './payout.ts';

/** The form of a manifest; a signer refuses one that it does not know. */
export const manifestFormat = 'mini-smart-grid-payout-1';

/**
 * What the signer needs to check a PSBT with nothing but itself and the account key: who is paid how
 * much and by which proof, what comes from where, and what goes back. Satoshi are decimal strings.
 */
export type PayoutManifest = {
  readonly format: typeof manifestFormat;
  readonly gridId: GridId;
  readonly payoutId: PayoutId;
  readonly network: Network;
  readonly walletId: WalletId;
  readonly accountKey: AccountKey;
  readonly txid: string;
  readonly anchor: Hash;
  readonly feeSat: string;
  readonly coins: readonly ManifestCoin[];
  readonly payees: readonly ManifestPayee[];
  readonly change?: {
    readonly index: number;
    readonly address: string;
    readonly amountSat: string;
  };
};

export type ManifestCoin = {
  readonly txid: string;
  readonly vout: number;
  readonly keyChain: 0 | 1;
  readonly index: number;
  readonly amountSat: string;
};

/** What is sent to a payee is amountSat − feeSat. */
export type ManifestPayee = {
  readonly prosumerId: ProsumerId;
  readonly address: string;
  readonly amountSat: string;
  readonly feeSat: string;
} & AddressProof;

/** The text that was signed for an address, and its BIP322 signature. */
export type AddressProof = { readonly message: string; readonly signature: string };

/** What a manifest says beside its plan. */
export type ManifestContext = Pick<
  PayoutManifest,
  'gridId' | 'payoutId' | 'network' | 'walletId' | 'accountKey' | 'txid'
> & {
  readonly changeAddress: string | undefined;
  readonly proofOf: (prosumerId: ProsumerId) => AddressProof;
};

/** The manifest of a plan. The same plan and context give the same manifest. */
export function manifestOf(
  plan: PayoutPlan,
  { changeAddress, proofOf, ...context }: ManifestContext,
): PayoutManifest {
  const { coins, outputs, change, feeSat, anchor } = plan;
  return {
    format: manifestFormat,
    ...context,
    anchor,
    feeSat: feeSat.toString(),
    coins: coins.map(({ txid, vout, keyChain, index, amountSat }) => ({
      txid,
      vout,
      keyChain,
      index,
      amountSat: amountSat.toString(),
    })),
    payees: outputs.map(({ prosumerId, to, amountSat, feeSat: share }) => ({
      prosumerId,
      address: to.address,
      amountSat: amountSat.toString(),
      feeSat: share.toString(),
      message: proofOf(prosumerId).message,
      signature: proofOf(prosumerId).signature,
    })),
    ...(change &&
      changeAddress !== undefined && {
        change: {
          index: change.index,
          address: changeAddress,
          amountSat: change.amountSat.toString(),
        },
      }),
  };
}
