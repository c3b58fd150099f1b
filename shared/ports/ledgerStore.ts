import type { AccountLine } from '../domain/accountLine.ts';
import type { AveragedLine } from '../domain/averagedLine.ts';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { AccountId, GridId, ProsumerId } from '../domain/ids.ts';
import type { AccountSums, BatchKey, Posting } from '../domain/ledger.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { TimeframeRange } from './closingStore.ts';
import type { Page, PageRequest } from './page.ts';
import type { TradePosition } from './tradeStore.ts';

/** A posting as read back, with where its trade stands. */
export type StoredPosting = Posting & TradePosition & { readonly gridId: GridId };

/** Where a posting stands among all of its grid. */
export type PostingPosition = TradePosition & Pick<Posting, 'accountId' | 'side'>;

/** The lines of a batch, and the period that they are billed in. Averaged ones: each key once. */
export type BilledIn = {
  readonly period: BillingPeriod;
  readonly lines: readonly AccountLine[];
  readonly averaged: readonly AveragedLine[];
};

export type Account = { readonly accountId: AccountId; readonly sums: AccountSums };

/** An account that a posting names and that does not exist: nothing of its batch was written. */
export class UnknownAccountError extends Error {
  override readonly name = 'UnknownAccountError';
}

/** Prosumer Info: the postings, append-only, and the account sums that they move. */
export type LedgerStore = {
  /**
   * Records a batch in one transaction: postings that are not there yet are inserted, and only
   * those move the sums; the lines are added to what is unbilled of their period. Answers how many
   * batches of that revision are recorded, this one included. Throws UnknownAccountError, and writes
   * nothing, when a posting names an unknown prosumer.
   */
  record(
    key: BatchKey,
    postings: readonly Posting[],
    lines: BilledIn,
  ): Promise<{ recordedBatches: number }>;
  /** Which batches of a timeframe's revision are recorded, ascending. */
  recordedBatches(
    gridId: GridId,
    timeframe: Timeframe,
    revision: number,
  ): Promise<readonly number[]>;
  /** A prosumer's postings, newest first: by timeframe, revision and sequence, descending. */
  listPostings(
    prosumerId: ProsumerId,
    range: TimeframeRange,
    page: PageRequest<TradePosition>,
  ): Promise<Page<StoredPosting, TradePosition>>;
  /** All postings of a grid in a range, by timeframe, account, revision, sequence and side, ascending. */
  listGridPostings(
    gridId: GridId,
    range: TimeframeRange,
    page: PageRequest<PostingPosition>,
  ): Promise<Page<StoredPosting, PostingPosition>>;
  /** The accounts of a grid, the reserved ones included, by id ascending. */
  listAccounts(gridId: GridId, page: PageRequest<AccountId>): Promise<Page<Account, AccountId>>;
};
