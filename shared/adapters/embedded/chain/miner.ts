import type { BlockReference } from '../../../ports/chain.ts';

/** Makes blocks, as nobody else does on a chain of one's own. */
export type Miner = {
  /**
   * Mines so many blocks, which take what the mempool offers and pay to the address; answers the
   * tip. All or none.
   */
  mine(count: number, address: string): Promise<BlockReference>;
  /**
   * Undoes the last blocks: their transactions go back to the mempool, but for coinbases and what
   * spends from them. Blocks that are mined after are others. All or none.
   */
  undo(count: number): Promise<void>;
};
