import type { TransactionId } from '../../../domain/bitcoin.ts';
import type { TransactionPlace } from '../../../ports/chain.ts';
import type { CoreRpc } from './coreRpc.ts';
import { openWallets } from './coreWallet.ts';

/**
 * Where transactions stand. The node finds those of the mempool, and in blocks those that pay or
 * spend from a wallet it watches; others only where it keeps an index of all (`-txindex`).
 */
export async function findPlaces(
  rpc: CoreRpc,
  txids: readonly TransactionId[],
): Promise<ReadonlyMap<TransactionId, TransactionPlace>> {
  const places = new Map<TransactionId, TransactionPlace>();
  const missing = () => txids.filter((txid) => !places.has(txid));
  const ask = async (method: string, option: unknown, wallet?: string) => {
    const asked = missing();
    const answers = await rpc.batch(
      asked.map((txid) => [method, txid, option]),
      wallet,
    );
    return asked.map((txid, at) => ({ txid, answer: answers[at] }));
  };
  for (const { txid, answer } of await mempoolEntries(rpc, txids)) {
    if (answer?.ok) places.set(txid, { confirmations: 0 });
  }
  for (const wallet of await openWallets(rpc)) {
    if (missing().length === 0) break;
    for (const { txid, answer } of await ask('gettransaction', true, wallet)) {
      const place = answer?.ok ? placeOf(answer.value as Found) : undefined;
      if (place !== undefined) places.set(txid, place);
    }
  }
  for (const { txid, answer } of await ask('getrawtransaction', 1)) {
    const found = answer?.ok ? await withHeight(rpc, answer.value as Found) : undefined;
    const place = found && placeOf(found);
    if (place !== undefined) places.set(txid, place);
  }
  return places;
}

type Found = {
  /** Absent or 0 outside of the best chain, and below where it can no longer confirm. */
  readonly confirmations?: number;
  readonly blockhash?: string;
  readonly blockheight?: number;
};

async function mempoolEntries(rpc: CoreRpc, txids: readonly TransactionId[]) {
  const answers = await rpc.batch(txids.map((txid) => ['getmempoolentry', txid]));
  return txids.map((txid, at) => ({ txid, answer: answers[at] }));
}

/** The index of all transactions names the block alone. */
async function withHeight(rpc: CoreRpc, found: Found): Promise<Found> {
  if (found.blockhash === undefined) return found;
  const header = await rpc.call(['getblockheader', found.blockhash]);
  return { ...found, blockheight: (header as { readonly height: number }).height };
}

function placeOf({
  confirmations = 0,
  blockhash,
  blockheight,
}: Found): TransactionPlace | undefined {
  if (confirmations <= 0 || blockhash === undefined || blockheight === undefined) return undefined;
  return { confirmations, block: { height: blockheight, hash: blockhash } };
}
