import type { AuditEntry } from '../domain/audit.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { AccountSums } from '../domain/ledger.ts';
import type { MoneyNeed, Prosumer } from '../domain/prosumer.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Page, PageRequest } from './page.ts';

/** A prosumer's row: what it is, the sums of its account, and the version of what it is. */
export type StoredProsumer = {
  readonly prosumer: Prosumer;
  readonly sums: AccountSums;
  /** 1 when created, one more at each change of `prosumer`; the sums do not count. */
  readonly version: number;
};

/** Prosumer Info: prosumers and the sums of their accounts. */
export type ProsumerStore = {
  /** Creates a prosumer and its account, or answers the one that has its id. */
  create(
    prosumer: Prosumer,
    entry: AuditEntry,
  ): Promise<{ readonly created: boolean; readonly stored: StoredProsumer }>;
  get(prosumerId: ProsumerId): Promise<StoredProsumer | undefined>;
  /** Prosumers by id ascending, of one grid or of all. */
  list(
    gridId: GridId | undefined,
    page: PageRequest<ProsumerId>,
  ): Promise<Page<StoredProsumer, ProsumerId>>;
  /** Replaces the prosumer if it is still at `version`; undefined when it is not. */
  replace(
    prosumer: Prosumer,
    version: number,
    entry: AuditEntry,
  ): Promise<StoredProsumer | undefined>;
  /** Prosumers whose current version has not yet reached their grid's roster, by id ascending. */
  listUnrostered(limit: number): Promise<readonly StoredProsumer[]>;
  /** Notes that this version has reached the roster; a repeat or an older one changes nothing. */
  markRostered(prosumerId: ProsumerId, version: number): Promise<void>;
  /** What in here still needs the prosumer's personal data; empty where nothing does. */
  moneyNeeds(prosumerId: ProsumerId): Promise<readonly MoneyNeed[]>;
  /**
   * Deactivated prosumers of a grid that ended by `endedBy`, were created by `createdBy`, and whose
   * personal data is there and needed by nothing in here, by id ascending.
   */
  listErasable(
    gridId: GridId,
    over: { readonly endedBy: Instant; readonly createdBy: Instant },
    limit: number,
  ): Promise<readonly StoredProsumer[]>;
  /** The latest end of those of a grid whose personal data is erased; undefined where there are none. */
  erasedThrough(gridId: GridId): Promise<Instant | undefined>;
  /**
   * Erases the personal data of a deactivated prosumer, if it is still at `version` and nothing in
   * here needs it: name, address, payout address, challenge, and what is personal in its audit
   * entries. The rest stays. All in one transaction; undefined, and nothing is erased, otherwise.
   */
  erase(
    prosumerId: ProsumerId,
    version: number,
    entry: AuditEntry,
  ): Promise<StoredProsumer | undefined>;
};
