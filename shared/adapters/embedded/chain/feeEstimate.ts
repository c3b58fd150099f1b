import type { FeeRate } from '../../../domain/bitcoin.ts';
import { type ChainFile, tipOf } from './chainFile.ts';

/**
 * The lowest rate at which, of the transactions of the last blocks that paid it or more, nearly all
 * were in a block in time. Undefined where there were too few to tell.
 */
export function feeEstimate(file: ChainFile, blocks: number): FeeRate | undefined {
  const from = tipOf(file).height - sampleBlocks;
  const sample = file.statements.selectConfirmed.all(from);
  const rates = sample.map(({ feeSat, virtualSize, waitedBlocks }) => {
    return { rate: Math.ceil((feeSat * 1_000) / virtualSize), isInTime: waitedBlocks <= blocks };
  });
  rates.sort((a, b) => b.rate - a.rate);
  let inTime = 0;
  let lowest: number | undefined;
  for (const [index, { rate, isInTime }] of rates.entries()) {
    if (isInTime) inTime += 1;
    const count = index + 1;
    if (count >= sampleMin && inTime >= count * inTimeShare) lowest = rate;
  }
  return lowest as FeeRate | undefined;
}

const sampleBlocks = 144;
const sampleMin = 20;
const inTimeShare = 0.95;
