import type { SqlSettings } from '../../../config/sqlSettings.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Health } from '../../../ports/health.ts';
import type { ProsumerInfoStores } from '../../../ports/ports.ts';
import { azureAuditLog } from './auditLog.ts';
import { azureBillingStore } from './billingStore.ts';
import { azureIdempotencyStore } from './idempotencyStore.ts';
import { azureInvoiceStore } from './invoiceStore.ts';
import { azureLedgerStore } from './ledgerStore.ts';
import { azureOrderStore } from './orderStore.ts';
import { azurePayoutStore } from './payoutStore.ts';
import { azureProsumerStore } from './prosumerStore.ts';
import { SqlDatabase, type SqlLimits } from './sqlDatabase.ts';
import { azureWalletStore } from './walletStore.ts';

/** Prosumer Info in a SQL database. */
export type Sql = ProsumerInfoStores & {
  readonly health: Health;
  /** Lets what runs come to its end, then closes the connections; a repeat changes nothing. */
  close(): Promise<void>;
};

/**
 * Prosumer Info in the SQL database that the settings name, in Azure or on this machine. Connects
 * at the first use, so that an app can start while its database does not answer. The schema must be
 * there: `npm run migrate`.
 */
export function openSql(settings: SqlSettings, clock: Clock, limits: Partial<SqlLimits> = {}): Sql {
  const db = new SqlDatabase(settings, limits);
  return {
    prosumers: azureProsumerStore(db),
    ledger: azureLedgerStore(db),
    orders: azureOrderStore(db),
    billing: azureBillingStore(db),
    invoices: azureInvoiceStore(db),
    wallets: azureWalletStore(db),
    payouts: azurePayoutStore(db),
    prosumerAudit: azureAuditLog(db),
    prosumerIdempotency: azureIdempotencyStore(db, clock),
    health: {
      name: 'prosumerInfo',
      async check() {
        // Reads the app's own table: that also fails where the schema was never brought up.
        await db.queryOnce('SELECT TOP (1) version FROM schemaMigrations');
      },
    },
    close: () => db.close(),
  };
}
