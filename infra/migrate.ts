import { sqlSettings } from '../shared/config/sqlSettings.ts';
import { readMigrations, sqlMigrationsFolder } from './migrationFiles.ts';
import { runMigrations } from './runMigrations.ts';

/** Brings the SQL database that the environment names up to date; a repeat changes nothing. */
const settings = sqlSettings(process.env);
if (settings === undefined) {
  console.error('SQL_SERVER is not set: the server of the database to bring up to date.');
  process.exitCode = 1;
} else {
  const applied = await runMigrations(settings, await readMigrations(sqlMigrationsFolder));
  for (const name of applied) console.log(`Ran ${name}`);
  console.log(`${settings.database} on ${settings.server} is up to date.`);
}
