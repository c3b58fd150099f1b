import type { CosmosSettings } from '../../../config/cosmosSettings.ts';
import { containers, type DatabaseName, databases } from './containers.ts';
import { openCosmos } from './openCosmos.ts';

/**
 * Creates the databases and containers that are not there yet. For emulators: in Azure they are
 * deployed, and the app's identity may not create any.
 */
export async function createDatabases(settings: CosmosSettings): Promise<void> {
  const account = await openCosmos(settings, { meter: () => undefined });
  try {
    for (const [name, ids] of Object.entries(databases)) {
      const id = settings.databases[name as DatabaseName];
      const { database } = await account.client.databases.createIfNotExists({ id });
      for (const container of ids) {
        const { partitionKey, indexingPolicy, defaultTtl } = containers[container];
        await database.containers.createIfNotExists({
          id: container,
          partitionKey: { paths: [...partitionKey.paths] },
          indexingPolicy: {
            ...indexingPolicy,
            includedPaths: [...indexingPolicy.includedPaths],
            excludedPaths: [...indexingPolicy.excludedPaths],
          },
          ...(defaultTtl !== undefined && { defaultTtl }),
        });
      }
    }
  } finally {
    account.close();
  }
}
