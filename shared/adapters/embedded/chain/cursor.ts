import type { KeyChain } from '../../../domain/bitcoin.ts';
import type { BlockReference, WatchedWallet } from '../../../ports/chain.ts';
import type { ChainFile } from './chainFile.ts';

/** How far a wallet was followed: to a height of the best chain, for so many addresses of each chain. */
export type Followed = {
  readonly height: number;
  readonly counts: ReadonlyMap<KeyChain, number>;
};

/** The cursor of a wallet that was followed to a block. */
export function cursorAt({ hash }: BlockReference, wallet: WatchedWallet): string {
  return `${hash}:${wallet.receiveCount}:${wallet.changeCount}`;
}

/**
 * How far a cursor got. Where its block was undone, to the last one before it that is still there:
 * all after it has changed. Without a cursor, or with one of another chain, nowhere.
 */
export function readCursor(file: ChainFile, text: string | undefined): Followed {
  const match = text === undefined ? null : pattern.exec(text);
  const [, hash = '', receiveCount = '0', changeCount = '0'] = match ?? [];
  const height = keptHeight(file, hash);
  if (height === undefined) return nowhere;
  const counts = new Map<KeyChain, number>([
    [0, Number(receiveCount)],
    [1, Number(changeCount)],
  ]);
  return { height, counts };
}

const pattern = /^([0-9a-f]{64}):([0-9]{1,10}):([0-9]{1,10})$/;
/** All addresses are new then, and so is all that they were paid, wherever it is. */
const nowhere: Followed = { height: Number.MAX_SAFE_INTEGER, counts: new Map() };

/** Each step goes one block back, so that there are no more than blocks were ever undone. */
function keptHeight({ statements }: ChainFile, hash: string): number | undefined {
  for (let at: string | undefined = hash; at !== undefined; ) {
    const block = statements.selectBlockByHash.get(at);
    if (block !== undefined) return block.height;
    at = statements.selectUndone.get(at)?.previousHash;
  }
  return undefined;
}
