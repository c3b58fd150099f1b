import { assert } from '../domain/assert.ts';
import type { Coin, WalletId } from '../domain/bitcoin.ts';
import type { PayoutId } from '../domain/payout.ts';
import type { Wallet } from '../ports/bitcoin.ts';
import type { Chain } from '../ports/chain.ts';
import type { Ports } from '../ports/ports.ts';
import { allWallets } from './allWallets.ts';
import { watchedWallet } from './gridWallet.ts';

/** The chain of a BIP84 account that change goes to. */
export const changeChain = 1;
/** A payout never spends what is not in a block. */
const confirmationsMin = 1;

type CoinPorts = Pick<Ports, 'grids' | 'wallets' | 'payouts' | 'bitcoin' | 'chain'>;

/** The confirmed coins of a wallet that no payout has taken, of whichever grid that has the wallet. */
export async function spendableCoins(
  ports: CoinPorts & { readonly chain?: Chain },
  { walletId }: Pick<Wallet, 'walletId'>,
): Promise<readonly Coin[]> {
  assert(ports.chain !== undefined, 'coins are asked for where a chain is');
  const used = (await allWallets(ports)).wallets.get(walletId);
  assert(used !== undefined, `the wallet ${walletId} belongs to a grid`);
  const wallet = await watchedWallet(ports, used, used.since);
  const coins = await ports.chain.coins(wallet, confirmationsMin);
  // After the coins: what a payout takes in between is then left out here, or refused by the store.
  const taken = new Set<string>();
  for (const gridId of used.gridIds) {
    for (const coin of await ports.payouts.takenCoins(gridId)) taken.add(coin);
  }
  return coins.filter(({ txid, vout }) => !taken.has(`${txid}:${vout}`));
}

/** Where the change of a payout goes: an index that belongs to it for good. */
export async function changeIndexOf(
  { wallets }: Pick<Ports, 'wallets'>,
  walletId: WalletId,
  payoutId: PayoutId,
): Promise<number> {
  const index = (await wallets.allocate(walletId, changeChain, [payoutId])).get(payoutId);
  assert(index !== undefined, `an index was allocated for the payout ${payoutId}`);
  return index;
}
