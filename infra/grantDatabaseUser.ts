import mssql from 'mssql';
import { connectionLimits, poolConfig } from '../shared/adapters/azure/sql/poolConfig.ts';
import { sqlSettings } from '../shared/config/sqlSettings.ts';
import { databaseUserScript } from './databaseUser.ts';

/** Lets an identity into the SQL database that the environment names: NAME CLIENT_ID. */
const [identityName = '', clientId = ''] = process.argv.slice(2);
const script = databaseUserScript(identityName, clientId);
const settings = sqlSettings(process.env);
if (settings === undefined) throw new Error('SQL_SERVER is not set: where the user is to be made.');
const pool = new mssql.ConnectionPool(poolConfig(settings, connectionLimits));
try {
  await pool.connect();
  await pool.request().batch(script);
} finally {
  await pool.close();
}
console.log(`${identityName} may use ${settings.database} on ${settings.server}.`);
