import { accept, type Result, refuse } from '../../../domain/result.ts';
import { isSameBytes } from './bytes.ts';
import { type Candidate, candidateOf, coinsOf, conflictsOf } from './candidate.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { transactionFault } from './checkTransaction.ts';
import { evict } from './family.ts';
import { familyFault } from './familyLimits.ts';
import { feeFault } from './feeFault.ts';
import { insertTransaction } from './insertTransaction.ts';
import { finalFault, maturityFault, relativeLockFault } from './locks.ts';
import { policy } from './policy.ts';
import type { ReadTransaction } from './readTransaction.ts';
import { replacementFault } from './replacement.ts';
import { trucFault } from './truc.ts';
import { nonstandardInputFault, spendingFault } from './verifyInputs.ts';

/** The reason for a transaction that spends what is not there, or what a block spends already. */
export const missingInputs = 'bad-txns-inputs-missingorspent';

/**
 * Would the mempool take this transaction now? The checks, their order and their words are those of
 * Bitcoin Core's MemPoolAccept, so that of several faults the same one is named. Reads only.
 */
export function judge(file: ChainFile, read: ReadTransaction): Result<Candidate, string> {
  const { height } = tipOf(file);
  const early = transactionFault(read) ?? finalFault(file, read, height) ?? knownFault(file, read);
  if (early !== undefined) return refuse(early);
  const coins = coinsOf(file, read);
  if (coins === undefined) return refuse(absenceFault(file, read));
  const locked = relativeLockFault(file, read, coins, height) ?? maturityFault(coins, height);
  if (locked !== undefined) return refuse(locked);
  const candidate = candidateOf(read, coins);
  const fault =
    (candidate.feeSat < 0n ? 'bad-txns-in-belowout' : undefined) ??
    nonstandardInputFault(read.content, coins) ??
    (candidate.sigopCost > policy.sigopCostMax ? 'bad-txns-too-many-sigops' : undefined) ??
    feeFault(candidate) ??
    familyFault(file, candidate) ??
    trucFault(file, candidate) ??
    replacementFault(file, candidate) ??
    spendingFault(file.library, read.content, coins) ??
    limitFault(file, candidate);
  return fault === undefined ? accept(candidate) : refuse(fault);
}

/** Takes a transaction that was judged well just before, within the same write. */
export function admit(file: ChainFile, candidate: Candidate): void {
  evict(file, conflictsOf(candidate));
  insertTransaction(file, candidate, undefined);
}

function knownFault({ statements }: ChainFile, { txid, content }: ReadTransaction) {
  if (statements.selectEntry.get(txid) === undefined) return undefined;
  const bytes = statements.selectBytes.get(txid)?.bytes;
  const isSame = bytes !== undefined && isSameBytes(bytes, content.toBuffer());
  return isSame ? 'txn-already-in-mempool' : 'txn-same-nonwitness-data-in-mempool';
}

/** Its own inputs are spent, by itself, once it is in a block. */
function absenceFault({ statements }: ChainFile, { txid }: ReadTransaction): string {
  const isInBlock = (statements.selectPlace.get(txid)?.height ?? undefined) !== undefined;
  const hasCoins = isInBlock && statements.selectUnspentOf.get(txid) !== undefined;
  return hasCoins ? 'txn-already-known' : missingInputs;
}

/** Limits of this chain: a fee that must be a mistake, and a mempool that is full. */
function limitFault({ statements }: ChainFile, candidate: Candidate): string | undefined {
  const { feeSat, virtualSize } = candidate;
  if (feeSat * 1_000n > policy.feeSatPerKvbMax * BigInt(virtualSize)) return 'max-fee-exceeded';
  const count = statements.countMempool.get()?.count ?? 0;
  return count >= policy.mempoolCountMax ? 'mempool full' : undefined;
}
