import { allotProRata } from './allotProRata.ts';
import { assert } from './assert.ts';
import type { Coin } from './bitcoin.ts';
import { type CoinPile, pileUp } from './coinPile.ts';
import { compareIds, type Hash } from './ids.ts';
import { isBalanced, type PayoutPlan } from './payout.ts';
import {
  draftOf,
  type FeeTerms,
  type PayoutDraft,
  type PayoutTotals,
  totalsOf,
} from './payoutDraft.ts';
import { type PayoutDue, payoutDues, smallestFirst, type WaitingPayee } from './payoutDue.ts';
import { accept, type Result, refuse } from './result.ts';
import { weightMax } from './transactionSize.ts';
import { type Satoshi, satoshi, subtractSat, zeroSat } from './units.ts';

export type PayoutTerms = FeeTerms & {
  /** Waiting ones, with their addresses. */
  readonly payees: readonly WaitingPayee[];
  /** What the grid may spend. */
  readonly coins: readonly Coin[];
  /** The least that is sent, where the address does not need more. */
  readonly minimumSat: Satoshi;
  readonly anchor: Hash;
  /** Where change goes, if there is any. */
  readonly changeIndex: number;
};

export type PlannedPayout = PayoutPlan & {
  /** Whom it does not pay: they wait for the next one. In the order given. */
  readonly leftOut: readonly WaitingPayee[];
};

/** Why there is no plan: `coins_too_many` when they suffice, but not those that one transaction spends. */
export type PlanFault = 'nothing_to_pay' | 'coins_insufficient' | 'coins_too_many';

/**
 * Plans one transaction for all payees: an output per prosumer, by id ascending; coins, the largest
 * first, until they suffice; change where it is no dust. Payees share what the transaction's size
 * costs in proportion to their amounts, by largest remainder, or the operator pays it. Change too
 * small to be an output goes to the fee as well: out of the coins, so that it is the operator's.
 *
 * Who would be left with less than its least, and whoever no longer fits the transaction, is left
 * out, the smallest first, one by one, each time with the fee of those who remain. Pure.
 */
export function planPayout(terms: PayoutTerms): Result<PlannedPayout, PlanFault> {
  const pile = pileUp(terms.coins);
  let dues = smallestFirst(
    payoutDues(terms.payees, terms.minimumSat).filter(
      ({ amountSat, leastSat }) => amountSat >= leastSat,
    ),
  );
  // Each round leaves somebody out or is the last: no more rounds than prosumers.
  while (dues.length > 0) {
    const fitting = fittingOf(dues, pile, terms);
    if (fitting.length === 0) break;
    const draft = draftOf(totalsOf(fitting), pile, terms);
    const shares = sharesOf(fitting, draft.sharedSat);
    // One satoshi more or less by rounding decides for those at their least.
    dues = fitting.filter((due) => due.amountSat - (shares.get(due) ?? zeroSat) >= due.leastSat);
    if (dues.length < fitting.length) continue;
    if (!draft.isFunded) return refuse(lackOf(totalsOf(dues), pile));
    return accept(planOf(draft, shares, pile, terms));
  }
  return refuse('nothing_to_pay');
}

/** Leaves out the smallest until the smallest that remains keeps its least, and all fit. */
function fittingOf(
  dues: readonly PayoutDue[],
  pile: CoinPile,
  terms: PayoutTerms,
): readonly PayoutDue[] {
  let totals = totalsOf(dues);
  for (const [index, due] of dues.entries()) {
    const { weight, sharedSat } = draftOf(totals, pile, terms);
    const shareSat = (due.amountSat * sharedSat) / totals.amountSat;
    const isWorthwhile = due.amountSat - shareSat >= due.leastSat;
    if (isWorthwhile && weight <= weightMax) return dues.slice(index);
    totals = {
      count: totals.count - 1,
      amountSat: subtractSat(totals.amountSat, due.amountSat),
      outputBytes: totals.outputBytes - due.outputBytes,
    };
  }
  return [];
}

/** Shares the fee out, ties to the smaller id. In order of ids. */
function sharesOf(dues: readonly PayoutDue[], sharedSat: Satoshi): ReadonlyMap<PayoutDue, Satoshi> {
  const sorted = dues.toSorted((a, b) => compareIds(a.prosumerId, b.prosumerId));
  // All bitcoin there will ever be is 2.1e15 sat, a safe integer.
  const shares = allotProRata(
    sorted.map(({ amountSat }) => Number(amountSat)),
    Number(sharedSat),
  );
  return new Map(sorted.map((due, index) => [due, satoshi(BigInt(shares[index] ?? 0))]));
}

function lackOf({ amountSat }: PayoutTotals, pile: CoinPile): PlanFault {
  const isBeyondPile = pile.totalSat > (pile.worthSat.at(-1) ?? zeroSat);
  return isBeyondPile && pile.totalSat >= amountSat ? 'coins_too_many' : 'coins_insufficient';
}

function planOf(
  { coinCount, changeSat, feeSat }: PayoutDraft,
  shares: ReadonlyMap<PayoutDue, Satoshi>,
  pile: CoinPile,
  { payees, feeRate, anchor, changeIndex }: PayoutTerms,
): PlannedPayout {
  const outputs = [...shares].map(([{ prosumerId, periods, amountSat, to }, share]) => {
    return { prosumerId, periods, amountSat, feeSat: share, to };
  });
  const paid = new Set(outputs.map(({ prosumerId }) => prosumerId));
  const plan: PlannedPayout = {
    outputs,
    coins: pile.coins.slice(0, coinCount),
    ...(changeSat > 0n && { change: { index: changeIndex, amountSat: changeSat } }),
    feeSat,
    feeRate,
    anchor,
    leftOut: payees.filter(({ prosumerId }) => !paid.has(prosumerId)),
  };
  assert(isBalanced(plan), 'a payout must neither gain nor lose a satoshi');
  return plan;
}
