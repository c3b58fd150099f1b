import type { GridId, TradeId } from '../domain/ids.ts';
import type { BatchKey } from '../domain/ledger.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { Trade } from '../domain/trade.ts';
import type { TimeframeRange } from './closingStore.ts';
import type { Page, PageRequest } from './page.ts';

/** Where a trade stands in a grid, in order of timeframe, revision and sequence. */
export type TradePosition = {
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly sequence: number;
};

/** Trader Info: a document per trade, append-only. */
export type TradeStore = {
  /**
   * Writes the trades of one batch; what is there already stays as it is. Throws when a trade is
   * there under its id with another hash: that would be another history.
   */
  createBatch(key: BatchKey, trades: readonly Trade[]): Promise<void>;
  get(tradeId: TradeId): Promise<Trade | undefined>;
  /** Those of the given trades that are there. */
  getMany(tradeIds: readonly TradeId[]): Promise<ReadonlyMap<TradeId, Trade>>;
  /** Trades of a grid in a range of timeframes, in order of timeframe, revision and sequence. */
  list(
    gridId: GridId,
    range: TimeframeRange,
    page: PageRequest<TradePosition>,
  ): Promise<Page<Trade, TradePosition>>;
};
