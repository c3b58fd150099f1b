import type { TransactionId } from '../../../domain/bitcoin.ts';
import { type Candidate, conflictsOf, parentsOf } from './candidate.ts';
import type { ChainFile } from './chainFile.ts';
import { ancestorsOf, descendantsOf, entryOf } from './family.ts';
import { policy } from './policy.ts';

type Limits = {
  readonly ancestorCount: number;
  readonly descendantCount: number;
  readonly descendantVirtualSize: number;
};

/** Why the families in the mempool would grow too large with a transaction; undefined where not. */
export function familyFault(file: ChainFile, candidate: Candidate): string | undefined {
  const limits = limitsFor(file, conflictsOf(candidate));
  if (isWithin(file, candidate, limits)) return undefined;
  const isSmall = candidate.virtualSize <= policy.carveOutVirtualSizeMax;
  const carveOut = {
    ancestorCount: 2,
    descendantCount: limits.descendantCount + 1,
    descendantVirtualSize: limits.descendantVirtualSize + policy.carveOutVirtualSizeMax,
  };
  const isCarvedOut = isSmall && candidate.content.version !== policy.trucVersion;
  return isCarvedOut && isWithin(file, candidate, carveOut) ? undefined : 'too-long-mempool-chain';
}

/** What replaces one transaction may stand in its place. */
function limitsFor(file: ChainFile, conflicts: ReadonlySet<TransactionId>): Limits {
  const [conflict, ...others] = conflicts;
  const isOne = conflict !== undefined && others.length === 0;
  const replacedSize = isOne ? sizeOf(file, descendantsOf(file, [conflict])) : 0;
  return {
    ancestorCount: policy.familyCountMax,
    descendantCount: policy.familyCountMax + (isOne ? 1 : 0),
    descendantVirtualSize: policy.familyVirtualSizeMax + replacedSize,
  };
}

function isWithin(file: ChainFile, candidate: Candidate, limits: Limits): boolean {
  const ancestors = ancestorsOf(file, parentsOf(candidate));
  if (ancestors.size + 1 > limits.ancestorCount) return false;
  const { virtualSize } = candidate;
  if (sizeOf(file, ancestors) + virtualSize > policy.familyVirtualSizeMax) return false;
  return ancestors.values().every((txid) => {
    const family = descendantsOf(file, [txid]);
    if (family.size + 1 > limits.descendantCount) return false;
    return sizeOf(file, family) + virtualSize <= limits.descendantVirtualSize;
  });
}

function sizeOf(file: ChainFile, txids: ReadonlySet<TransactionId>): number {
  let virtualSize = 0;
  for (const txid of txids) virtualSize += entryOf(file, txid).virtualSize;
  return virtualSize;
}
