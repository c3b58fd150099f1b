import { isCosmosTransient } from './azure/cosmos/cosmosErrors.ts';
import { isServiceBusTransient } from './azure/serviceBus/queueErrors.ts';
import { isSqlTransient } from './azure/sql/isSqlTransient.ts';
import { isSqliteTransient } from './embedded/isSqliteTransient.ts';

/** Is this failure of a store or the bus one after which the same request may well succeed? */
export function isTransient(error: unknown): boolean {
  return (
    isSqliteTransient(error) ||
    isCosmosTransient(error) ||
    isSqlTransient(error) ||
    isServiceBusTransient(error)
  );
}
