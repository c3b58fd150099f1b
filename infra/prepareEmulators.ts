import mssql from 'mssql';
import { openBlobDocuments } from '../shared/adapters/azure/blob/documents.ts';
import { createDatabases } from '../shared/adapters/azure/cosmos/createDatabases.ts';
import { connectionLimits, poolConfig } from '../shared/adapters/azure/sql/poolConfig.ts';
import { cosmosSettings } from '../shared/config/cosmosSettings.ts';
import { documentSettings } from '../shared/config/documentSettings.ts';
import { type SqlSettings, sqlSettings } from '../shared/config/sqlSettings.ts';
import { readMigrations, sqlMigrationsFolder } from './migrationFiles.ts';
import { runMigrations } from './runMigrations.ts';

/**
 * Makes in the emulators that the environment names what Bicep and the migrations make in Azure. A
 * repeat changes nothing. Real services are refused: there Bicep alone says what exists.
 */
const cosmos = cosmosSettings(process.env);
const sql = sqlSettings(process.env);
if (cosmos?.access.kind !== 'key')
  throw new Error('COSMOS_ENDPOINT and COSMOS_KEY name no emulator.');
if (sql?.access.kind !== 'password') throw new Error('SQL_SERVER names no server on this machine.');
const blobs = documentSettings(process.env);
if (blobs?.access.kind !== 'emulator') throw new Error('BLOB_CONNECTION_STRING names no emulator.');
await createDatabases(cosmos);
await (await openBlobDocuments(blobs)).container.createIfNotExists();
await createDatabase(sql);
await runMigrations(sql, await readMigrations(sqlMigrationsFolder));
console.log('The emulators are ready.');

async function createDatabase(settings: SqlSettings): Promise<void> {
  const { database } = settings;
  if (!/^\w+$/.test(database)) throw new Error(`${database} is no plain name of a database.`);
  const pool = new mssql.ConnectionPool(
    poolConfig({ ...settings, database: 'master' }, connectionLimits),
  );
  try {
    await pool.connect();
    await pool.request().batch(`IF DB_ID('${database}') IS NULL CREATE DATABASE ${database}`);
  } finally {
    await pool.close();
  }
}
