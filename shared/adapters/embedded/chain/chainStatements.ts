import type { DatabaseSync } from 'node:sqlite';
import { prepareBlocks } from './blockStatements.ts';
import { prepareMempool } from './mempoolStatements.ts';
import { prepareTransactions } from './transactionStatements.ts';
import { prepareWallets } from './walletStatements.ts';

export type ChainStatements = ReturnType<typeof prepareChain>;

/** The statements of the chain. */
export function prepareChain(db: DatabaseSync) {
  return {
    ...prepareBlocks(db),
    ...prepareTransactions(db),
    ...prepareMempool(db),
    ...prepareWallets(db),
  };
}
