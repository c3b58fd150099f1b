import { dustSat, type FeeRate } from './bitcoin.ts';
import { type CoinPile, fewestWorth } from './coinPile.ts';
import type { BillingSettings } from './grid.ts';
import type { PayoutDue } from './payoutDue.ts';
import {
  anchorScriptBytes,
  changeScriptBytes,
  feeOf,
  outputBytesOf,
  type TransactionShape,
  virtualSizeOf,
  weightOf,
} from './transactionSize.ts';
import { addSat, type Satoshi, subtractSat, zeroSat } from './units.ts';

/** The sums that a transaction's size and coins follow from. */
export type PayoutTotals = {
  readonly count: number;
  readonly amountSat: Satoshi;
  readonly outputBytes: number;
};

/** A transaction as far as its totals say. Σ of its coins = amount − shared + change + fee. */
export type PayoutDraft = {
  readonly coinCount: number;
  readonly isFunded: boolean;
  readonly weight: number;
  readonly changeSat: Satoshi;
  readonly feeSat: Satoshi;
  /** What payees pay of the fee. */
  readonly sharedSat: Satoshi;
};

/** What the fee of a payout is, and who pays it. */
export type FeeTerms = {
  readonly feeRate: FeeRate;
  readonly feePaidBy: BillingSettings['payoutFeePaidBy'];
};

/**
 * Drafts the transaction that pays these totals: the fewest coins from the top of the pile that
 * suffice, and change where it is no dust. Without enough coins it is as if all of the
 * pile were spent: what it costs is known even so.
 */
export function draftOf(totals: PayoutTotals, pile: CoinPile, terms: FeeTerms): PayoutDraft {
  const isShared = terms.feePaidBy === 'payees';
  const costOf = (coinCount: number, isWithChange: boolean) =>
    feeOf(virtualSizeOf(shapeOf(totals, coinCount, isWithChange)), terms.feeRate);
  const neededWith = (coinCount: number, isWithChange: boolean) =>
    isShared ? totals.amountSat : addSat(totals.amountSat, costOf(coinCount, isWithChange));
  const leftOf = (coinCount: number, isWithChange: boolean) =>
    subtractSat(pile.worthSat[coinCount] ?? zeroSat, neededWith(coinCount, isWithChange));

  const { length: pileCount } = pile.coins;
  let coinCount = fewestWorth(pile, totals.amountSat) ?? pileCount;
  // Coins that cover the amounts may not cover the fee yet.
  while (coinCount < pileCount && leftOf(coinCount, false) < 0n) coinCount += 1;

  const leftSat = leftOf(coinCount, true);
  const hasChange = leftSat >= dustSat.p2wpkh;
  const costSat = costOf(coinCount, hasChange);
  const droppedSat = hasChange ? zeroSat : leftOf(coinCount, false);
  return {
    coinCount,
    isFunded: droppedSat >= 0n,
    weight: weightOf(shapeOf(totals, coinCount, hasChange)),
    changeSat: hasChange ? leftSat : zeroSat,
    feeSat: addSat(costSat, droppedSat),
    sharedSat: isShared ? costSat : zeroSat,
  };
}

/** The shape of a payout: its outputs, the change if there is any, and the anchor. */
export function shapeOf(
  totals: Omit<PayoutTotals, 'amountSat'>,
  inputCount: number,
  isWithChange: boolean,
): TransactionShape {
  const changeBytes = isWithChange ? outputBytesOf(changeScriptBytes) : 0;
  return {
    inputCount,
    outputCount: totals.count + (isWithChange ? 2 : 1),
    outputBytes: totals.outputBytes + changeBytes + outputBytesOf(anchorScriptBytes),
  };
}

/** Adds up what these are due. */
export function totalsOf(dues: readonly PayoutDue[]): PayoutTotals {
  let [amountSat, outputBytes] = [zeroSat, 0];
  for (const due of dues) {
    amountSat = addSat(amountSat, due.amountSat);
    outputBytes += due.outputBytes;
  }
  return { count: dues.length, amountSat, outputBytes };
}
