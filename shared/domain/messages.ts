import type { BillingPeriod } from './billingPeriod.ts';
import type { GridId, Hash } from './ids.ts';
import type { Timeframe } from './timeframe.ts';
import type { TradeTerms } from './trade.ts';

/** Queue `timeframes`: close this timeframe, and before it those of its grid that are still open. */
export type CloseCommand = { readonly gridId: GridId; readonly timeframe: Timeframe };

/**
 * Queue `trades`: up to `tradesPerBatch` trades of one closing, in sequence. What follows from
 * these fields (ids, amounts, hashes between) is derived by the receiver and checked with `hash`.
 * JSON-safe as it stands: all numbers are safe integers.
 */
export type TradeBatch = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly closingNumber: number;
  /** The period that its trades are billed in. */
  readonly period: BillingPeriod;
  readonly batch: number;
  readonly batchCount: number;
  /** Where the price among accounts may be another one in each timeframe; absent: it is not. */
  readonly priceVaries?: true;
  /** The revision that a correction's trades correct. */
  readonly correctsTimeframeRevision?: number;
  /** The hash before the first trade of this batch, and that of its last. */
  readonly previousHash: Hash;
  readonly hash: Hash;
  readonly trades: readonly TradeTerms[];
};
