import type { TransactionId } from '../../../domain/bitcoin.ts';
import { type Candidate, conflictsOf, parentsOf } from './candidate.ts';
import type { ChainFile } from './chainFile.ts';
import { ancestorsOf, descendantsOf } from './family.ts';
import { policy } from './policy.ts';

/**
 * Why a transaction breaks the topology of version 3 (BIP431); undefined where not. A sibling is
 * not evicted for it: who wants to replace one spends a coin of it.
 */
export function trucFault(file: ChainFile, candidate: Candidate): string | undefined {
  const parents = parentsOf(candidate);
  const isTruc = candidate.content.version === policy.trucVersion;
  if (!parents.values().every((txid) => isOfVersion3(file, txid) === isTruc)) return violation;
  if (!isTruc) return undefined;
  if (candidate.virtualSize > policy.trucVirtualSizeMax) return violation;
  if (parents.size === 0) return undefined;
  if (candidate.virtualSize > policy.trucChildVirtualSizeMax) return violation;
  if (ancestorsOf(file, parents).size + 1 > policy.trucFamilyCountMax) return violation;
  const replaced = descendantsOf(file, conflictsOf(candidate));
  const staying = descendantsOf(file, parents).difference(replaced);
  return staying.size + 1 > policy.trucFamilyCountMax ? violation : undefined;
}

const violation = 'TRUC-violation';

/** The version is what a transaction begins with, in four bytes. */
function isOfVersion3({ statements }: ChainFile, txid: TransactionId): boolean {
  return statements.selectBytes.get(txid)?.bytes[0] === policy.trucVersion;
}
