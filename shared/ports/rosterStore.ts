import type { Closing } from '../domain/closing.ts';
import type { GridTotals } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Member } from '../domain/prosumer.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { Page, PageRequest } from './page.ts';

/** A member with its energy over all closed timeframes. */
export type MemberTotals = Member & { readonly producedWh: number; readonly consumedWh: number };

/** Smart Grid Info: a mini grid's collection of prosumers and its running totals. */
export type RosterStore = {
  /** Writes a member; its totals stay. `version` is the prosumer's: an older one changes nothing. */
  upsert(gridId: GridId, member: Member, version: number): Promise<void>;
  /** The members that take part in the timeframe, by id ascending. */
  activeIn(gridId: GridId, timeframe: Timeframe): Promise<readonly Member[]>;
  /** Those of the given ids that are members. */
  membersById(gridId: GridId, ids: readonly ProsumerId[]): Promise<ReadonlyMap<ProsumerId, Member>>;
  /** Members with their totals, by id ascending. */
  list(gridId: GridId, page: PageRequest<ProsumerId>): Promise<Page<MemberTotals, ProsumerId>>;
  /** The grid's totals; zeros for a grid without closings. */
  totals(gridId: GridId): Promise<GridTotals>;
  /**
   * Adds a closing to the totals of its grid and members. Totals remember the closing they are at:
   * an earlier one changes nothing (`already`), one that would leave a gap is not applied (`behind`).
   * `delta` holds what each prosumer's energy grows by, by id ascending: the whole line at revision
   * 0, the difference at a correction.
   */
  applyClosing(
    closing: Closing,
    delta: readonly Pick<NettoLine, 'prosumerId' | 'producedWh' | 'consumedWh'>[],
  ): Promise<'applied' | 'already' | 'behind'>;
};
