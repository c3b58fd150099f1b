import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { systemClock } from '../../shared/adapters/clock.ts';
import { openEmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import { openPurse, type Purse } from './purse.ts';

/** A regtest chain of a test's own, and what makes its blocks. */
export type ChainUnderTest = {
  readonly chain: Chain;
  /** Mines so many blocks that pay to the address. Answers once `chain` shows them. */
  mine(count: number, address: string): Promise<void>;
  /**
   * Undoes the last blocks: their transactions go back to the mempool. Blocks that are mined after
   * are others, also where they hold the same. Answers once `chain` shows it.
   */
  undo(count: number): Promise<void>;
  /** Answers once `chain` shows what was broadcast before; where it does at once, it is absent. */
  settle?(): Promise<void>;
  stop(): Promise<void>;
};

export type ChainAdapter = {
  readonly name: string;
  /** Starts a chain that is empty, or whose last blocks no test needs. */
  start(): Promise<ChainUnderTest>;
};

/** Every adapter of `Chain`: its contract runs over all of them. */
export const chainAdapters: readonly ChainAdapter[] = [
  {
    name: 'embedded',
    async start() {
      const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
      const opened = await openEmbeddedChain(directory, {
        clock: systemClock(),
        durability: 'process',
      });
      const { chain, miner } = opened;
      return {
        chain,
        mine: async (count, address) => void (await miner.mine(count, address)),
        undo: (count) => miner.undo(count),
        async stop() {
          opened.close();
          rmSync(directory, { recursive: true });
        },
      };
    },
  },
];

export type OpenedChain = Required<Omit<ChainUnderTest, 'stop'>> & {
  /** Pays what a test needs, with coins of its own. */
  readonly purse: Purse;
};

/** Gives each test of a suite a chain of the adapter with money on it, and clears it away after. */
export function freshChain(adapter: ChainAdapter): () => OpenedChain {
  let opened: OpenedChain | undefined;
  let stop = async () => {};
  beforeEach(async () => {
    const started = await adapter.start();
    stop = started.stop;
    const chain = { settle: async () => undefined, ...started };
    opened = { ...chain, purse: await openPurse(chain) };
  });
  afterEach(() => stop());
  return () => {
    if (opened === undefined) throw new Error('a chain is started before each test');
    return opened;
  };
}
