import type { TransactionId } from '../../../domain/bitcoin.ts';
import { fromHex } from './bytes.ts';
import type { ChainFile } from './chainFile.ts';
import { consensus, policy } from './policy.ts';
import type { ReadTransaction } from './readTransaction.ts';
import { scriptKindOf, sigopsIn } from './scriptKind.ts';
import type { CoinRow } from './transactionStatements.ts';

/** A transaction that asks for a place in the mempool, with what it spends and what it pays. */
export type Candidate = ReadTransaction & {
  /** What the inputs spend, in their order. */
  readonly coins: readonly CoinRow[];
  readonly feeSat: bigint;
  readonly sigopCost: number;
  /** The size that fees are measured by: many signature checks make it larger. */
  readonly virtualSize: number;
};

/** What the inputs spend, in their order; undefined where a coin is not there or spent in a block. */
export function coinsOf(
  { statements }: ChainFile,
  { spends }: ReadTransaction,
): readonly CoinRow[] | undefined {
  const coins: CoinRow[] = [];
  for (const { txid, vout } of spends) {
    const coin = statements.selectCoin.get(txid, vout);
    if (coin === undefined || coin.spenderHeight !== null) return undefined;
    coins.push(coin);
  }
  return coins;
}

/** The fee may be negative: nothing is refused here. */
export function candidateOf(read: ReadTransaction, coins: readonly CoinRow[]): Candidate {
  let feeSat = 0n;
  for (const { amountSat } of coins) feeSat += BigInt(amountSat);
  for (const { value } of read.content.outs) feeSat -= value;
  const sigopCost = sigopCostOf(read, coins);
  const weight = Math.max(read.weight, sigopCost * policy.weightPerSigop);
  const virtualSize = Math.ceil(weight / consensus.witnessScale);
  return { ...read, coins, feeSat, sigopCost, virtualSize };
}

/** The transactions of the mempool that spend the same coins. */
export function conflictsOf({ coins }: Candidate): ReadonlySet<TransactionId> {
  const spenders = coins.map(({ spentBy }) => spentBy);
  return new Set(spenders.filter((txid) => txid !== null));
}

/** The transactions of the mempool that it spends from. */
export function parentsOf({ spends, coins }: Candidate): ReadonlySet<TransactionId> {
  const isWaiting = (index: number) => coins[index]?.height === null;
  return new Set(spends.filter((_, index) => isWaiting(index)).map(({ txid }) => txid));
}

/** A check outside of a witness counts four times. */
function sigopCostOf({ content }: ReadTransaction, coins: readonly CoinRow[]): number {
  let cost = 0;
  for (const { script } of [...content.ins, ...content.outs]) {
    cost += sigopsIn(script) * consensus.witnessScale;
  }
  const witnessed = coins.filter(({ script }) => scriptKindOf(fromHex(script)) === 'p2wpkh');
  return cost + witnessed.length;
}
