import { assert } from '../domain/assert.ts';
import type { AccountKey } from '../domain/bitcoin.ts';
import type { Grid } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Wallet } from '../ports/bitcoin.ts';
import type { WatchedWallet } from '../ports/chain.ts';
import type { Ports } from '../ports/ports.ts';

/** The wallet of a grid; undefined where the grid has no account key. */
export function gridWallet(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  { id, billing }: Pick<Grid, 'id' | 'billing'>,
): Wallet | undefined {
  return billing?.accountKey && readWallet({ bitcoin }, id, billing.accountKey);
}

/** The wallet of a key that was read before, when it was set. */
export function readWallet(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  gridId: GridId,
  accountKey: AccountKey,
): Wallet {
  const read = bitcoin.readAccountKey(accountKey);
  // It can only be of another network if the app's has changed since.
  assert(read.ok, `the account key of grid ${gridId} is one of ${bitcoin.network}`);
  return read.value;
}

/** A wallet as the chain is to watch it: with all that is given away of it by now. */
export async function watchedWallet(
  { wallets }: Pick<Ports, 'wallets'>,
  wallet: Wallet,
  since: Instant,
): Promise<WatchedWallet> {
  const [receiveCount, changeCount] = await Promise.all([
    wallets.allocatedCount(wallet.walletId, 0),
    wallets.allocatedCount(wallet.walletId, 1),
  ]);
  return { ...wallet, receiveCount, changeCount, since };
}

export function accountKeyMissing(gridId: string): Refusal {
  return {
    code: 'account_key_missing',
    detail: `The grid ${gridId} has no account key. Set billing.accountKey first.`,
  };
}

export const chainNotConfigured: Refusal = {
  code: 'chain_not_configured',
  detail: 'This app is connected to no bitcoin network.',
};
