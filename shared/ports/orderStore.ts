import type { AuditEntry } from '../domain/audit.ts';
import type { GridId, OrderId, ProsumerId, TradeAheadId } from '../domain/ids.ts';
import type { Book, Order, OrderTerms, TradeAhead } from '../domain/order.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import type { Page, PageRequest } from './page.ts';

/** How much may be agreed on ahead for one timeframe and side, in Wh. */
export type AheadLimits = {
  readonly prosumerWhMax: number;
  /** How many trades of a prosumer may be pending. */
  readonly prosumerTradesMax: number;
  /** Of all prosumers of the grid together. */
  readonly gridWhMax: number;
};

export type AcceptOutcome =
  /** Also where a trade of that id is there already: it is answered as it is. */
  | { readonly outcome: 'accepted'; readonly trade: TradeAhead }
  /** The timeframe is sealed. */
  | { readonly outcome: 'sealed' }
  | {
      readonly outcome: 'over_limit';
      readonly limit: keyof AheadLimits;
      /** What is pending already, of the prosumer or of its grid. */
      readonly pendingWh: number;
    };

export type CancelOutcome = 'cancelled' | 'sealed' | 'not_found';

/** An order that is placed: its version, validity and state follow. */
export type NewOrder = Omit<
  Order,
  'version' | 'validFrom' | 'validUntil' | 'status' | 'changedAt'
> & {
  /** The first timeframe that it may count for: its own, where it is for one. */
  readonly validFrom: Timeframe;
  /** Where it counts for one timeframe only: its end. */
  readonly validUntil?: Timeframe;
};

export type PlaceOutcome =
  /** Also where an order of that id is there already: its latest version is answered. */
  | { readonly outcome: 'placed'; readonly order: Order }
  | { readonly outcome: 'sealed' }
  | { readonly outcome: 'too_many' };

export type OrderChange = {
  readonly orderId: OrderId;
  /** The version it was read at: another one there is a `conflict`. */
  readonly version: number;
  /** Absent: the order is cancelled. */
  readonly terms?: OrderTerms;
  /** The first timeframe that has not ended. */
  readonly validFrom: Timeframe;
  readonly changedAt: Instant;
};

export type ChangeOutcome =
  | { readonly outcome: 'changed'; readonly order: Order }
  /** Its last timeframe has ended or is sealed, or it is cancelled. */
  | { readonly outcome: 'closed' }
  /** The timeframe that the change would count from is sealed: it may count from a later one. */
  | { readonly outcome: 'sealed' }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'not_found' };

/**
 * Prosumer Info: what was agreed on ahead, and what was ordered. Each write is one transaction under
 * the lock of its grid's book, so that of a write and the sealing of its timeframe one comes first.
 */
export type OrderStore = {
  /** Accepts a trade ahead, unless its timeframe is sealed or a limit would be passed. */
  acceptAhead(
    trade: Omit<TradeAhead, 'status' | 'sequence'>,
    limits: AheadLimits,
    entry: AuditEntry,
  ): Promise<AcceptOutcome>;
  getAhead(id: TradeAheadId): Promise<TradeAhead | undefined>;
  /** Cancels a pending trade of a timeframe that is not sealed; a repeat answers the same. */
  cancelAhead(id: TradeAheadId, entry: AuditEntry): Promise<CancelOutcome>;
  /** Trades ahead of a grid, or of one of its timeframes, by sequence ascending, cancelled included. */
  listAhead(
    of: { readonly gridId: GridId; readonly timeframe?: Timeframe },
    page: PageRequest<number>,
  ): Promise<Page<TradeAhead, number>>;
  /** Those of a prosumer, newest first. */
  listAheadOf(prosumerId: ProsumerId, page: PageRequest<number>): Promise<Page<TradeAhead, number>>;
  /**
   * The places of trades of a grid among the pending ones of their timeframes, from 1, by sequence.
   * One that is not pending, or not there, has none.
   */
  placesAhead(
    gridId: GridId,
    trades: readonly Pick<TradeAhead, 'id' | 'timeframe'>[],
  ): Promise<ReadonlyMap<TradeAheadId, number>>;

  /**
   * Places an order. `too_many`: the prosumer has `openMax` orders already that are open and count for
   * a timeframe from `validFrom` on.
   */
  place(order: NewOrder, openMax: number, entry: AuditEntry): Promise<PlaceOutcome>;
  /** The latest version of an order. */
  getOrder(orderId: OrderId): Promise<Order | undefined>;
  /**
   * Replaces or cancels an order. The version before counts for timeframes that start before
   * `validFrom`, the new one for those from it on; a cancelled one for none. A repeat answers the
   * same.
   */
  changeOrder(change: OrderChange, entry: AuditEntry): Promise<ChangeOutcome>;
  /** The latest version of each order of a prosumer, by id ascending, cancelled included. */
  listOrders(prosumerId: ProsumerId, page: PageRequest<OrderId>): Promise<Page<Order, OrderId>>;

  /**
   * Seals the books of a grid through a timeframe: from then on nothing is accepted, cancelled,
   * placed or changed for it or one before it. Answers its book. Repeatable; an earlier timeframe
   * than the last that is sealed is sealed already.
   */
  seal(gridId: GridId, timeframe: Timeframe): Promise<Book>;
  /** The book of a timeframe as it stands, without sealing it. */
  book(gridId: GridId, timeframe: Timeframe): Promise<Book>;
};
