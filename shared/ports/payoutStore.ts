import type { AuditEntry } from '../domain/audit.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { AddressChallenge, Payee, Payout, PayoutAddress, PayoutId } from '../domain/payout.ts';
import type { Page, PageRequest, Versioned } from './page.ts';

/** A payee's place in the list of a grid: `{period}.{prosumerId}`. */
export type PayeeKey = string;

/** Prosumer Info: payees, payouts, and the addresses that prosumers are paid at. */
export type PayoutStore = {
  /** Payees of a grid that no payout has taken, by period and prosumer ascending, after a place. */
  listWaiting(gridId: GridId, limit: number, after?: PayeeKey): Promise<readonly Payee[]>;
  /** All payees of a grid, by period and prosumer ascending. */
  listPayees(gridId: GridId, page: PageRequest<PayeeKey>): Promise<Page<Payee, PayeeKey>>;
  /**
   * Creates a payout and gives it its payees and coins, in one transaction. False, and nothing is
   * written, when one of its payees is not waiting or one of its coins belongs to another payout.
   */
  create(payout: Payout, entry: AuditEntry): Promise<boolean>;
  get(payoutId: PayoutId): Promise<Versioned<Payout> | undefined>;
  /** Payouts of a grid by id ascending: in order of their making. */
  list(gridId: GridId, page: PageRequest<PayoutId>): Promise<Page<Versioned<Payout>, PayoutId>>;
  /** Payouts of all grids that are not confirmed, by id ascending. */
  listUnconfirmed(page: PageRequest<PayoutId>): Promise<Page<Versioned<Payout>, PayoutId>>;
  /**
   * Replaces a payout if it is still at `etag`, and gives it the coins of all its versions. Undefined,
   * and nothing is written, when it is not or when a coin belongs to another payout.
   */
  replace(payout: Payout, etag: string, entry: AuditEntry): Promise<Versioned<Payout> | undefined>;
  /** Which of a grid's coins belong to its payouts, as `{txid}:{vout}`. */
  takenCoins(gridId: GridId): Promise<ReadonlySet<string>>;

  getAddress(prosumerId: ProsumerId): Promise<PayoutAddress | undefined>;
  /** Of all prosumers of a grid that have one. */
  addressesOf(gridId: GridId): Promise<ReadonlyMap<ProsumerId, PayoutAddress>>;
  /**
   * Keeps a challenge; a prosumer has one at a time, the latest. False, and nothing is kept, where
   * its personal data was erased.
   */
  putChallenge(challenge: AddressChallenge): Promise<boolean>;
  /** The prosumer's challenge, whether or not it has expired. */
  getChallenge(prosumerId: ProsumerId): Promise<AddressChallenge | undefined>;
  /** Binds the address and uses up the challenge with that nonce. False when it is not there any more. */
  bindAddress(address: PayoutAddress, nonce: string, entry: AuditEntry): Promise<boolean>;
};
