import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos';
import type { CosmosSettings } from '../../../config/cosmosSettings.ts';
import { isLocal } from '../../../config/hostNames.ts';
import { type ContainerName, consistencyLevel } from './containers.ts';
import { type Documents, documentsOf } from './documents.ts';
import { type MeterHook, metered } from './requestMeter.ts';

export type CosmosOptions = {
  /** Hears what each operation of a store has cost. */
  readonly meter: MeterHook;
  /** Sends the requests instead of the SDK's own client; its retries stay in force. */
  readonly httpClient?: CosmosClientOptions['httpClient'];
};

/** A database of the account. */
export type CosmosDatabase = {
  /** Runs an operation of a store under its name; what its requests cost is told to the meter. */
  operate<Result>(
    operation: string,
    work: (documents: (container: ContainerName) => Documents) => Promise<Result>,
  ): Promise<Result>;
  /** Throws when the database cannot be used, or its account is not as consistent as it must be. */
  check(): Promise<void>;
};

export type CosmosAccount = {
  readonly client: CosmosClient;
  database(name: string): CosmosDatabase;
  /** Ends the background work; a repeat changes nothing. Operations fail from here on. */
  close(): void;
};

/** A key was given for an account that is no emulator on this machine. */
export class CosmosKeyError extends Error {
  override readonly name = 'CosmosKeyError';
}

/** Opens the account: with the app's identity, or with the key of an emulator on this machine. */
export async function openCosmos(
  { endpoint, access }: Pick<CosmosSettings, 'endpoint' | 'access'>,
  { meter, httpClient }: CosmosOptions,
): Promise<CosmosAccount> {
  const isEmulator = isLocal(new URL(endpoint).hostname);
  if (access.kind === 'key' && !isEmulator) {
    throw new CosmosKeyError('A key is accepted for an emulator on this machine only.');
  }
  const client = new CosmosClient({
    endpoint,
    ...(await credentialOf(access)),
    ...(httpClient && { httpClient }),
    connectionPolicy: {
      requestTimeout: requestTimeoutMs,
      retryOptions: {
        maxRetryAttemptCount: throttledRetriesMax,
        maxWaitTimeInSeconds: throttledWaitSecondsMax,
      },
      useMultipleWriteLocations: false,
      // An emulator names an address of its own, which need not be the one it is reached at.
      enableEndpointDiscovery: !isEmulator,
    },
  });
  let isClosed = false;
  return {
    client,
    database(name) {
      const database = client.database(name);
      return {
        operate(operation, work) {
          return metered(operation, meter, async (requests) => {
            if (isClosed) throw new Error(`${operation}: the Cosmos DB account is closed.`);
            return work((container) => documentsOf(database.container(container), requests));
          });
        },
        async check() {
          if (isClosed) throw new Error('The Cosmos DB account is closed.');
          await database.read();
          if (!isEmulator) await checkConsistency(client);
        },
      };
    },
    close() {
      isClosed = true;
      client.dispose();
    },
  };
}

/** How long a request may take; a query of a whole timeframe answers within a second. */
const requestTimeoutMs = 10_000;
/** A throttled request is sent again up to 9 times, as long as it has waited less than 20 s in all. */
const throttledRetriesMax = 9;
const throttledWaitSecondsMax = 20;

async function credentialOf(access: CosmosSettings['access']): Promise<CosmosClientOptions> {
  if (access.kind === 'key') return { key: access.key };
  const { azureCredential } = await import('../credential.ts');
  return { aadCredentials: azureCredential(access) };
}

async function checkConsistency(client: CosmosClient): Promise<void> {
  const { resource } = await client.getDatabaseAccount();
  const found = resource?.consistencyPolicy;
  if (String(found) === consistencyLevel) return;
  throw new Error(`The consistency of the Cosmos DB account is ${found}, not ${consistencyLevel}.`);
}
