import type { CoreSettings } from '../../../config/bitcoinSettings.ts';
import type { Network } from '../../../domain/bitcoin.ts';
import {
  type BlockReference,
  type Chain,
  type ChainChanges,
  ChainUnavailableError,
  type WatchedWallet,
} from '../../../ports/chain.ts';
import type { FetchLimits } from '../fetchText.ts';
import { listCoins } from './coreCoins.ts';
import { listOutputs } from './coreOutputs.ts';
import { findPlaces } from './corePlaces.ts';
import { type CoreRpc, openCoreRpc } from './coreRpc.ts';
import { estimateFee, sendTransaction, testTransaction } from './coreTransactions.ts';
import { watchWallet } from './coreWallet.ts';

/**
 * The chain as a node of Bitcoin Core sees it. The node watches each wallet in a wallet of its own,
 * with no private key. Connects at the first use, and refuses a node of another network.
 */
export function openCoreChain(settings: CoreSettings, limits: Partial<FetchLimits> = {}): Chain {
  const rpc = onNetwork(openCoreRpc(settings, limits), settings.network);
  return {
    kind: 'core',
    tip: () => readTip(rpc),
    changesSince: (wallet, cursor) => changesSince(rpc, wallet, cursor),
    async coins(wallet, confirmationsMin) {
      const name = await watchWallet(rpc, wallet);
      return listCoins(rpc, name, wallet, confirmationsMin);
    },
    async places(txids) {
      const { result } = await atOneTip(rpc, () => findPlaces(rpc, txids));
      return result;
    },
    test: (hex) => testTransaction(rpc, hex),
    broadcast: (hex) => sendTransaction(rpc, hex),
    estimateFeeRate: (blocks) => estimateFee(rpc, blocks),
  };
}

async function changesSince(
  rpc: CoreRpc,
  wallet: WatchedWallet,
  text: string | undefined,
): Promise<ChainChanges> {
  const name = await watchWallet(rpc, wallet);
  const cursor = text === undefined ? undefined : cursorPattern.exec(text);
  const [, block, receiveCount, changeCount] = cursor ?? [];
  // What was paid to an address before it was given away was not told then.
  const isSameWallet =
    Number(receiveCount) >= wallet.receiveCount && Number(changeCount) >= wallet.changeCount;
  const sinceBlock = isSameWallet ? block : undefined;
  const { result, tip } = await atOneTip(rpc, () => listOutputs(rpc, name, wallet, sinceBlock));
  const counts = `${wallet.receiveCount}.${wallet.changeCount}`;
  return { outputs: result.outputs, cursor: `${result.lastBlock}.${counts}`, tip };
}

/** A block, and how many indexes of each chain were given away. One of another adapter has no match. */
const cursorPattern = /^([0-9a-f]{64})\.(\d+)\.(\d+)$/;

/** Blocks come minutes apart: a second look is rare, and a third all but never. */
const looksMax = 5;

/** Reads what takes several requests, and again where a block came in between. */
async function atOneTip<Value>(
  rpc: CoreRpc,
  read: () => Promise<Value>,
): Promise<{ readonly result: Value; readonly tip: BlockReference }> {
  let before = await readTip(rpc);
  for (let looks = 1; looks <= looksMax; looks += 1) {
    const result = await read();
    const tip = await readTip(rpc);
    if (tip.hash === before.hash) return { result, tip };
    before = tip;
  }
  throw new ChainUnavailableError('blocks come faster than they can be read');
}

/**
 * The last block that the node knows. A node that is new, or was away for long, has not seen yet what
 * was paid: to it, all of that would be gone.
 */
async function readTip(rpc: CoreRpc): Promise<BlockReference> {
  const info = (await rpc.call(['getblockchaininfo'])) as ChainInfo;
  // By the age of its last block, which says nothing on a chain that is mined for tests.
  if (info.initialblockdownload && info.chain !== 'regtest') {
    throw new ChainUnavailableError(`the node downloads the chain: it is at block ${info.blocks}`);
  }
  return { height: info.blocks, hash: info.bestblockhash };
}

type ChainInfo = {
  readonly chain: string;
  readonly blocks: number;
  readonly bestblockhash: string;
  readonly initialblockdownload: boolean;
};

/** What the node calls the chains of a network. */
const chainNames: Readonly<Record<Network, readonly string[]>> = {
  mainnet: ['main'],
  testnet: ['test', 'testnet4'],
  signet: ['signet'],
  regtest: ['regtest'],
};

/** Asks the node before its first use which chain it follows; thereafter it is known. */
function onNetwork(rpc: CoreRpc, network: Network): CoreRpc {
  let isKnown = false;
  const check = async () => {
    if (isKnown) return;
    const { chain } = (await rpc.call(['getblockchaininfo'])) as ChainInfo;
    if (!chainNames[network].includes(chain)) {
      throw new Error(`the node follows the chain ${chain}, and the app is on ${network}`);
    }
    isKnown = true;
  };
  return {
    async call(call, wallet) {
      await check();
      return rpc.call(call, wallet);
    },
    async batch(calls, wallet) {
      await check();
      return rpc.batch(calls, wallet);
    },
  };
}
