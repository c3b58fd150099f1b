import { describe } from '@jest/globals';
import { openCoreChain } from '../../shared/adapters/bitcoin/core/openCoreChain.ts';
import { describeWithNode, startBitcoinNode } from '../bitcoin/bitcoinNode.ts';
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
];
