import type {
  AccountKey,
  KeyChain,
  Network,
  OwnAddress,
  ReadAddress,
  TransactionId,
  WalletId,
} from '../domain/bitcoin.ts';
import type { PayoutPlan } from '../domain/payout.ts';
import type { Result } from '../domain/result.ts';

/** Why an extended key is refused. The key itself is never part of a message. */
export type AccountKeyFault = 'private_key' | 'wrong_network' | 'not_an_account' | 'malformed';

/** Why an address is refused. */
export type AddressFault =
  | 'wrong_network'
  | 'unknown_witness_version'
  | 'bad_checksum'
  | 'malformed';

/** A wallet of a grid: its account key, and the name that follows from it. */
export type Wallet = { readonly walletId: WalletId; readonly accountKey: AccountKey };

/** A transaction as it left for signing. */
export type UnsignedPayout = {
  /** PSBT version 0, base64, with the key origin of every input and of the change. */
  readonly psbt: string;
  readonly txid: TransactionId;
};

/** A transaction that is ready for the network. */
export type SignedTransaction = {
  readonly hex: string;
  readonly txid: TransactionId;
  readonly virtualSize: number;
};

/**
 * Keys, addresses, messages and transactions of one bitcoin network: computation alone, no node and
 * no private key.
 */
export type Bitcoin = {
  readonly network: Network;
  /**
   * Reads an extended public key of a BIP84 account: xpub or zpub on mainnet, tpub or vpub on the
   * others; depth 3.
   */
  readAccountKey(text: string): Result<Wallet, AccountKeyFault>;
  /** P2WPKH addresses of a wallet, in the order of the indexes. */
  addressesAt(
    accountKey: AccountKey,
    keyChain: KeyChain,
    indexes: readonly number[],
  ): readonly OwnAddress[];
  /** Reads an address of this network: P2PKH, P2SH, P2WPKH, P2WSH or P2TR. */
  readAddress(text: string): Result<ReadAddress, AddressFault>;
  /** Was this message signed for this address? BIP322, base64: simple or full; P2PKH also as BIP137 has it. */
  isSignedBy(address: string, message: string, signature: string): boolean;
  /** The unsigned transaction of a plan. The same plan gives the same bytes. */
  buildPayout(plan: PayoutPlan, accountKey: AccountKey): UnsignedPayout;
  /**
   * Is this the PSBT that was sent out, and nothing but signed? Every input must have a valid
   * signature. The reason of a refusal says what differs.
   */
  finishPayout(sent: string, signed: string): Result<SignedTransaction, string>;
};
