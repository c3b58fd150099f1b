import type { AuditEntry } from '../domain/audit.ts';
import type { GridId } from '../domain/ids.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Page, PageRequest } from './page.ts';

/** An entry's place: by time, then by id. */
export type AuditPosition = Pick<AuditEntry, 'at' | 'id'>;

/** Half-open range of time; an absent end is open. */
export type AuditRange = { readonly from?: Instant; readonly to?: Instant };

/**
 * Who changed what in one database. An entry is written by the store that changes the thing, in one
 * with the change: neither is ever there without the other.
 *
 * What tells of itself has none: closings, trades and postings, which are a log already; the sealing
 * of books, which follows from a closing; readings, which name who posted them, and their deletion,
 * which follows from a setting of the grid; marks of how far work is done (rosters, documents, wallets);
 * and challenges, which change nothing until they are answered.
 */
export type AuditLog = {
  /** Entries of a grid, newest first. */
  list(
    gridId: GridId,
    range: AuditRange,
    page: PageRequest<AuditPosition>,
  ): Promise<Page<AuditEntry, AuditPosition>>;
};
