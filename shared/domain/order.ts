import type { GridId, OrderId, ProsumerId, TradeAheadId, TradeId } from './ids.ts';
import type { Instant, Timeframe } from './timeframe.ts';
import type { MsatPerKwh, WattHours } from './units.ts';

export const sides = ['sell', 'buy'] as const;
/** What the prosumer does. */
export type Side = (typeof sides)[number];

/**
 * A trade of a prosumer with `mini-grid`, agreed on before its timeframe ended at the price that was
 * quoted. It is posted when the timeframe closes, with the others in order of `sequence`.
 */
export type TradeAhead = {
  readonly id: TradeAheadId;
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly side: Side;
  /** Above 0. */
  readonly energyWh: WattHours;
  readonly priceMsatPerKwh: MsatPerKwh;
  readonly gridFeeMsatPerKwh: MsatPerKwh;
  /** The worst price that the prosumer would have taken. */
  readonly limitPriceMsatPerKwh?: MsatPerKwh;
  /** Until its timeframe starts, a trade that is pending can be cancelled. */
  readonly status: 'pending' | 'cancelled';
  /** Place among those accepted of its grid, from 1: the order of acceptance. */
  readonly sequence: number;
  readonly acceptedAt: Instant;
};

/** A trade ahead as a user sees it: once its timeframe is closed, it is posted. */
export type AheadView = Omit<TradeAhead, 'status'> &
  (
    | { readonly status: TradeAhead['status'] }
    /** `tradeId`: under which it is recorded. The record may follow a moment later. */
    | { readonly status: 'posted'; readonly tradeId: TradeId }
  );

/**
 * A sealed limit order: the prosumer sells for no less, or buys for no more. It takes part with up to
 * `energyWh` of what the meter then shows. For one timeframe, or standing for every one until it is
 * cancelled.
 */
export type Order = {
  readonly id: OrderId;
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  /** Absent: standing. */
  readonly timeframe?: Timeframe;
  readonly side: Side;
  /** Above 0; absent: whatever is left of the position. */
  readonly energyWh?: WattHours;
  /** Without the grid's fee, which the buyer pays beside it. */
  readonly limitPriceMsatPerKwh: MsatPerKwh;
  /** From 1; one more with each change. */
  readonly version: number;
  /**
   * The timeframes for which this version counts, half-open. A change counts from the first that
   * has not ended: what has ended is settled with what was ordered then.
   */
  readonly validFrom: Timeframe;
  readonly validUntil?: Timeframe;
  readonly placedAt: Instant;
  readonly changedAt: Instant;
  readonly status: 'open' | 'cancelled';
};

/** What an order asks for: what a change of it may change. */
export type OrderTerms = Pick<Order, 'side' | 'energyWh' | 'limitPriceMsatPerKwh'>;

/** What was agreed on and ordered for a timeframe. Nothing of it changes once it is sealed. */
export type Book = {
  /** The pending ones, by sequence ascending. */
  readonly ahead: readonly TradeAhead[];
  /**
   * The versions that count, standing ones included; by prosumer id, then order id, ascending. Each
   * as it was ordered: open, and until its timeframe ends or, standing, without an end, whatever
   * became of it afterwards.
   */
  readonly orders: readonly Order[];
};

export const emptyBook: Book = { ahead: [], orders: [] };
