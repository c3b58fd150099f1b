import type { AccountLine } from '../domain/accountLine.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { BilledAccount, BillingRun } from '../domain/billing.ts';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { AccountId, GridId, ProsumerId } from '../domain/ids.ts';
import type { Invoice, InvoiceEvent, InvoiceId } from '../domain/invoice.ts';
import type { Payee } from '../domain/payout.ts';
import type { MicroSatoshi, Satoshi } from '../domain/units.ts';
import type { Page, PageRequest } from './page.ts';

/**
 * What has not been billed yet, in one state of the database. An account with nothing is left out.
 */
export type Unbilled = {
  /** Changes with every change of what is in here. */
  readonly mark: string;
  /**
   * Energy recorded and not billed yet, one line per account, kind, counterparty and price, in this
   * order. What is averaged is in lines at the mean price, rounded down and up, exact in sum.
   */
  readonly lines: readonly AccountLine[];
  /** What was carried over by the last final run, where it is not 0. */
  readonly carries: readonly { readonly accountId: AccountId; readonly restUsat: MicroSatoshi }[];
  /** What payments and voiding changed about invoices since the last final run, where it is not 0. */
  readonly payments: readonly InvoiceChange[];
  /** Periods that it has lines of, ascending. */
  readonly periods: readonly BillingPeriod[];
};

/**
 * What an invoice stands for is max(amount, credited) sat of its prosumer's, or, once voided, what
 * was credited. `satoshi` is by how much that differs from what the runs so far have counted.
 */
export type InvoiceChange = {
  readonly invoiceId: InvoiceId;
  readonly prosumerId: ProsumerId;
  readonly satoshi: Satoshi;
};

/** Everything that a final run writes. Accounts by id ascending, lines come from the ledger itself. */
export type FinalRun = {
  readonly run: BillingRun;
  readonly accounts: readonly BilledAccount[];
  readonly invoices: readonly Invoice[];
  readonly issued: readonly InvoiceEvent[];
  readonly payees: readonly Payee[];
};

/** An account in a final run, with its lines in order of kind, counterparty and price. */
export type RunAccount = BilledAccount & { readonly lines: readonly AccountLine[] };

/** Prosumer Info: what the ledger has not billed yet, and final billing runs. */
export type BillingStore = {
  /** What is unbilled through a period, of all accounts of a grid, by account id ascending. */
  unbilled(gridId: GridId, through: BillingPeriod): Promise<Unbilled>;
  /** What is unbilled of one account, of all periods. */
  unbilledOf(gridId: GridId, accountId: AccountId): Promise<Unbilled>;
  /**
   * Makes a run final in one transaction: run, accounts, lines, invoices, payees; what it took is
   * billed from then on. `exists` when the period has a final run, `changed` when what is unbilled
   * through its period is no longer at `mark` or another run became final: nothing was written.
   */
  finalize(
    final: FinalRun,
    mark: string,
    entry: AuditEntry,
  ): Promise<'finalized' | 'exists' | 'changed'>;

  getRun(gridId: GridId, period: BillingPeriod): Promise<BillingRun | undefined>;
  /** The final run of the latest period. */
  lastRun(gridId: GridId): Promise<BillingRun | undefined>;
  /** Final runs by period ascending. */
  listRuns(
    gridId: GridId,
    page: PageRequest<BillingPeriod>,
  ): Promise<Page<BillingRun, BillingPeriod>>;
  /** Accounts of a final run by id ascending, the reserved ones included. */
  listRunAccounts(
    gridId: GridId,
    period: BillingPeriod,
    page: PageRequest<AccountId>,
  ): Promise<Page<RunAccount, AccountId>>;
  getRunAccount(
    gridId: GridId,
    period: BillingPeriod,
    accountId: AccountId,
  ): Promise<RunAccount | undefined>;

  /** Final runs whose documents are not all written, oldest first, with how far they are. */
  listUndocumented(limit: number): Promise<readonly UndocumentedRun[]>;
  /**
   * Notes that the statements through this account are written; `*` (no account can be named so)
   * that all are, and the run's own document. What is noted never goes back.
   */
  markDocumented(gridId: GridId, period: BillingPeriod, through: AccountId | '*'): Promise<void>;
};

export type UndocumentedRun = {
  readonly run: BillingRun;
  /** The last account whose statement is written; absent when none is. */
  readonly through?: AccountId;
};
