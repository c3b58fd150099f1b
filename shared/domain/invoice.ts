import type { BillingPeriod } from './billingPeriod.ts';
import type { Address, OutPoint, WalletId } from './bitcoin.ts';
import type { GridId, ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';
import type { Satoshi } from './units.ts';

declare const brand: unique symbol;
/** `{gridId}.{period}.{prosumerId}`: one invoice a run and prosumer. */
export type InvoiceId = string & { readonly [brand]: 'invoice' };

/** What a prosumer owes for a period: a debt, not a quote. Amounts decide its status, nothing else. */
export type Invoice = {
  readonly id: InvoiceId;
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly prosumerId: ProsumerId;
  readonly amountSat: Satoshi;
  readonly issuedAt: Instant;
  readonly dueAt: Instant;
  /** Where to pay it; absent until the grid has an account key and an address was allocated. */
  readonly payTo?: {
    readonly walletId: WalletId;
    readonly index: number;
    readonly address: Address;
  };
  /** Σ of its outputs that were seen and are not credited yet. Shown, never counted. */
  readonly seenSat: Satoshi;
  /** Σ of its credited outputs. */
  readonly creditedSat: Satoshi;
  /** Σ of its credited outputs that are buried so deep that they are no longer watched. */
  readonly buriedSat: Satoshi;
  readonly voidedAt?: Instant;
};

export const invoiceStatuses = [
  'open',
  'seen',
  'partially_paid',
  'paid',
  'settled',
  'overdue',
  'void',
] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

export const paymentStates = ['seen', 'credited', 'buried', 'vanished'] as const;

/**
 * An output that pays to an invoice's address. `seen` in the mempool or in a block that is not deep
 * enough, `credited` with enough confirmations, `buried` when it is so deep that nobody looks any
 * more, `vanished` when it was replaced or its block was undone and it did not come again.
 */
export type Payment = OutPoint & {
  readonly invoiceId: InvoiceId;
  readonly amountSat: Satoshi;
  readonly state: (typeof paymentStates)[number];
  readonly confirmations: number;
  /** The block that it is in. */
  readonly blockHash?: string;
  readonly firstSeenAt: Instant;
  readonly creditedAt?: Instant;
};

export const invoiceEventKinds = [
  'issued',
  'addressed',
  'seen',
  'credited',
  'reversed',
  'vanished',
  'buried',
  'voided',
] as const;

/** What happened to an invoice, in order; only ever added to. Σ credited − Σ reversed = creditedSat. */
export type InvoiceEvent = {
  readonly invoiceId: InvoiceId;
  readonly at: Instant;
  readonly kind: (typeof invoiceEventKinds)[number];
  readonly amountSat?: Satoshi;
  readonly txid?: OutPoint['txid'];
  readonly vout?: number;
};

/** The id of an invoice follows from what it bills. */
export function invoiceIdOf(
  gridId: GridId,
  period: BillingPeriod,
  prosumerId: ProsumerId,
): InvoiceId {
  return `${gridId}.${period}.${prosumerId}` as InvoiceId;
}
