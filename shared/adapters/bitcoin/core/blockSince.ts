import { type Instant, msOf } from '../../../domain/timeframe.ts';
import type { CoreRpc } from './coreRpc.ts';

/**
 * A height, at least 1, before which no block was mined after the instant. It may be a day and some
 * blocks early: a block does not say exactly when it was mined.
 */
export async function firstBlockSince(
  rpc: CoreRpc,
  since: Instant,
  tipHeight: number,
): Promise<number> {
  const sinceS = msOf(since) / 1000 - marginS;
  let low = 1;
  let high = tipHeight + 1;
  // The median time of blocks never falls: every step halves what is left.
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if ((await medianTime(rpc, middle)) < sinceS) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - blocksOfMedian, 1);
}

/** The median time is that of the last so many blocks, and says nothing of the younger of them. */
const blocksOfMedian = 11;
/** Clocks of miners may be wrong by hours. */
const marginS = 86_400;

async function medianTime(rpc: CoreRpc, height: number): Promise<number> {
  const hash = await rpc.call(['getblockhash', height]);
  const header = await rpc.call(['getblockheader', hash]);
  return (header as { readonly mediantime: number }).mediantime;
}
