import { assert } from '../../../domain/assert.ts';
import { transaction } from '../database.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { mineBlock } from './mineBlock.ts';
import type { Miner } from './miner.ts';
import { undoBlocks } from './undoBlocks.ts';

const blocksPerCallMax = 1_000;

/** Makes the blocks of an embedded chain, each call in one write. */
export function embeddedMiner(file: ChainFile): Miner {
  return {
    async mine(count, address) {
      assert(
        Number.isSafeInteger(count) && count >= 0 && count <= blocksPerCallMax,
        () => `${blocksPerCallMax} blocks can be mined at once, not ${count}`,
      );
      const { bitcoin, network } = file.library;
      const script = bitcoin.address.toOutputScript(address, network);
      return transaction(file.db, () => {
        for (let mined = 0; mined < count; mined += 1) mineBlock(file, script);
        const { height, hash } = tipOf(file);
        return { height, hash };
      });
    },
    async undo(count) {
      transaction(file.db, () => undoBlocks(file, count));
    },
  };
}
