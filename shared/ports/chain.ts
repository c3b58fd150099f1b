import type {
  Address,
  Coin,
  FeeRate,
  KeyChain,
  OutPoint,
  TransactionId,
} from '../domain/bitcoin.ts';
import type { Result } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Satoshi } from '../domain/units.ts';
import type { Wallet } from './bitcoin.ts';

/** A wallet to be watched: the addresses that are given away, and since when. */
export type WatchedWallet = Wallet & {
  /** Indexes 0 to count − 1 of each chain are given away. */
  readonly receiveCount: number;
  readonly changeCount: number;
  /** Nothing can have been paid to it before. */
  readonly since: Instant;
};

export type BlockReference = { readonly height: number; readonly hash: string };

/** An output that pays to an address of a wallet, as it stands now. */
export type ChainOutput = OutPoint & {
  readonly address: Address;
  readonly keyChain: KeyChain;
  readonly index: number;
  readonly amountSat: Satoshi;
  /** 0 in the mempool. */
  readonly confirmations: number;
  /** The block it is in; absent in the mempool. */
  readonly block?: BlockReference;
};

/** What happened to a wallet since a cursor. */
export type ChainChanges = {
  /**
   * Every output that is new, or whose place changed, since the cursor, and every one that may still
   * change; others may be among them. Each stands once, as it is now.
   */
  readonly outputs: readonly ChainOutput[];
  /** Where to go on. Opaque; it stays good when blocks are undone. */
  readonly cursor: string;
  readonly tip: BlockReference;
};

/** Where a transaction stands. Absent: the chain does not know it, or it can no longer confirm. */
export type TransactionPlace = {
  readonly confirmations: number;
  readonly block?: BlockReference;
};

/** The chain cannot be used now. It passes: the same request may succeed later. */
export class ChainUnavailableError extends Error {
  override readonly name = 'ChainUnavailableError';
}

/** A bitcoin network, seen through a node, an index or a chain of our own. Watches, never signs. */
export type Chain = {
  /** What follows the chain, for logs: `core`, `esplora` or `embedded`. */
  readonly kind: string;
  tip(): Promise<BlockReference>;
  /**
   * What happened to the wallet since the cursor, or ever without one. Watches its addresses from
   * then on, also those given away since the last time.
   */
  changesSince(wallet: WatchedWallet, cursor: string | undefined): Promise<ChainChanges>;
  /** The unspent outputs of a wallet with at least so many confirmations, largest first. */
  coins(wallet: WatchedWallet, confirmationsMin: number): Promise<readonly Coin[]>;
  /** Where each of these transactions stands, where it is in the mempool or in the best chain. */
  places(txids: readonly TransactionId[]): Promise<ReadonlyMap<TransactionId, TransactionPlace>>;
  /** Would the node take this transaction? The reason is the node's own word. */
  test(hex: string): Promise<Result<{ readonly txid: TransactionId }, string>>;
  /** Sends a transaction. One that the node has already, or that is in a block, was sent. */
  broadcast(hex: string): Promise<Result<{ readonly txid: TransactionId }, string>>;
  /** What a confirmation within so many blocks costs; undefined where the node cannot tell. */
  estimateFeeRate(blocks: number): Promise<FeeRate | undefined>;
};
