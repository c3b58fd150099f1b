import { ChainUnavailableError } from '../ports/chain.ts';
import { RateUnavailableError } from '../ports/rateSource.ts';
import { TokensUnavailableError } from '../ports/tokens.ts';
import { isBlobTransient } from './azure/blob/blobErrors.ts';
import { isCosmosTransient } from './azure/cosmos/cosmosErrors.ts';
import { isServiceBusTransient } from './azure/serviceBus/queueErrors.ts';
import { isSqlTransient } from './azure/sql/isSqlTransient.ts';
import { isFileTransient } from './embedded/isFileTransient.ts';
import { isSqliteTransient } from './embedded/isSqliteTransient.ts';

/** Is this failure of what the app stands on one after which the same request may well succeed? */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof ChainUnavailableError ||
    error instanceof RateUnavailableError ||
    error instanceof TokensUnavailableError ||
    isSqliteTransient(error) ||
    isFileTransient(error) ||
    isCosmosTransient(error) ||
    isSqlTransient(error) ||
    isServiceBusTransient(error) ||
    isBlobTransient(error)
  );
}
