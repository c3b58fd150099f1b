import { Block, Transaction } from 'bitcoinjs-lib';
import { openCoreChain } from '../../shared/adapters/bitcoin/core/openCoreChain.ts';
import { msOf } from '../../shared/domain/timeframe.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import { startBitcoinNode } from './bitcoinNode.ts';
import { startEmbeddedChain } from './embeddedChainUnderTest.ts';

/** The embedded chain and a real node that has taken every block of it. */
export type TwinChains = {
  readonly embedded: Chain;
  readonly core: Chain;
  /** Mines on the embedded chain and hands the blocks to the node. Throws where it takes one not. */
  mine(count: number, address: string): Promise<void>;
  /** Undoes the last blocks on both. */
  undo(count: number): Promise<void>;
  /** The coinbase of the block at a height. */
  coinbaseAt(height: number): Transaction;
  /** Ids of what waits in each mempool, sorted. */
  mempools(): Promise<{ readonly embedded: readonly string[]; readonly core: readonly string[] }>;
  stop(): Promise<void>;
};

const secPerBlock = 600;

export async function startTwinChains(): Promise<TwinChains> {
  const started = await startEmbeddedChain();
  const node = await startBitcoinNode();
  const { chain, miner, clock, db } = started;
  const transactionsAt = (height: number) =>
    db
      .prepare('SELECT bytes FROM transactions WHERE height = ? ORDER BY position')
      .all(height)
      .map((row) => Transaction.fromBuffer(row['bytes'] as Uint8Array));
  const blockAt = (height: number) => {
    const row = db.prepare('SELECT header FROM blocks WHERE height = ?').get(height);
    const block = Block.fromBuffer(row?.['header'] as Uint8Array);
    block.transactions = transactionsAt(height);
    return block;
  };
  return {
    embedded: chain,
    core: openCoreChain(node.settings),
    async mine(count, address) {
      for (let mined = 0; mined < count; mined += 1) {
        clock.advance(secPerBlock);
        const { height } = await miner.mine(1, address);
        await node.rpc.call(['setmocktime', msOf(clock.now()) / 1_000]);
        const fault = await node.rpc.call(['submitblock', blockAt(height).toHex()]);
        if (fault !== null) throw new Error(`the node refused block ${height}: ${fault}`);
      }
    },
    async undo(count) {
      await miner.undo(count);
      await node.undo(count);
    },
    coinbaseAt(height) {
      const [coinbase] = transactionsAt(height);
      if (coinbase === undefined) throw new Error(`there is no block ${height}`);
      return coinbase;
    },
    async mempools() {
      const rows = db.prepare('SELECT txid FROM transactions WHERE height IS NULL').all();
      const core = (await node.rpc.call(['getrawmempool'])) as readonly string[];
      return { embedded: rows.map((row) => String(row['txid'])).sort(), core: core.toSorted() };
    },
    async stop() {
      started.stop();
      await node.stop();
    },
  };
}
