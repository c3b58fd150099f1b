import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabases } from '../../shared/adapters/azure/cosmos/createDatabases.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { anyKey, cosmosSettingsOf } from '../contract/cosmosAdapter.ts';
import { type CosmosFixture, startCosmosFixture } from '../contract/cosmosFixture.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { buildBundle, cleanUp, newDirectory, type RunningApp, startApp } from './app.ts';
import { booksOf } from './books.ts';
import { createCommunity, hourly, postedReadings, quarterly } from './community.ts';
import { settle } from './model.ts';
import { settleThrough } from './settling.ts';

/** The timeframes of an hour and more are closed over HTTP, one request per document. */
const timeoutMs = 120_000;

const whereSqlIs = sqlServer === undefined ? describe.skip : describe;

describe('the bundle with its documents in Cosmos DB', () => comesToTheModel(false));
whereSqlIs('the bundle with all stores in Azure (where SQL_SERVER is set)', () =>
  comesToTheModel(true),
);

/** The same communities as with the embedded stores come to the same books, also after a kill. */
function comesToTheModel(isSqlReal: boolean): void {
  let fixture: CosmosFixture;
  let app: RunningApp;
  let start: () => Promise<RunningApp>;

  beforeAll(async () => {
    fixture = await startCosmosFixture();
    const cosmos = cosmosSettingsOf(fixture.endpoint, anyKey);
    await createDatabases(cosmos);
    const env = {
      LOG_LEVEL: 'info',
      COSMOS_ENDPOINT: fixture.endpoint,
      COSMOS_KEY: anyKey,
      COSMOS_SMART_GRID_INFO_DATABASE: cosmos.databases.smartGridInfo,
      COSMOS_TRADER_INFO_DATABASE: cosmos.databases.traderInfo,
      ...(isSqlReal ? sqlEnvironment(await emptyDatabase()) : {}),
    };
    const appFile = buildBundle();
    const dataDirectory = newDirectory();
    start = () => startApp({ appFile, dataDirectory, env });
    app = await start();
  }, timeoutMs);

  afterAll(async () => {
    cleanUp();
    await fixture.close();
  });

  test.each([quarterly, hourly])(
    'the $grid.id grid comes to the trades, timeframes and accounts of the model',
    async (community) => {
      const path = `/grids/${community.grid.id}`;
      await createCommunity(app, community);
      await app.send('POST', `${path}/readings`, { readings: postedReadings(community) });
      await app.kill();
      app = await start();
      await app.send('PATCH', path, { paused: false });
      await settleThrough(app, community.grid.id, community.last);
      const model = settle(community.grid, community.prosumers, community.readings);
      expect(await booksOf(app, community.grid.id)).toEqual({
        trades: model.trades,
        timeframes: model.timeframes,
        accounts: model.accounts,
      });
    },
    timeoutMs,
  );

  test('each operation on Cosmos DB is logged with its charge, in its invocation', () => {
    expect(app.stderr()).toMatch(/cosmos \{"operation":"[^"]+","requestUnits":[\d.]+,/);
  });
}

/** The settings of this process, for a database of the tests' own. */
function sqlEnvironment({ database }: SqlSettings): Readonly<Record<string, string>> {
  const given = Object.entries(process.env).filter(([name]) => name.startsWith('SQL_'));
  return { ...Object.fromEntries(given), SQL_DATABASE: database };
}
