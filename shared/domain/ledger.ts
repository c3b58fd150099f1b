import { type AccountId, type GridId, miniGrid, type TradeId } from './ids.ts';
import type { Timeframe } from './timeframe.ts';
import { batchOf, type Trade } from './trade.ts';
import {
  addUsat,
  addWh,
  type MicroSatoshi,
  subtractUsat,
  type WattHours,
  zeroUsat,
  zeroWh,
} from './units.ts';

/** One leg of a trade on one account. Exactly one of creditUsat and debitUsat may be above 0. */
export type Posting = {
  readonly tradeId: TradeId;
  readonly sequence: number;
  readonly accountId: AccountId;
  readonly side: 'sell' | 'buy' | 'fee';
  readonly soldWh: WattHours;
  readonly boughtWh: WattHours;
  readonly creditUsat: MicroSatoshi;
  readonly debitUsat: MicroSatoshi;
};

/** The sums of an account, as four fields that only grow. The balance is credits − debits. */
export type AccountSums = {
  readonly soldWh: WattHours;
  readonly boughtWh: WattHours;
  readonly creditsUsat: MicroSatoshi;
  readonly debitsUsat: MicroSatoshi;
};

/** Where a batch of trades stands: the unit in which trades are recorded, exactly once. */
export type BatchKey = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly batch: number;
};

/** Is this trade of that batch? */
export function isInBatch(key: BatchKey, trade: Trade): boolean {
  return (
    trade.gridId === key.gridId &&
    trade.timeframe === key.timeframe &&
    trade.revision === key.revision &&
    batchOf(trade.sequence) === key.batch
  );
}

/** The sums of an account without postings. */
export const noSums: AccountSums = {
  soldWh: zeroWh,
  boughtWh: zeroWh,
  creditsUsat: zeroUsat,
  debitsUsat: zeroUsat,
};

/**
 * The legs of a trade: what the seller gets, what the buyer pays, fee included, and the fee that
 * `mini-grid` gets of it, if there is one. Σ debits = Σ credits, Σ sold = Σ bought. An account that
 * has two roles in a trade has two postings, told apart by their side.
 */
export function postingsOf(trade: Trade): Posting[] {
  const { id: tradeId, sequence, sellerId, buyerId, energyWh, amountUsat, feeUsat } = trade;
  const legs: Posting[] = [
    {
      tradeId,
      sequence,
      accountId: sellerId,
      side: 'sell',
      soldWh: energyWh,
      boughtWh: zeroWh,
      creditUsat: amountUsat,
      debitUsat: zeroUsat,
    },
    {
      tradeId,
      sequence,
      accountId: buyerId,
      side: 'buy',
      soldWh: zeroWh,
      boughtWh: energyWh,
      creditUsat: zeroUsat,
      debitUsat: addUsat(amountUsat, feeUsat),
    },
  ];
  if (feeUsat > 0n) {
    legs.push({
      tradeId,
      sequence,
      accountId: miniGrid,
      side: 'fee',
      soldWh: zeroWh,
      boughtWh: zeroWh,
      creditUsat: feeUsat,
      debitUsat: zeroUsat,
    });
  }
  return legs;
}

/** The sums after one more posting. Throws when an energy is no longer a safe integer. */
export function addPosting(sums: AccountSums, posting: Posting): AccountSums {
  return {
    soldWh: addWh(sums.soldWh, posting.soldWh),
    boughtWh: addWh(sums.boughtWh, posting.boughtWh),
    creditsUsat: addUsat(sums.creditsUsat, posting.creditUsat),
    debitsUsat: addUsat(sums.debitsUsat, posting.debitUsat),
  };
}

/** What the account is owed, or owes where it is negative: credits − debits. */
export function balanceOf(sums: AccountSums): MicroSatoshi {
  return subtractUsat(sums.creditsUsat, sums.debitsUsat);
}

/** The sums per account, in the order in which the accounts first appear. */
export function sumsByAccount(postings: Iterable<Posting>): Map<AccountId, AccountSums> {
  const sums = new Map<AccountId, AccountSums>();
  for (const posting of postings) {
    sums.set(posting.accountId, addPosting(sums.get(posting.accountId) ?? noSums, posting));
  }
  return sums;
}
