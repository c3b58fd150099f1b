import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Chain } from '../../../ports/chain.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Health } from '../../../ports/health.ts';
import { type Durability, openDatabase } from '../database.ts';
import type { ChainFile } from './chainFile.ts';
import { loadChainLibrary } from './chainLibrary.ts';
import { chainSchema } from './chainSchema.ts';
import { prepareChain } from './chainStatements.ts';
import { embeddedChain } from './embeddedChain.ts';
import { embeddedMiner } from './embeddedMiner.ts';
import type { Miner } from './miner.ts';

export type EmbeddedChainSettings = {
  /** Tells the blocks their time. */
  readonly clock: Clock;
  /** `disk` unless it says otherwise. */
  readonly durability?: Durability;
};

/** A regtest chain of one's own: the chain as the app sees it, and what makes its blocks. */
export type EmbeddedChain = {
  readonly chain: Chain;
  readonly miner: Miner;
  readonly health: readonly Health[];
  /** Closes the file; a repeat changes nothing. */
  close(): void;
};

/**
 * Opens the chain of a data directory, which is made if it is not there. Several processes may have
 * it open at once. Throws DatabaseFileError.
 */
export async function openEmbeddedChain(
  directory: string,
  { clock, durability }: EmbeddedChainSettings,
): Promise<EmbeddedChain> {
  const library = await loadChainLibrary();
  mkdirSync(directory, { recursive: true });
  const db = openDatabase(join(directory, 'chain.db'), chainSchema, durability);
  const file: ChainFile = { db, statements: prepareChain(db), library, clock };
  return {
    chain: embeddedChain(file),
    miner: embeddedMiner(file),
    health: [
      {
        name: 'chain',
        async check() {
          file.statements.selectTip.get();
        },
      },
    ],
    close() {
      if (db.isOpen) db.close();
    },
  };
}
