import { describe, jest } from '@jest/globals';
import mssql from 'mssql';
import { readMigrations, sqlMigrationsFolder } from '../../infra/migrationFiles.ts';
import { runMigrations } from '../../infra/runMigrations.ts';
import { openSql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits, poolConfig } from '../../shared/adapters/azure/sql/poolConfig.ts';
import { type SqlSettings, sqlSettings } from '../../shared/config/sqlSettings.ts';
import { type Home, type StoreAdapter, storeAdapters } from './adapters.ts';

/** The server to test against, or undefined where SQL_SERVER is not set. */
export const sqlServer = sqlSettings(process.env);

// A server plans and compiles anew for each of the fresh connections that a test opens.
if (sqlServer !== undefined) jest.setTimeout(60_000);

/** Runs a suite over every adapter of Prosumer Info; what has no server here is skipped by name. */
export function describeProsumerInfo(title: string, suite: (adapter: StoreAdapter) => void): void {
  for (const adapter of storeAdapters) describe(`${title}, ${adapter.name}`, () => suite(adapter));
  const describeSql = sqlServer === undefined ? describe.skip : describe;
  describeSql(`${title}, azure sql (where SQL_SERVER is set)`, () => suite(azureSql));
}

/** The other stores of such a home are the embedded ones. */
const azureSql: StoreAdapter = {
  name: 'azure sql',
  async makeHome() {
    const settings = await emptyDatabase();
    const [embedded] = storeAdapters;
    if (embedded === undefined) throw new Error('the embedded adapter is always there');
    const home = await embedded.makeHome();
    return { open: openWith(settings, home), remove: () => home.remove() };
  },
};

function openWith(settings: SqlSettings, home: Home): Home['open'] {
  return async (clock) => {
    const { close, ...stores } = await home.open(clock);
    const { health, close: closeSql, ...prosumerInfo } = openSql(settings, clock);
    return {
      ...stores,
      ...prosumerInfo,
      health: [health],
      async close() {
        await closeSql();
        await close();
      },
    };
  };
}

const tables = [
  ...['postings', 'recordedBatches', 'prosumers', 'reservedAccounts'],
  ...['orderBooks', 'tradesAhead', 'orders', 'orderVersions'],
  ...['accountLines', 'averagedLines', 'ledgerPeriods', 'invoiceChanges'],
  ...['billingRuns', 'billingDocuments', 'billingAccounts', 'billingLines'],
  ...['invoices', 'invoiceEvents', 'payments', 'walletIndexes', 'walletCursors'],
  ...['payees', 'payouts', 'payoutCoins', 'payoutAddresses', 'addressChallenges', 'answers'],
  ...['auditEntries', 'auditPersonal'],
];
let prepared: SqlSettings | undefined;

/**
 * A database of this worker's own beside the one that the settings name, with the schema and
 * without rows. It stays, since making one takes a server long; no other is ever emptied.
 */
export async function emptyDatabase(): Promise<SqlSettings> {
  if (sqlServer === undefined) throw new Error('SQL_SERVER is not set');
  prepared ??= await prepare(sqlServer);
  await runOn(prepared, tables.map((table) => `TRUNCATE TABLE ${table};`).join('\n'));
  return prepared;
}

async function prepare(server: SqlSettings): Promise<SqlSettings> {
  const database = `${server.database}Tests${process.env['JEST_WORKER_ID'] ?? '1'}`;
  if (!/^\w+$/.test(database)) throw new Error(`${database} is no plain name of a database`);
  const settings = { ...server, database };
  await runOn(
    { ...server, database: 'master' },
    `IF DB_ID('${database}') IS NULL CREATE DATABASE ${database}`,
  );
  await runMigrations(settings, await readMigrations(sqlMigrationsFolder));
  return settings;
}

/** Runs statements one by one on a connection of its own, and answers the rows of the last. */
export async function runOn(
  settings: SqlSettings,
  ...statements: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  const pool = new mssql.ConnectionPool(poolConfig(settings, connectionLimits));
  try {
    await pool.connect();
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await pool.request().batch(statement)).recordset;
    return rows;
  } finally {
    await pool.close();
  }
}
