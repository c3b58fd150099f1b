import mssql, { type ConnectionPool, type Transaction } from 'mssql';
import { connectionLimits, poolConfig } from '../shared/adapters/azure/sql/poolConfig.ts';
import { type RetryLimits, retrySql } from '../shared/adapters/azure/sql/sqlRetry.ts';
import type { SqlSettings } from '../shared/config/sqlSettings.ts';
import type { Migration } from './migrationFiles.ts';

/** A database that was paused takes about a minute to answer. */
const retryLimits: RetryLimits = {
  attemptsMax: 12,
  budgetMs: 120_000,
  pauseMsMin: 500,
  pauseMsMax: 10_000,
};
const limits = { ...connectionLimits, connectionsMax: 1, requestMs: 600_000 };
/** How long another migrator is waited for: a little less than a request may take. */
const lockTimeoutMs = 570_000;

/**
 * Brings a database up to the given migrations, and answers the names of those that it had not
 * seen. Each runs in a transaction of its own; of two migrators at once, one waits for the other.
 * Throws, with nothing of that migration done, when one fails or when one that was run has changed
 * since.
 */
export async function runMigrations(
  settings: SqlSettings,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (const migration of migrations) {
    // A repeat finds the migration done where only the answer was lost; it still was this run's.
    const isNew = await retrySql(
      (attempt) => withConnection(settings, (pool) => apply(pool, migration, attempt > 1)),
      retryLimits,
    );
    if (isNew) applied.push(migration.name);
  }
  return applied;
}

async function withConnection<Value>(
  settings: SqlSettings,
  work: (pool: ConnectionPool) => Promise<Value>,
): Promise<Value> {
  const pool = new mssql.ConnectionPool(poolConfig(settings, limits));
  // The error also reaches the request it belongs to; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    await pool.connect();
    return await work(pool);
  } finally {
    await pool.close();
  }
}

async function apply(
  pool: ConnectionPool,
  migration: Migration,
  mayBeDone: boolean,
): Promise<boolean> {
  const transaction = pool.transaction();
  await transaction.begin(mssql.ISOLATION_LEVEL.READ_COMMITTED);
  try {
    await prepare(transaction);
    const isNew = await applyNew(transaction, migration);
    await transaction.commit();
    return isNew || mayBeDone;
  } catch (error) {
    // With XACT_ABORT the server has rolled back by itself, and then there is nothing to do.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
}

/** Takes its turn among migrators, and makes the table of what was run. */
async function prepare(transaction: Transaction): Promise<void> {
  await transaction.request().batch(`
DECLARE @granted INT;
EXEC @granted = sp_getapplock @Resource = 'schemaMigrations', @LockMode = 'Exclusive',
  @LockOwner = 'Transaction', @LockTimeout = ${lockTimeoutMs};
IF @granted < 0 THROW 50002, 'Another migrator has been at work for too long.', 1;
IF OBJECT_ID('schemaMigrations') IS NULL
  CREATE TABLE schemaMigrations (
    version INT NOT NULL CONSTRAINT schemaMigrationsKey PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    checksum CHAR(64) NOT NULL,
    appliedAt DATETIME2 NOT NULL CONSTRAINT schemaMigrationsNow DEFAULT SYSUTCDATETIME()
  );`);
}

async function applyNew(
  transaction: Transaction,
  { version, name, checksum, batches }: Migration,
): Promise<boolean> {
  const { recordset } = await transaction
    .request()
    .input('version', mssql.Int(), version)
    .query<{ checksum: string }>('SELECT checksum FROM schemaMigrations WHERE version = @version');
  const [done] = recordset;
  if (done?.checksum === checksum) return false;
  if (done !== undefined) {
    throw new Error(
      `${name} has changed since it was run on this database: put it back as it was and write a new migration`,
    );
  }
  for (const batch of batches) await transaction.request().batch(batch);
  await transaction
    .request()
    .input('version', mssql.Int(), version)
    .input('name', mssql.VarChar(200), name)
    .input('checksum', mssql.Char(64), checksum)
    .query(
      'INSERT INTO schemaMigrations (version, name, checksum) VALUES (@version, @name, @checksum)',
    );
  return true;
}
