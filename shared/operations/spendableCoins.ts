import { assert } from '../domain/assert.ts';
import type { Coin, WalletId } from '../domain/bitcoin.ts';
import { billingDefaults } from '../domain/grid.ts';
import { confirmationsNeeded } from '../domain/payment.ts';
import type { PayoutId, PayoutPlan } from '../domain/payout.ts';
import type { Wallet } from '../ports/bitcoin.ts';
import type { Chain } from '../ports/chain.ts';
import type { Ports } from '../ports/ports.ts';
import { allWallets } from './allWallets.ts';
import { watchedWallet } from './gridWallet.ts';

/** The chain of a BIP84 account that change goes to. */
export const changeChain = 1;
/** Of change that has no place yet. */
export const unplacedIndex = 0;
/** Less than any grid asks for: what is not in a block is no coin. */
const confirmationsMin = 1;

type CoinPorts = Pick<Ports, 'grids' | 'wallets' | 'payouts' | 'bitcoin' | 'chain'>;

/**
 * The coins of a wallet that no payout has taken, of whichever grid that has the wallet, with as many
 * confirmations as a payment of that amount needs. A payout of a coin whose block is undone, and which
 * is then spent elsewhere, could never confirm, and its payees would wait for it.
 */
export async function spendableCoins(
  ports: CoinPorts & { readonly chain?: Chain },
  { walletId }: Pick<Wallet, 'walletId'>,
): Promise<readonly Coin[]> {
  assert(ports.chain !== undefined, 'coins are asked for where a chain is');
  const { wallets, billings } = await allWallets(ports);
  const used = wallets.get(walletId);
  assert(used !== undefined, `the wallet ${walletId} belongs to a grid`);
  const wallet = await watchedWallet(ports, used, used.since);
  const coins = await ports.chain.coins(wallet, confirmationsMin);
  // After the coins: what a payout takes in between is then left out here, or refused by the store.
  const taken = new Set<string>();
  for (const gridId of used.gridIds) {
    for (const coin of await ports.payouts.takenCoins(gridId)) taken.add(coin);
  }
  const settings = used.gridIds.map((gridId) => billings.get(gridId) ?? billingDefaults);
  const isDeep = ({ amountSat, confirmations }: Coin) =>
    settings.every((billing) => confirmations >= confirmationsNeeded(billing, amountSat));
  return coins.filter((coin) => !taken.has(`${coin.txid}:${coin.vout}`) && isDeep(coin));
}

/**
 * A plan with where its change goes: an index that belongs to the payout for good. A plan without
 * change gets none, nor does one that was refused: who restores the wallet looks but a few ahead.
 */
export async function placeChange(
  { wallets }: Pick<Ports, 'wallets'>,
  { walletId, payoutId }: { readonly walletId: WalletId; readonly payoutId: PayoutId },
  plan: PayoutPlan,
): Promise<PayoutPlan> {
  if (plan.change === undefined) return plan;
  const index = (await wallets.allocate(walletId, changeChain, [payoutId])).get(payoutId);
  assert(index !== undefined, `an index was allocated for the payout ${payoutId}`);
  return { ...plan, change: { ...plan.change, index } };
}
