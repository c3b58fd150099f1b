import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, jest } from '@jest/globals';
import { createDatabases } from '../../shared/adapters/azure/cosmos/createDatabases.ts';
import { openCosmos } from '../../shared/adapters/azure/cosmos/openCosmos.ts';
import { openCosmosStores } from '../../shared/adapters/azure/cosmos/openCosmosStores.ts';
import { openEmbeddedProsumerInfo } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { CosmosSettings } from '../../shared/config/cosmosSettings.ts';
import { type Home, type StoreAdapter, storeAdapters } from './adapters.ts';
import { type CosmosFixture, startCosmosFixture } from './cosmosFixture.ts';

/** The emulator to test against, where these name one. */
const { COSMOS_ENDPOINT: emulatorEndpoint, COSMOS_KEY: emulatorKey } = process.env;

// An emulator takes a second and more to create a container.
if (emulatorEndpoint !== undefined) jest.setTimeout(120_000);

/**
 * Runs a suite over every adapter of Smart Grid Info and Trader Info: the embedded one, Cosmos DB
 * over HTTP against a server in this process, and an emulator, skipped by name where there is none.
 */
export function describeDocuments(title: string, suite: (adapter: StoreAdapter) => void): void {
  for (const adapter of [...storeAdapters, cosmosFixtureAdapter()]) {
    describe(`${title}, ${adapter.name}`, () => suite(adapter));
  }
  const describeEmulator = emulatorEndpoint && emulatorKey ? describe : describe.skip;
  describeEmulator(`${title}, cosmos emulator (where COSMOS_ENDPOINT is set)`, () =>
    suite(cosmosEmulatorAdapter),
  );
}

const cosmosEmulatorAdapter: StoreAdapter = {
  name: 'cosmos emulator',
  makeHome: () => makeCosmosHome(emulatorEndpoint ?? '', emulatorKey ?? ''),
};

function cosmosFixtureAdapter(): StoreAdapter {
  let fixture: CosmosFixture | undefined;
  return {
    name: 'cosmos fixture',
    async makeHome() {
      fixture ??= await startCosmosFixture();
      return makeCosmosHome(fixture.endpoint, anyKey);
    },
    async close() {
      await fixture?.close();
      fixture = undefined;
    },
  };
}

/** The server in this process asks for none; the SDK does. */
export const anyKey = Buffer.from('any').toString('base64');

/** Settings of two databases of their own. */
export function cosmosSettingsOf(endpoint: string, key: string): CosmosSettings {
  const name = `test-${randomUUID()}`;
  return {
    kind: 'cosmos',
    endpoint,
    databases: { smartGridInfo: `${name}-grids`, traderInfo: `${name}-trades` },
    access: { kind: 'key', key },
  };
}

async function makeCosmosHome(endpoint: string, key: string): Promise<Home> {
  const settings = cosmosSettingsOf(endpoint, key);
  await createDatabases(settings);
  // Prosumer Info is no part of Cosmos DB: beside it stands the embedded one.
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  return {
    async open(clock) {
      const cosmos = await openCosmosStores(settings, { clock, meter: () => undefined });
      const { close, ...prosumerInfo } = openEmbeddedProsumerInfo(directory, {
        clock,
        durability: 'process',
      });
      return {
        ...prosumerInfo,
        ...cosmos,
        close() {
          cosmos.close();
          close();
        },
      };
    },
    async remove() {
      rmSync(directory, { recursive: true });
      const account = await openCosmos(settings, { meter: () => undefined });
      for (const name of Object.values(settings.databases)) {
        await account.client.database(name).delete();
      }
      account.close();
    },
  };
}
