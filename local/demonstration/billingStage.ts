import type { EmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import type { ApiClient } from '../apiClient.ts';
import type { DemonstrationWallet } from './demonstrationWallets.ts';

/** What billing stands on: the API as everybody has it, and a chain on which nothing is worth anything. */
export type BillingStage = {
  readonly client: ApiClient;
  readonly chain: EmbeddedChain;
  readonly walletOf: (name: string) => DemonstrationWallet;
  /** Runs a timer of the app now, and waits for it. */
  readonly fire: (name: string) => Promise<void>;
  readonly note: (text: string) => void;
};

/** A grid and its local month. */
export type Month = { readonly gridId: string; readonly period: string };

/** Blocks until a payment counts, which is what a grid asks for where it says nothing. */
export const confirmations = 3;

/** Mines until what was sent counts, and lets the app look. */
export async function confirm(stage: BillingStage): Promise<void> {
  await mine(stage, confirmations);
  await stage.fire('followChain');
}

/** Mines blocks that take what was sent. */
export async function mine({ chain, walletOf }: BillingStage, blocks: number): Promise<void> {
  await chain.miner.mine(blocks, walletOf('miner').address);
}
