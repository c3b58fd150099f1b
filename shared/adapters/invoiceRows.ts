import type { BillingPeriod } from '../domain/billingPeriod.ts';
import type { Address, TransactionId, WalletId } from '../domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Invoice, InvoiceEvent, InvoiceId, Payment } from '../domain/invoice.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { StoredPayment } from '../ports/invoiceStore.ts';
import type { Versioned } from '../ports/page.ts';
import { type RowInteger, satoshiOf } from './billingRows.ts';
import { etagOfVersion } from './versionEtag.ts';

/** An invoice as columns. The three of `payTo` are there together or not at all. */
export type InvoiceRow = {
  readonly invoiceId: InvoiceId;
  readonly gridId: GridId;
  readonly period: BillingPeriod;
  readonly prosumerId: ProsumerId;
  readonly amountSat: RowInteger;
  readonly issuedAt: Instant;
  readonly dueAt: Instant;
  readonly walletId: WalletId | null;
  readonly keyIndex: RowInteger | null;
  readonly address: Address | null;
  readonly seenSat: RowInteger;
  readonly creditedSat: RowInteger;
  readonly buriedSat: RowInteger;
  readonly voidedAt: Instant | null;
  readonly version: RowInteger;
};

export function storedInvoiceOf(row: InvoiceRow): Versioned<Invoice> {
  return { value: invoiceOf(row), etag: etagOfVersion(Number(row.version)) };
}

export function invoiceOf(row: InvoiceRow): Invoice {
  const { invoiceId: id, gridId, period, prosumerId, issuedAt, dueAt, voidedAt } = row;
  return {
    id,
    gridId,
    period,
    prosumerId,
    amountSat: satoshiOf(row.amountSat),
    issuedAt,
    dueAt,
    ...payToOf(row),
    seenSat: satoshiOf(row.seenSat),
    creditedSat: satoshiOf(row.creditedSat),
    buriedSat: satoshiOf(row.buriedSat),
    ...(voidedAt === null ? {} : { voidedAt }),
  };
}

function payToOf({ walletId, keyIndex, address }: InvoiceRow): Pick<Invoice, 'payTo'> {
  if (walletId === null || keyIndex === null || address === null) return {};
  return { payTo: { walletId, index: Number(keyIndex), address } };
}

/** A payment as columns. */
export type PaymentRow = {
  readonly txid: TransactionId;
  readonly vout: RowInteger;
  readonly invoiceId: InvoiceId;
  readonly amountSat: RowInteger;
  readonly state: Payment['state'];
  readonly confirmations: RowInteger;
  readonly blockHash: string | null;
  readonly firstSeenAt: Instant;
  readonly creditedAt: Instant | null;
  readonly version: RowInteger;
};

export function storedPaymentOf(row: PaymentRow): StoredPayment {
  return { payment: paymentOf(row), version: Number(row.version) };
}

export function paymentOf(row: PaymentRow): Payment {
  const { txid, invoiceId, state, blockHash, firstSeenAt, creditedAt } = row;
  return {
    txid,
    vout: Number(row.vout),
    invoiceId,
    amountSat: satoshiOf(row.amountSat),
    state,
    confirmations: Number(row.confirmations),
    ...(blockHash === null ? {} : { blockHash }),
    firstSeenAt,
    ...(creditedAt === null ? {} : { creditedAt }),
  };
}

/** An event of an invoice as columns. */
export type InvoiceEventRow = {
  readonly invoiceId: InvoiceId;
  readonly at: Instant;
  readonly kind: InvoiceEvent['kind'];
  readonly amountSat: RowInteger | null;
  readonly txid: TransactionId | null;
  readonly vout: RowInteger | null;
};

export function invoiceEventOf(row: InvoiceEventRow): InvoiceEvent {
  const { invoiceId, at, kind, amountSat, txid, vout } = row;
  return {
    invoiceId,
    at,
    kind,
    ...(amountSat === null ? {} : { amountSat: satoshiOf(amountSat) }),
    ...(txid === null ? {} : { txid }),
    ...(vout === null ? {} : { vout: Number(vout) }),
  };
}
