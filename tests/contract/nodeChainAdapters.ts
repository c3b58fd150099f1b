import { describe } from '@jest/globals';
import { openCoreChain } from '../../shared/adapters/bitcoin/core/openCoreChain.ts';
import { openEsploraChain } from '../../shared/adapters/bitcoin/esplora/openEsploraChain.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { describeWithNode, startBitcoinNode } from '../bitcoin/bitcoinNode.ts';
import { startEsploraServer } from '../bitcoin/esploraServer.ts';
import { type ChainAdapter, chainAdapters } from './chainAdapters.ts';

/** Runs a suite over every adapter of `Chain`; what needs a node is skipped by name without one. */
export function describeChain(title: string, suite: (adapter: ChainAdapter) => void): void {
  for (const adapter of chainAdapters) describe(`${title}: ${adapter.name}`, () => suite(adapter));
  for (const adapter of nodeChainAdapters) {
    describeWithNode(`${title}: ${adapter.name}`, () => suite(adapter));
  }
}

/** The adapters that follow a real node. */
export const nodeChainAdapters: readonly ChainAdapter[] = [
  {
    name: 'core',
    async start() {
      const node = await startBitcoinNode();
      return {
        chain: openCoreChain(node.settings),
        mine: async (count, address) => void (await node.mine(count, address)),
        undo: (count) => node.undo(count),
        stop: () => node.stop(),
      };
    },
  },
  {
    name: 'esplora',
    async start() {
      const node = await startBitcoinNode();
      const server = await startEsploraServer(node.rpc);
      const settings = { kind: 'esplora', network: 'regtest', url: server.url } as const;
      return {
        chain: openEsploraChain(settings, await openBitcoin('regtest')),
        mine: async (count, address) => void (await node.mine(count, address)),
        undo: (count) => node.undo(count),
        async stop() {
          await server.stop();
          await node.stop();
        },
      };
    },
  },
];
