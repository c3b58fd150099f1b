import type { Closing } from '../domain/closing.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import type { Page, PageRequest } from './page.ts';

/** A closing as read back: with the mark that readings came which it does not contain. */
export type StoredClosing = Closing & { readonly hasLateReadings: boolean };

/** Half-open range of timeframes; an absent end is open. */
export type TimeframeRange = { readonly from?: Instant; readonly to?: Instant };

/** Smart Grid Info: the timeframe documents and the netto pages they refer to. */
export type ClosingStore = {
  /** Writes the netto of a closing, by prosumer id ascending. Content-addressed: a repeat changes nothing. */
  putNettos(gridId: GridId, nettosId: string, lines: readonly NettoLine[]): Promise<void>;
  /** All lines of a closing's netto, by prosumer id ascending. */
  nettos(gridId: GridId, nettosId: string): Promise<readonly NettoLine[]>;
  /** A page of them. */
  listNettos(
    gridId: GridId,
    nettosId: string,
    page: PageRequest<ProsumerId>,
  ): Promise<Page<NettoLine, ProsumerId>>;
  /** All lines of the nettos of several closings, each by prosumer id ascending. */
  manyNettos(
    gridId: GridId,
    nettosIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly NettoLine[]>>;
  /** The lines of one prosumer in the netto of each of the given closings, where it has one. */
  nettosOf(
    gridId: GridId,
    nettosIds: readonly string[],
    prosumerId: ProsumerId,
  ): Promise<ReadonlyMap<string, NettoLine>>;

  /**
   * The commit point of a closing: one conditional create under (grid, closingNumber).
   * False when that number is taken: somebody else closed something first.
   */
  create(closing: Closing): Promise<boolean>;
  /** The closing with the highest number of a grid. */
  last(gridId: GridId): Promise<StoredClosing | undefined>;
  /** The closing with a given number. */
  byNumber(gridId: GridId, closingNumber: number): Promise<StoredClosing | undefined>;
  /** The latest revision of a timeframe's closing. */
  latest(gridId: GridId, timeframe: Timeframe): Promise<StoredClosing | undefined>;
  /** All closings of a timeframe, by revision ascending. */
  revisions(gridId: GridId, timeframe: Timeframe): Promise<readonly StoredClosing[]>;
  /** The latest revision of each closed timeframe in a range, by timeframe ascending. */
  list(
    gridId: GridId,
    range: TimeframeRange,
    page: PageRequest<Timeframe>,
  ): Promise<Page<StoredClosing, Timeframe>>;
  /** Closings of a grid that are not settled yet, by closing number ascending. */
  listUnsettled(gridId: GridId, limit: number): Promise<readonly StoredClosing[]>;
  /** Marks a closing as settled; a repeat changes nothing. */
  markSettled(gridId: GridId, closingNumber: number): Promise<void>;
  /** Marks a closed timeframe's latest closing: readings came that it does not contain. */
  markLate(gridId: GridId, timeframes: readonly Timeframe[]): Promise<void>;
  /**
   * Closings that are marked as late, of timeframes that start at `from` or later, by timeframe
   * ascending. One that a later revision has followed may still be among them, until `clearLate`.
   */
  listLate(gridId: GridId, from: Instant, limit: number): Promise<readonly StoredClosing[]>;
  /** Takes the mark off a closing that a later revision has followed; a repeat changes nothing. */
  clearLate(gridId: GridId, closingNumber: number): Promise<void>;
};
