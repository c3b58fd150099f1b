import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';
import type { RegisterReading } from '../domain/register.ts';
import type { Timeframe } from '../domain/timeframe.ts';

/**
 * What became of a reading: `accepted`, `duplicate` (same content is there), or `conflict` (that
 * version is there with other content; nothing was written).
 */
export type AppendOutcome = 'accepted' | 'duplicate' | 'conflict';

/** The latest readings of a timeframe, and a mark by which a later change can be seen. */
export type ReadingSnapshot = { readonly readings: readonly Reading[]; readonly mark: string };

/** Smart Grid Info: the readings, append-only, keyed by prosumer, timeframe and version. */
export type ReadingStore = {
  /** Appends readings of one grid; outcomes line up with them. Durable when it answers. */
  append(gridId: GridId, readings: readonly Reading[]): Promise<readonly AppendOutcome[]>;
  /** The highest version per prosumer of a timeframe, by prosumer id ascending. */
  snapshot(gridId: GridId, timeframe: Timeframe): Promise<ReadingSnapshot>;
  /** The highest version of the given prosumers in a timeframe, where there is one. */
  latestOf(
    gridId: GridId,
    timeframe: Timeframe,
    prosumerIds: readonly ProsumerId[],
  ): Promise<ReadonlyMap<ProsumerId, Reading>>;
  /** Has anything been appended to the timeframe since `mark`? */
  hasChangedSince(gridId: GridId, timeframe: Timeframe, mark: string): Promise<boolean>;
  /** All versions of one prosumer's reading, ascending. */
  versions(
    gridId: GridId,
    prosumerId: ProsumerId,
    timeframe: Timeframe,
  ): Promise<readonly Reading[]>;
  /** Appends register readings of one grid, keyed by prosumer, meter and instant. */
  appendRegisters(
    gridId: GridId,
    registers: readonly RegisterReading[],
  ): Promise<readonly AppendOutcome[]>;
  /** For each register reading its neighbours of the same prosumer and meter, one timeframe away. */
  neighbours(
    gridId: GridId,
    registers: readonly RegisterReading[],
    timeframeMinutes: number,
  ): Promise<readonly RegisterNeighbours[]>;

  /** How far the readings of a grid are purged; undefined where nothing ever was. */
  purgeOf(gridId: GridId): Promise<Purge | undefined>;
  /** Notes how far they are purged. What is noted never goes back. */
  putPurge(gridId: GridId, purge: Purge): Promise<void>;
  /** Deletes all readings of these timeframes, and the registers of the instants they start at. */
  purge(gridId: GridId, timeframes: readonly Timeframe[]): Promise<void>;
};

/**
 * Readings of timeframes before `before` are no longer taken, nor used for anything; those before
 * `deletedBefore` are deleted. deletedBefore ≤ before: a timeframe is closed to readings a while
 * before it is deleted, so that none which was on its way then stays behind.
 */
export type Purge = { readonly before: Timeframe; readonly deletedBefore: Timeframe };

export type RegisterNeighbours = {
  readonly before?: RegisterReading;
  readonly after?: RegisterReading;
};
