import type { TransactionId } from '../../../domain/bitcoin.ts';
import { type Candidate, conflictsOf, parentsOf } from './candidate.ts';
import type { ChainFile } from './chainFile.ts';
import { ancestorsOf, descendantsOf, entryOf } from './family.ts';
import { feeAt, policy } from './policy.ts';

/**
 * Why a transaction may not take the place of those that spend the same coins; undefined where it
 * may, or where there are none. Any transaction can be replaced; the rules are those of BIP125 as
 * Bitcoin Core has them since it needs no signal.
 */
export function replacementFault(file: ChainFile, candidate: Candidate): string | undefined {
  const conflicts = conflictsOf(candidate);
  if (conflicts.size === 0) return undefined;
  const ancestors = ancestorsOf(file, parentsOf(candidate));
  if (!conflicts.isDisjointFrom(ancestors)) return 'bad-txns-spends-conflicting-tx';
  if (!paysMoreThanEach(file, candidate, conflicts)) return 'insufficient fee';
  const replaced = descendantsOf(file, conflicts);
  if (replaced.size > policy.replacedCountMax) return 'too many potential replacements';
  if (addsUnconfirmed(file, candidate, conflicts)) return 'replacement-adds-unconfirmed';
  let replacedFeeSat = 0n;
  for (const txid of replaced) replacedFeeSat += BigInt(entryOf(file, txid).feeSat);
  const relaySat = feeAt(policy.incrementalSatPerKvb, candidate.virtualSize);
  return candidate.feeSat - replacedFeeSat >= relaySat ? undefined : 'insufficient fee';
}

/** Compares fee rates without dividing: a / b > c / d where a · d > c · b. */
function paysMoreThanEach(
  file: ChainFile,
  { feeSat, virtualSize }: Candidate,
  conflicts: ReadonlySet<TransactionId>,
): boolean {
  return conflicts.values().every((txid) => {
    const replaced = entryOf(file, txid);
    return feeSat * BigInt(replaced.virtualSize) > BigInt(replaced.feeSat) * BigInt(virtualSize);
  });
}

/** Does it spend a coin of the mempool that none of those which it replaces spent? */
function addsUnconfirmed(
  file: ChainFile,
  candidate: Candidate,
  conflicts: ReadonlySet<TransactionId>,
): boolean {
  const known = new Set<TransactionId>();
  for (const conflict of conflicts) {
    for (const { txid } of file.statements.selectParents.all(conflict)) known.add(txid);
  }
  return !parentsOf(candidate).isSubsetOf(known);
}
