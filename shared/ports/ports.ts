import type { Actor } from '../domain/audit.ts';
import type { Sha256 } from '../domain/hashChain.ts';
import type { AuditLog } from './auditLog.ts';
import type { BillingStore } from './billingStore.ts';
import type { Bitcoin } from './bitcoin.ts';
import type { Bus } from './bus.ts';
import type { Chain } from './chain.ts';
import type { Clock } from './clock.ts';
import type { ClosingStore } from './closingStore.ts';
import type { Documents } from './documents.ts';
import type { GridStore } from './gridStore.ts';
import type { Health } from './health.ts';
import type { IdempotencyStore } from './idempotencyStore.ts';
import type { Ids } from './ids.ts';
import type { InvoiceStore } from './invoiceStore.ts';
import type { LedgerStore } from './ledgerStore.ts';
import type { Log } from './log.ts';
import type { OrderStore } from './orderStore.ts';
import type { PayoutStore } from './payoutStore.ts';
import type { ProsumerStore } from './prosumerStore.ts';
import type { QrCodes } from './qrCodes.ts';
import type { RateSource } from './rateSource.ts';
import type { ReadingStore } from './readingStore.ts';
import type { RosterStore } from './rosterStore.ts';
import type { TradeStore } from './tradeStore.ts';
import type { WalletStore } from './walletStore.ts';

/** Everything an operation may touch. An operation asks for what it needs: `Pick<Ports, …>`. */
export type Ports = {
  readonly grids: GridStore;
  readonly rosters: RosterStore;
  readonly readings: ReadingStore;
  readonly closings: ClosingStore;
  readonly trades: TradeStore;
  readonly orders: OrderStore;
  /** Who changed what in Smart Grid Info. */
  readonly gridAudit: AuditLog;
  readonly prosumers: ProsumerStore;
  readonly ledger: LedgerStore;
  readonly billing: BillingStore;
  readonly invoices: InvoiceStore;
  readonly wallets: WalletStore;
  readonly payouts: PayoutStore;
  /** Who changed what in Prosumer Info. */
  readonly prosumerAudit: AuditLog;
  readonly documents: Documents;
  readonly bitcoin: Bitcoin;
  readonly qrCodes: QrCodes;
  /** Absent where no setting names one: then nothing is followed, and nothing is sent. */
  readonly chain?: Chain;
  /** Absent where no setting names one: then prices are given in millisatoshi. */
  readonly rates?: RateSource;
  /** Answers to requests that make something in Smart Grid Info. */
  readonly idempotency: IdempotencyStore;
  /** Answers to requests that make something in Prosumer Info. */
  readonly prosumerIdempotency: IdempotencyStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
  readonly log: Log;
  /** Who acts: the caller of a request, or the function that runs by itself. */
  readonly by: Actor;
  readonly health: readonly Health[];
};

/** The stores of Prosumer Info. */
export type ProsumerInfoStores = Pick<
  Ports,
  | 'prosumers'
  | 'ledger'
  | 'orders'
  | 'billing'
  | 'invoices'
  | 'wallets'
  | 'payouts'
  | 'prosumerAudit'
  | 'prosumerIdempotency'
>;

/** The stores of Smart Grid Info and Trader Info. */
export type DocumentStores = Pick<
  Ports,
  'grids' | 'rosters' | 'readings' | 'closings' | 'gridAudit' | 'idempotency' | 'trades'
>;
