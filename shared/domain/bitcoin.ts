import type { Satoshi } from './units.ts';

export const networks = ['mainnet', 'testnet', 'signet', 'regtest'] as const;
export type Network = (typeof networks)[number];

declare const brand: unique symbol;
/** An extended public key of a BIP84 account as xpub or tpub: normalised, checked, of the app's network. */
export type AccountKey = string & { readonly [brand]: 'accountKey' };
/** Names a wallet by its account key: 16 hex digits of a SHA-256. The same key is the same wallet. */
export type WalletId = string & { readonly [brand]: 'walletId' };
/** An address of the app's network, in its canonical spelling. */
export type Address = string & { readonly [brand]: 'address' };
/** Id of a transaction as it is shown: 64 hex digits, byte order reversed. */
export type TransactionId = string & { readonly [brand]: 'txid' };

/** Chains of a BIP84 account: 0 to receive on, 1 for change. */
export type KeyChain = 0 | 1;

export const addressKinds = ['p2pkh', 'p2sh', 'p2wpkh', 'p2wsh', 'p2tr'] as const;
export type AddressKind = (typeof addressKinds)[number];

/** An address that was read: what pays to it, and the least that nodes relay. */
export type ReadAddress = {
  readonly address: Address;
  readonly kind: AddressKind;
  /** Output script, hex. */
  readonly script: string;
};

/** An address of a wallet of the grid's own. */
export type OwnAddress = {
  readonly keyChain: KeyChain;
  readonly index: number;
  readonly address: Address;
  /** Output script, hex. */
  readonly script: string;
};

/** One output of a transaction. */
export type OutPoint = { readonly txid: TransactionId; readonly vout: number };

/** An unspent output of a wallet of the grid's own. */
export type Coin = OutPoint & {
  readonly keyChain: KeyChain;
  readonly index: number;
  readonly amountSat: Satoshi;
  readonly confirmations: number;
};

/** A fee rate in whole satoshi per 1000 virtual bytes. */
export type FeeRate = number & { readonly [brand]: 'sat/kvB' };

/**
 * The least that a node relays to an output of a kind, in satoshi: at 3 sat/vB what spending it would
 * cost, as Bitcoin Core's GetDustThreshold has it.
 */
export const dustSat: Readonly<Record<AddressKind, Satoshi>> = {
  p2pkh: 546n as Satoshi,
  p2sh: 540n as Satoshi,
  p2wpkh: 294n as Satoshi,
  p2wsh: 330n as Satoshi,
  p2tr: 330n as Satoshi,
};

/** Where a payee has not named an address yet, the largest of them. */
export const dustSatMax = dustSat.p2pkh;
