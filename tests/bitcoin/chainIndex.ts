import { address, Block, Transaction } from 'bitcoinjs-lib';
import type { CoreRpc } from '../../shared/adapters/bitcoin/core/coreRpc.ts';
import { regtest } from './testWallet.ts';

type Status =
  | { readonly confirmed: false }
  | { readonly confirmed: true; readonly block_height: number; readonly block_hash: string };

export type IndexedTransaction = {
  readonly txid: string;
  readonly isCoinbase: boolean;
  readonly inputs: readonly { readonly txid: string; readonly vout: number }[];
  readonly outputs: readonly { readonly address: string | undefined; readonly value: number }[];
  readonly status: Status;
};

/** What a node's blocks and mempool hold, by address. Small chains only: it looks at all of them. */
export type ChainIndex = {
  readonly blocks: readonly IndexedBlock[];
  /** Reads what is new, and forgets what was undone. */
  sync(): Promise<void>;
  transaction(txid: string): IndexedTransaction | undefined;
  /** What pays to an address or spends from it, the youngest first. */
  history(address: string): readonly IndexedTransaction[];
  unspent(address: string): readonly Unspent[];
};
type IndexedBlock = {
  readonly hash: string;
  readonly transactions: readonly IndexedTransaction[];
};
type Unspent = {
  readonly txid: string;
  readonly vout: number;
  readonly value: number;
  readonly status: Status;
};

export function openChainIndex(rpc: CoreRpc): ChainIndex {
  const blocks: IndexedBlock[] = [];
  let mempool: readonly IndexedTransaction[] = [];
  const all = () => [...blocks.flatMap(({ transactions }) => transactions), ...mempool].reverse();
  const transaction = (txid: string) => all().find((each) => each.txid === txid);
  const paysTo = (name: string, { txid, vout }: { txid: string; vout: number }) =>
    transaction(txid)?.outputs[vout]?.address === name;
  return {
    blocks,
    async sync() {
      await syncBlocks(rpc, blocks);
      mempool = await readMempool(rpc);
    },
    transaction,
    history: (name) =>
      all().filter(
        ({ inputs, outputs }) =>
          outputs.some((output) => output.address === name) ||
          inputs.some((input) => paysTo(name, input)),
      ),
    unspent(name) {
      const spent = new Set(all().flatMap(({ inputs }) => inputs.map(keyOf)));
      return all().flatMap(({ txid, outputs, status }) =>
        outputs.flatMap(({ address: to, value }, vout) =>
          to === name && !spent.has(keyOf({ txid, vout })) ? [{ txid, vout, value, status }] : [],
        ),
      );
    },
  };
}

function keyOf({ txid, vout }: { readonly txid: string; readonly vout: number }): string {
  return `${txid}:${vout}`;
}

async function syncBlocks(rpc: CoreRpc, blocks: IndexedBlock[]): Promise<void> {
  const height = (await rpc.call(['getblockcount'])) as number;
  const hashAt = async (at: number) => (await rpc.call(['getblockhash', at])) as string;
  blocks.splice(height + 1);
  while (blocks.length > 0 && blocks.at(-1)?.hash !== (await hashAt(blocks.length - 1))) {
    blocks.pop();
  }
  while (blocks.length <= height) {
    const hash = await hashAt(blocks.length);
    const block = Block.fromHex((await rpc.call(['getblock', hash, 0])) as string);
    const status = { confirmed: true, block_height: blocks.length, block_hash: hash } as const;
    const transactions = (block.transactions ?? []).map((each) => indexed(each, status));
    blocks.push({ hash, transactions });
  }
}

async function readMempool(rpc: CoreRpc): Promise<readonly IndexedTransaction[]> {
  const txids = (await rpc.call(['getrawmempool'])) as readonly string[];
  const answers = await rpc.batch(txids.map((txid) => ['getrawtransaction', txid]));
  // One that left the mempool in between is simply not there.
  return answers.flatMap((answer) =>
    answer.ok ? [indexed(Transaction.fromHex(answer.value as string), { confirmed: false })] : [],
  );
}

function indexed(transaction: Transaction, status: Status): IndexedTransaction {
  return {
    txid: transaction.getId(),
    isCoinbase: transaction.isCoinbase(),
    inputs: transaction.ins.map(({ hash, index }) => {
      return { txid: Buffer.from(hash).reverse().toString('hex'), vout: index };
    }),
    outputs: transaction.outs.map(({ script, value }) => {
      return { address: addressOf(script), value: Number(value) };
    }),
    status,
  };
}

function addressOf(script: Uint8Array): string | undefined {
  try {
    return address.fromOutputScript(script, regtest);
  } catch {
    // An output of data, for one, has none.
    return undefined;
  }
}
