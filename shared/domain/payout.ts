import type { BillingPeriod } from './billingPeriod.ts';
import type { Address, Coin, FeeRate, ReadAddress, TransactionId, WalletId } from './bitcoin.ts';
import type { GridId, Hash, ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';
import type { Satoshi } from './units.ts';

declare const brand: unique symbol;
/** UUIDv7. */
export type PayoutId = string & { readonly [brand]: 'payout' };

/** What a final run owes a prosumer. It waits until a payout takes it, once, and stays with that. */
export type Payee = {
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly prosumerId: ProsumerId;
  readonly amountSat: Satoshi;
  readonly payoutId?: PayoutId;
};

/** An output of a payout to a prosumer: Σ of its payees' amounts, less its share of the fee. */
export type PayoutOutput = {
  readonly prosumerId: ProsumerId;
  readonly periods: readonly BillingPeriod[];
  readonly amountSat: Satoshi;
  /** 0 where the operator pays the fee. What is sent is amountSat − feeSat. */
  readonly feeSat: Satoshi;
  readonly to: ReadAddress;
};

export const payoutStatuses = ['built', 'signed', 'broadcast', 'confirmed'] as const;
/** They follow each other in this order and never fall back. */
export type PayoutStatus = (typeof payoutStatuses)[number];

/**
 * One transaction to build: Σ coins = Σ (amountSat − feeSat) + change + fee. Its outputs are the
 * payees' in order, then the change, then the anchor.
 */
export type PayoutPlan = {
  readonly outputs: readonly PayoutOutput[];
  readonly coins: readonly Coin[];
  readonly change?: { readonly index: number; readonly amountSat: Satoshi };
  readonly feeSat: Satoshi;
  readonly feeRate: FeeRate;
  /** The hash of the grid's last trade, in an OP_RETURN: the ledger is anchored in the chain. */
  readonly anchor: Hash;
};

/** A version of a payout's transaction: the first, or one that replaces it for a higher fee. */
export type PayoutVersion = PayoutPlan & {
  /** Id of the transaction, which signing does not change: all inputs are segwit. */
  readonly txid: TransactionId;
  /** Name of the document with the PSBT that was sent out. */
  readonly psbtDocument: string;
  readonly builtAt: Instant;
  /** The whole signed transaction, hex. */
  readonly signedHex?: string;
};

/** One transaction that pays many payees, signed outside, followed to its confirmation. */
export type Payout = {
  readonly id: PayoutId;
  readonly gridId: GridId;
  readonly walletId: WalletId;
  readonly status: PayoutStatus;
  /** Not empty. All spend the first coin of the first, so that at most one of them confirms. */
  readonly versions: readonly PayoutVersion[];
  readonly createdAt: Instant;
  readonly broadcastAt?: Instant;
  /** Which version was confirmed, and where. */
  readonly confirmed?: {
    readonly txid: TransactionId;
    readonly blockHash: string;
    readonly at: Instant;
  };
};

/** Where a prosumer is paid, bound to it by a signature that is verified again at each payout. */
export type PayoutAddress = {
  readonly prosumerId: ProsumerId;
  readonly gridId: GridId;
  readonly to: ReadAddress;
  /** The text that was signed: grid, prosumer, address, nonce and expiry. */
  readonly message: string;
  /** BIP322, base64. */
  readonly signature: string;
  readonly boundAt: Instant;
  /** A change takes effect only after a while, in which its owner can object. */
  readonly usableFrom: Instant;
  /** What is used until then. */
  readonly before?: Omit<PayoutAddress, 'before' | 'prosumerId' | 'gridId'>;
};

/** A text to be signed, given out once. */
export type AddressChallenge = {
  readonly prosumerId: ProsumerId;
  readonly gridId: GridId;
  readonly address: Address;
  readonly nonce: string;
  readonly expiresAt: Instant;
};

/** Does a plan neither gain nor lose a satoshi? Σ coins = Σ (amountSat − feeSat) + change + fee. */
export function isBalanced({ outputs, coins, change, feeSat }: PayoutPlan): boolean {
  let leftSat = -feeSat - (change?.amountSat ?? 0n);
  for (const coin of coins) leftSat += coin.amountSat;
  for (const output of outputs) leftSat -= output.amountSat - output.feeSat;
  return leftSat === 0n;
}
