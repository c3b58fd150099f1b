import type { Terms } from './grid.ts';
import type { GridId, Hash } from './ids.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { MsatPerKwh, WattHours } from './units.ts';

/**
 * The timeframe document: written once when a timeframe closes, at revision 0, and once more for
 * each correction. `closingNumber` counts a grid's closings from 1 and is the order of its chain.
 */
export type Closing = {
  readonly gridId: GridId;
  readonly closingNumber: number;
  readonly timeframe: Timeframe;
  readonly revision: number;
  /** The latest timeframe that is closed at revision 0, this closing included. */
  readonly closedThrough: Timeframe;
  /** `closed` when committed, `settled` when every batch has been recorded. */
  readonly status: 'closed' | 'settled';
  readonly closedAt: Instant;
  readonly terms: Terms;
  readonly priceMsatPerKwh: MsatPerKwh;
  readonly producedWh: WattHours;
  readonly consumedWh: WattHours;
  readonly nettoWh: WattHours;
  readonly tradedWh: WattHours;
  readonly importedWh: WattHours;
  readonly exportedWh: WattHours;
  /** Trades of this revision. */
  readonly tradeCount: number;
  /** Trades of the revisions before it; absent at revision 0. */
  readonly earlierTradeCount?: number;
  readonly batchCount: number;
  readonly readings: ReadingCounts;
  /** Names the netto pages this closing was computed from (content-addressed, written before it). */
  readonly nettosId: string;
  /** The mark of the reading snapshot it was computed from. */
  readonly readingsMark: string;
  readonly previousHash: Hash;
  /** The hash of its last trade; without trades, `previousHash`. */
  readonly hash: Hash;
};

/** A closing before its netto is stored: what follows from grid, members and readings alone. */
export type ClosingDraft = Omit<Closing, 'status' | 'nettosId' | 'readingsMark'>;

/** expected = received + missing + estimated */
export type ReadingCounts = {
  readonly expected: number;
  readonly received: number;
  readonly missing: number;
  readonly estimated: number;
};
