import { type ChainFile, medianTimeSec } from './chainFile.ts';
import { consensus } from './policy.ts';
import type { ReadTransaction } from './readTransaction.ts';
import type { CoinRow } from './transactionStatements.ts';

/**
 * Why a transaction may not be in the block after this tip yet for its own lock, a height or a time;
 * undefined where it may.
 */
export function finalFault(
  file: ChainFile,
  { content: { locktime, ins } }: ReadTransaction,
  tipHeight: number,
): string | undefined {
  if (locktime === 0) return undefined;
  const isHeight = locktime < firstTime;
  const reached = isHeight ? tipHeight + 1 : medianTimeSec(file, tipHeight);
  if (locktime < reached) return undefined;
  return ins.every(({ sequence }) => sequence === finalSequence) ? undefined : 'non-final';
}

/** The same for the locks of its inputs (BIP68). The coins are what they spend, in their order. */
export function relativeLockFault(
  file: ChainFile,
  { content: { version, ins } }: ReadTransaction,
  coins: readonly CoinRow[],
  tipHeight: number,
): string | undefined {
  if (version < lockingVersionMin) return undefined;
  for (const [index, { sequence }] of ins.entries()) {
    if (Math.floor(sequence / noLock) % 2 === 1) continue;
    const coinHeight = coins[index]?.height ?? tipHeight + 1;
    if (!isUnlocked(file, sequence, coinHeight, tipHeight)) return 'non-BIP68-final';
  }
  return undefined;
}

/** A coinbase may be undone with its block: for a hundred blocks nothing may stand on it. */
export function maturityFault(coins: readonly CoinRow[], tipHeight: number): string | undefined {
  const isYoung = coins.some(
    ({ height, position }) =>
      position === 0 && height !== null && tipHeight + 1 - height < consensus.maturityBlocks,
  );
  return isYoung ? 'bad-txns-premature-spend-of-coinbase' : undefined;
}

/** Locktimes below are heights, others times: seconds since 1970. */
const firstTime = 500_000_000;
const finalSequence = 0xffffffff;
const lockingVersionMin = 2;
/** Bits of a sequence number, BIP68. */
const noLock = 2 ** 31;
const isTime = 1 << 22;
const lockValue = 0xffff;
const secPerLock = 512;

function isUnlocked(
  file: ChainFile,
  sequence: number,
  coinHeight: number,
  tipHeight: number,
): boolean {
  const value = sequence & lockValue;
  if ((sequence & isTime) === 0) return coinHeight + value <= tipHeight + 1;
  const sinceSec = medianTimeSec(file, Math.max(coinHeight - 1, 0));
  return sinceSec + value * secPerLock <= medianTimeSec(file, tipHeight);
}
