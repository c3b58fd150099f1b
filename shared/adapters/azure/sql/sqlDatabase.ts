import mssql, { type ConnectionPool, type config, type ISqlType } from 'mssql';
import type { SqlSettings } from '../../../config/sqlSettings.ts';
import { isSqlRetriable } from './isSqlTransient.ts';
import { type ConnectionLimits, connectionLimits, poolConfig } from './poolConfig.ts';
import { type RetryLimits, retryLimits, retrySql } from './sqlRetry.ts';
import { withoutValues } from './withoutValues.ts';

export type SqlLimits = { readonly connection: ConnectionLimits; readonly retry: RetryLimits };

/** The values of a statement's parameters by name, with their types. */
export type SqlParameters = Readonly<
  Record<string, { readonly type: ISqlType; readonly value: string | number | null }>
>;

/** The rows of a statement's last result, and the attempt, from 1, that brought them. */
export type SqlAnswer<Row> = { readonly rows: readonly Row[]; readonly attempt: number };

/** A pool of connections to one database, which is opened by its first use. */
export class SqlDatabase {
  readonly #config: config;
  readonly #retryLimits: RetryLimits;
  #pool: Promise<ConnectionPool> | undefined;
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(settings: SqlSettings, limits: Partial<SqlLimits> = {}) {
    this.#config = poolConfig(settings, limits.connection ?? connectionLimits);
    this.#retryLimits = limits.retry ?? retryLimits;
  }

  /**
   * Runs a statement that is safe to repeat, in one round trip, and again on a fresh connection
   * while it fails with what passes by itself. An attempt above 1 says that an earlier one failed
   * and may nevertheless have taken effect. Here, and only here, rows get a type: the statement
   * and the tables vouch for it.
   */
  async query<Row>(statement: string, parameters: SqlParameters = {}): Promise<SqlAnswer<Row>> {
    return retrySql(async (attempt) => {
      return { rows: await this.queryOnce<Row>(statement, parameters), attempt };
    }, this.#retryLimits);
  }

  /** Like `query`, for a statement with several results: the rows of each, in their order. */
  async queryAll<Results extends readonly (readonly unknown[])[]>(
    statement: string,
    parameters: SqlParameters = {},
  ): Promise<Results> {
    const results = await retrySql(() => this.#run(statement, parameters), this.#retryLimits);
    return results as unknown as Results;
  }

  /** Runs a statement in one attempt: what fails is said at once. */
  async queryOnce<Row>(statement: string, parameters: SqlParameters = {}): Promise<readonly Row[]> {
    const results = await this.#run(statement, parameters);
    // A statement in several parts answers with its last result.
    return (results.at(-1) ?? []) as readonly Row[];
  }

  async #run(
    statement: string,
    parameters: SqlParameters,
  ): Promise<readonly (readonly unknown[])[]> {
    const pool = this.#open();
    let isOpened = false;
    try {
      const opened = await pool;
      isOpened = true;
      return await queryOn(opened, statement, parameters);
    } catch (error) {
      if (!isOpened || isSqlRetriable(error)) this.#discard(pool);
      throw withoutValues(error);
    }
  }

  /** Closes all connections once what they run has ended; a repeat changes nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#discard(this.#pool);
    await Promise.all(this.#closing);
  }

  #open(): Promise<ConnectionPool> {
    if (this.#isClosed) throw new Error('the SQL database is closed');
    this.#pool ??= openPool(this.#config);
    return this.#pool;
  }

  /**
   * Leaves the pool that a failure came from: the connection it happened on may be half dead or
   * still in a transaction, and the server behind the others may have changed. What still runs
   * there runs to its end.
   */
  #discard(pool: Promise<ConnectionPool> | undefined): void {
    if (pool === undefined) return;
    if (this.#pool === pool) this.#pool = undefined;
    const closing = closePool(pool).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

async function openPool(settings: config): Promise<ConnectionPool> {
  // The driver writes into its settings.
  const pool = new mssql.ConnectionPool(copyOf(settings));
  // Every error also reaches the request that it belongs to; without a listener it would end the
  // process as well.
  pool.on('error', () => undefined);
  return pool.connect();
}

function copyOf(settings: config): config {
  return { ...settings, options: { ...settings.options }, pool: { ...settings.pool } };
}

/** A pool that could not be opened, or not be closed, holds nothing that anybody waits for. */
async function closePool(pool: Promise<ConnectionPool>): Promise<void> {
  const [opened] = await Promise.allSettled([pool]);
  if (opened.status === 'fulfilled') await Promise.allSettled([opened.value.close()]);
}

async function queryOn(
  pool: ConnectionPool,
  statement: string,
  parameters: SqlParameters,
): Promise<readonly (readonly unknown[])[]> {
  const request = pool.request();
  for (const [name, { type, value }] of Object.entries(parameters)) {
    request.input(name, type, value);
  }
  const { recordsets } = await request.query(statement);
  return recordsets as unknown[][];
}
