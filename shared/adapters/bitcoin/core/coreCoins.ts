import type { Coin, TransactionId } from '../../../domain/bitcoin.ts';
import type { WatchedWallet } from '../../../ports/chain.ts';
import { isGivenAway, keyOf } from './coreDescriptor.ts';
import { satoshiOf } from './coreJson.ts';
import type { CoreRpc } from './coreRpc.ts';

/** The unspent outputs of addresses given away; the node leaves out what is not mature yet. */
export async function listCoins(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  confirmationsMin: number,
): Promise<readonly Coin[]> {
  // minconf, maxconf, addresses, include_unsafe: what is unconfirmed comes where it was asked for
  const call = ['listunspent', confirmationsMin, confirmationsMax, [], true] as const;
  const unspent = (await rpc.call(call, name)) as readonly Unspent[];
  const coins: Coin[] = [];
  for (const { txid, vout, amount, confirmations, desc } of unspent) {
    const key = keyOf(desc);
    if (key === undefined || !isGivenAway(wallet, key)) continue;
    coins.push({ txid, vout, ...key, amountSat: satoshiOf(amount), confirmations });
  }
  return coins.sort((a, b) => Number(b.amountSat - a.amountSat));
}

/** The most that the node knows: no upper limit. */
const confirmationsMax = 9_999_999;

type Unspent = {
  readonly txid: TransactionId;
  readonly vout: number;
  readonly amount: string;
  readonly confirmations: number;
  readonly desc: string;
};
