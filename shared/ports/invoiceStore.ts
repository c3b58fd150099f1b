import type { AuditEntry } from '../domain/audit.ts';
import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { Address, OutPoint, WalletId } from '../domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Invoice, InvoiceEvent, InvoiceId, Payment } from '../domain/invoice.ts';
import type { Page, PageRequest, Versioned } from './page.ts';

/** Which invoices to list; absent fields are not asked about. */
export type InvoiceFilter = {
  readonly gridId?: GridId;
  readonly prosumerId?: ProsumerId;
  readonly period?: BillingPeriod;
};

/** A payment to be written, if it is still at `version`: 0 where it is not there yet. */
export type PaymentChange = {
  readonly payment: Payment;
  readonly version: number;
  /** What to note of it. */
  readonly events: readonly InvoiceEvent[];
  /** Absent where nothing happened that anybody would ask about: it is only deeper in the chain. */
  readonly entry?: AuditEntry;
};

export type StoredPayment = { readonly payment: Payment; readonly version: number };

/**
 * Prosumer Info: invoices, the payments to them, and what happened to them. An invoice's sums are
 * always those of its payments, in one transaction with them.
 */
export type InvoiceStore = {
  get(invoiceId: InvoiceId): Promise<Versioned<Invoice> | undefined>;
  /** Invoices by id ascending. */
  list(
    filter: InvoiceFilter,
    page: PageRequest<InvoiceId>,
  ): Promise<Page<Versioned<Invoice>, InvoiceId>>;
  /** Invoices of a grid that have no address and are not void, by id ascending. */
  listUnaddressed(gridId: GridId, limit: number): Promise<readonly Invoice[]>;
  /** Gives invoices their addresses, with an event each; one that has an address already keeps it. */
  address(invoices: readonly AddressedInvoice[], at: InvoiceEvent['at']): Promise<void>;
  /** The invoices that these addresses belong to. */
  byAddress(addresses: readonly Address[]): Promise<ReadonlyMap<Address, Invoice>>;
  /** Voids an invoice if it is still at `etag`, with an event; undefined when it is not. */
  void(
    invoiceId: InvoiceId,
    etag: string,
    at: InvoiceEvent['at'],
    entry: AuditEntry,
  ): Promise<Versioned<Invoice> | undefined>;

  /** Payments by their outputs, where they are there. */
  payments(outputs: readonly OutPoint[]): Promise<readonly StoredPayment[]>;
  /** Payments to invoices of a wallet that are `seen` or `credited`, by txid and vout ascending. */
  listWatchedPayments(
    walletId: WalletId,
    page: PageRequest<OutPoint>,
  ): Promise<Page<StoredPayment, OutPoint>>;
  /** Payments to one invoice by first seen, ascending; at most `limit`. */
  paymentsOf(invoiceId: InvoiceId, limit: number): Promise<readonly Payment[]>;
  /**
   * Writes those payments that are still at their version, with their events, and brings the sums of
   * their invoices up to date, in one transaction. Answers how many were written.
   */
  savePayments(changes: readonly PaymentChange[]): Promise<number>;
  /** What happened to an invoice, oldest first; at most `limit`. */
  events(invoiceId: InvoiceId, limit: number): Promise<readonly InvoiceEvent[]>;
};

export type AddressedInvoice = {
  readonly invoiceId: InvoiceId;
  readonly payTo: NonNullable<Invoice['payTo']>;
  readonly entry: AuditEntry;
};
