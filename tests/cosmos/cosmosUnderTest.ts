import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { createDatabases } from '../../shared/adapters/azure/cosmos/createDatabases.ts';
import {
  type CosmosStores,
  openCosmosStores,
} from '../../shared/adapters/azure/cosmos/openCosmosStores.ts';
import type { Metered } from '../../shared/adapters/azure/cosmos/requestMeter.ts';
import type { CosmosSettings } from '../../shared/config/cosmosSettings.ts';
import { anyKey, cosmosSettingsOf } from '../contract/cosmosAdapter.ts';
import { type CosmosFixture, startCosmosFixture } from '../contract/cosmosFixture.ts';
import { instant } from '../contract/samples.ts';
import { type FaultPlan, faultyHttp } from './faultyHttp.ts';

export type CosmosUnderTest = {
  readonly settings: CosmosSettings;
  /** What the operations of all stores have cost, oldest first. */
  readonly charges: Metered[];
  /** Opens the databases once more, as another instance does; `plan` says which requests fail. */
  open(plan?: FaultPlan): Promise<CosmosStores>;
};

/** Gives each test two empty databases in a server of this process. */
export function freshCosmos(): () => CosmosUnderTest {
  let fixture: CosmosFixture;
  let current: CosmosUnderTest;
  let opened: CosmosStores[];
  beforeAll(async () => {
    fixture = await startCosmosFixture();
  });
  beforeEach(async () => {
    const settings = cosmosSettingsOf(fixture.endpoint, anyKey);
    await createDatabases(settings);
    const charges: Metered[] = [];
    opened = [];
    current = {
      settings,
      charges,
      async open(plan = () => undefined) {
        const stores = await openCosmosStores(settings, {
          clock: { now: () => instant('2026-11-22T12:00:00Z') },
          meter: (sum) => charges.push(sum),
          httpClient: faultyHttp(plan),
        });
        opened.push(stores);
        return stores;
      },
    };
  });
  afterEach(() => {
    for (const stores of opened) stores.close();
  });
  afterAll(() => fixture.close());
  return () => current;
}
