import { assert } from './assert.ts';
import { type Coin, dustSat, type FeeRate } from './bitcoin.ts';
import { type CoinPile, coinCountMax, pileUp } from './coinPile.ts';
import { isBalanced, type PayoutOutput, type PayoutPlan } from './payout.ts';
import { shapeOf } from './payoutDraft.ts';
import { accept, type Result, refuse } from './result.ts';
import {
  feeOf,
  outputBytesOf,
  type TransactionShape,
  virtualSizeOf,
  weightMax,
  weightOf,
} from './transactionSize.ts';
import { addSat, type Satoshi, subtractSat, zeroSat } from './units.ts';

export type ReplacementTerms = {
  /** The version that paid most so far: the latest. */
  readonly before: PayoutPlan;
  readonly feeRate: FeeRate;
  /** What the grid may spend beside the coins of that version, which may be among them. */
  readonly coins: readonly Coin[];
  /** Where change goes, if there is any and there was none. */
  readonly changeIndex: number;
};

export type ReplacementFault = 'fee_rate_too_low' | 'coins_insufficient' | 'coins_too_many';

/** What nodes ask for relaying a replacement, beside the fee of what it replaces: 1 sat/vB. */
export const incrementalFeeRate = 1000 as FeeRate;

/**
 * Plans a transaction that replaces a version of a payout for a higher fee rate (BIP125). It spends
 * all of its coins, so that one of the two at most confirms, and more only where they do not suffice.
 * Payees get what they got, in the same order: the higher fee comes out of the change, whoever pays
 * the first. Refused when its fee is not that of the version with 1 sat/vB on top (its rule 4). Pure.
 */
export function planReplacement(terms: ReplacementTerms): Result<PayoutPlan, ReplacementFault> {
  const { before, feeRate } = terms;
  if (feeRate <= before.feeRate) return refuse('fee_rate_too_low');
  const spare = spareOf(terms);
  const ownSat = subtractSat(worthOf(before.coins), sentTo(before.outputs));
  for (const [extraCount, worthSat] of spare.worthSat.entries()) {
    const coins = [...before.coins, ...spare.coins.slice(0, extraCount)];
    const paid = payFee(before, coins.length, addSat(ownSat, worthSat), feeRate);
    if (paid === undefined) continue;
    const leastSat = addSat(before.feeSat, feeOf(virtualSizeOf(paid.shape), incrementalFeeRate));
    if (paid.feeSat < leastSat) return refuse('fee_rate_too_low');
    if (weightOf(paid.shape) > weightMax) return refuse('coins_too_many');
    return accept(planOf(terms, coins, paid));
  }
  const isBeyondPile = spare.totalSat > (spare.worthSat.at(-1) ?? zeroSat);
  return refuse(isBeyondPile ? 'coins_too_many' : 'coins_insufficient');
}

type PaidFee = {
  readonly shape: TransactionShape;
  readonly feeSat: Satoshi;
  readonly changeSat: Satoshi;
};

/** What the version does not spend already. */
function spareOf({ before, coins }: ReplacementTerms): CoinPile {
  const nameOf = ({ txid, vout }: Coin) => `${txid}:${vout}`;
  const own = new Set(before.coins.map(nameOf));
  const others = coins.filter((coin) => !own.has(nameOf(coin)));
  return pileUp(others, Math.max(0, coinCountMax - before.coins.length));
}

/** Pays the fee out of what payees leave of the coins, with change where that leaves no dust. */
function payFee(
  { outputs }: PayoutPlan,
  coinCount: number,
  leftSat: Satoshi,
  feeRate: FeeRate,
): PaidFee | undefined {
  const totals = {
    count: outputs.length,
    outputBytes: outputs.reduce((sum, { to }) => sum + outputBytesOf(to.script.length / 2), 0),
  };
  const withChange = shapeOf(totals, coinCount, true);
  const feeSat = feeOf(virtualSizeOf(withChange), feeRate);
  const changeSat = subtractSat(leftSat, feeSat);
  if (changeSat >= dustSat.p2wpkh) return { shape: withChange, feeSat, changeSat };
  const shape = shapeOf(totals, coinCount, false);
  const isEnough = leftSat >= feeOf(virtualSizeOf(shape), feeRate);
  return isEnough ? { shape, feeSat: leftSat, changeSat: zeroSat } : undefined;
}

function planOf(
  { before: { outputs, anchor, change }, feeRate, changeIndex }: ReplacementTerms,
  coins: readonly Coin[],
  { feeSat, changeSat }: PaidFee,
): PayoutPlan {
  const index = change?.index ?? changeIndex;
  const plan: PayoutPlan = {
    outputs,
    coins,
    ...(changeSat > 0n && { change: { index, amountSat: changeSat } }),
    feeSat,
    feeRate,
    anchor,
  };
  assert(isBalanced(plan), 'a replacement must neither gain nor lose a satoshi');
  return plan;
}

function worthOf(coins: readonly Coin[]): Satoshi {
  return coins.reduce((sum, { amountSat }) => addSat(sum, amountSat), zeroSat);
}

function sentTo(outputs: readonly PayoutOutput[]): Satoshi {
  const sent = outputs.map(({ amountSat, feeSat }) => subtractSat(amountSat, feeSat));
  return sent.reduce(addSat, zeroSat);
}
