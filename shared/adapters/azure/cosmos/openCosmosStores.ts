import type { CosmosSettings } from '../../../config/cosmosSettings.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Health } from '../../../ports/health.ts';
import type { DocumentStores } from '../../../ports/ports.ts';
import { cosmosAuditLog } from './auditLog.ts';
import { cosmosClosingStore } from './closingStore.ts';
import { cosmosGridStore } from './gridStore.ts';
import { cosmosIdempotencyStore } from './idempotencyStore.ts';
import { type CosmosDatabase, type CosmosOptions, openCosmos } from './openCosmos.ts';
import { cosmosReadingStore } from './readingStore.ts';
import { cosmosRosterStore } from './rosterStore.ts';
import { cosmosTradeStore } from './tradeStore.ts';

/** Smart Grid Info and Trader Info in Cosmos DB. */
export type CosmosStores = DocumentStores & {
  readonly health: readonly Health[];
  /** Ends the background work; a repeat changes nothing. */
  close(): void;
};

/** Opens Smart Grid Info and Trader Info. Nothing is asked of the account before it is used. */
export async function openCosmosStores(
  settings: CosmosSettings,
  { clock, ...options }: CosmosOptions & { readonly clock: Clock },
): Promise<CosmosStores> {
  const account = await openCosmos(settings, options);
  const smartGridInfo = account.database(settings.databases.smartGridInfo);
  const traderInfo = account.database(settings.databases.traderInfo);
  return {
    grids: cosmosGridStore(smartGridInfo),
    rosters: cosmosRosterStore(smartGridInfo),
    readings: cosmosReadingStore(smartGridInfo),
    closings: cosmosClosingStore(smartGridInfo),
    gridAudit: cosmosAuditLog(smartGridInfo),
    idempotency: cosmosIdempotencyStore(smartGridInfo, clock),
    trades: cosmosTradeStore(traderInfo),
    health: [healthOf('smartGridInfo', smartGridInfo), healthOf('traderInfo', traderInfo)],
    close: () => account.close(),
  };
}

function healthOf(name: string, { check }: CosmosDatabase): Health {
  return { name, check };
}
