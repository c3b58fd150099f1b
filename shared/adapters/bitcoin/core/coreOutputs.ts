import type { Address, TransactionId } from '../../../domain/bitcoin.ts';
import type { ChainOutput, WatchedWallet } from '../../../ports/chain.ts';
import { isGivenAway, type Key, keyOf } from './coreDescriptor.ts';
import { faultCodes, isFault } from './coreFault.ts';
import { satoshiOf } from './coreJson.ts';
import type { CoreRpc } from './coreRpc.ts';

export type ListedOutputs = {
  readonly outputs: readonly ChainOutput[];
  /** The block to list from the next time. */
  readonly lastBlock: string;
};

/**
 * The outputs that pay to addresses given away, in the blocks after one and in the mempool. The next
 * list begins so many blocks back that what may still change comes again.
 */
export async function listOutputs(
  rpc: CoreRpc,
  name: string,
  wallet: WatchedWallet,
  sinceBlock: string | undefined,
): Promise<ListedOutputs> {
  const { transactions, lastblock } = await listSince(rpc, name, sinceBlock);
  const candidates = new Map<string, Listed>();
  for (const listed of transactions) {
    if (isCredit(listed)) candidates.set(`${listed.txid}:${listed.vout}`, listed);
  }
  const relayed = await stillRelayed(rpc, [...candidates.values()]);
  const keys = await keysOf(rpc, name, [...candidates.values()]);
  const outputs: ChainOutput[] = [];
  for (const listed of candidates.values()) {
    const key = keys.get(listed.address);
    const isHere = listed.confirmations > 0 || relayed.has(listed.txid);
    if (key !== undefined && isHere && isGivenAway(wallet, key))
      outputs.push(outputOf(listed, key));
  }
  return { outputs, lastBlock: lastblock };
}

/** So deep that no reorganisation reaches it: as deep as what miners themselves wait for. */
const settledConfirmations = 100;

type Listed = {
  readonly address: Address;
  readonly category: string;
  readonly amount: string;
  readonly vout: number;
  readonly txid: TransactionId;
  /** Below 0 for one that a transaction in a block has spent the inputs of. */
  readonly confirmations: number;
  readonly blockhash?: string;
  readonly blockheight?: number;
};
async function listSince(
  rpc: CoreRpc,
  name: string,
  sinceBlock: string | undefined,
): Promise<{ readonly transactions: readonly Listed[]; readonly lastblock: string }> {
  // blockhash, target_confirmations, include_watchonly, include_removed, include_change
  const list = (block: string) =>
    rpc.call(['listsinceblock', block, settledConfirmations, true, false, true], name);
  try {
    return (await list(sinceBlock ?? '')) as Awaited<ReturnType<typeof listSince>>;
  } catch (error) {
    // Another node, or one that was set up anew, has never seen the block: all is listed again.
    if (sinceBlock === undefined || !isFault(error, faultCodes.isNotFound)) throw error;
    return await listSince(rpc, name, undefined);
  }
}

/** A payment to the wallet, be it from itself; what was mined for a block that is undone is none. */
function isCredit({ category, confirmations }: Listed): boolean {
  return confirmations >= 0 && ['receive', 'generate', 'immature'].includes(category);
}

/** Which of the unconfirmed ones are in the mempool: the wallet also keeps what was replaced there. */
async function stillRelayed(
  rpc: CoreRpc,
  listed: readonly Listed[],
): Promise<ReadonlySet<TransactionId>> {
  const unconfirmed = listed.filter(({ confirmations }) => confirmations === 0);
  const txids = [...new Set(unconfirmed.map(({ txid }) => txid))];
  const entries = await rpc.batch(txids.map((txid) => ['getmempoolentry', txid]));
  return new Set(txids.filter((_, at) => entries[at]?.ok === true));
}

async function keysOf(
  rpc: CoreRpc,
  name: string,
  listed: readonly Listed[],
): Promise<ReadonlyMap<Address, Key>> {
  const addresses = [...new Set(listed.map(({ address }) => address))];
  const infos = await rpc.batch(
    addresses.map((address) => ['getaddressinfo', address]),
    name,
  );
  const keys = new Map<Address, Key>();
  for (const [at, address] of addresses.entries()) {
    const info = infos[at];
    const key = info?.ok ? keyOf((info.value as { readonly desc?: string }).desc) : undefined;
    if (key !== undefined) keys.set(address, key);
  }
  return keys;
}

function outputOf(listed: Listed, key: Key): ChainOutput {
  const { txid, vout, address, amount, confirmations, blockhash, blockheight } = listed;
  const output = { txid, vout, address, ...key, amountSat: satoshiOf(amount), confirmations };
  if (blockhash === undefined || blockheight === undefined) return output;
  return { ...output, block: { height: blockheight, hash: blockhash } };
}
