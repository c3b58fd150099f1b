import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits } from '../../shared/adapters/azure/sql/poolConfig.ts';
import type { SqlLimits } from '../../shared/adapters/azure/sql/sqlDatabase.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { emptyDatabase } from '../contract/prosumerInfoAdapters.ts';
import { type Fault, type FaultyProxy, faults, openFaultyProxy } from './faultyProxy.ts';

/** Those that do not wait for the client to give up, and so can be met often. */
export const cuts = faults.filter((fault) => fault.startsWith('cut'));

const limits: SqlLimits = {
  connection: { ...connectionLimits, connectMs: 10_000, requestMs: 5_000, cancelMs: 300 },
  retry: { attemptsMax: 8, budgetMs: 60_000, pauseMsMin: 10, pauseMsMax: 200 },
};

/** An empty database before each test of a suite, reached over a line with faults and directly. */
export function faultyLine() {
  let settings: SqlSettings;
  let proxy: FaultyProxy;
  let opened: { readonly sql: Sql; readonly direct: Sql };
  let armed = 0;
  beforeAll(async () => {
    settings = await emptyDatabase();
    proxy = await openFaultyProxy(settings.port);
  });
  afterAll(() => proxy.close());
  beforeEach(async () => {
    await emptyDatabase();
    const sql = openSql(
      { ...settings, server: '127.0.0.1', port: proxy.port },
      systemClock(),
      limits,
    );
    opened = { sql, direct: openSql(settings, systemClock(), limits) };
    await sql.health.check();
  });
  afterEach(async () => {
    await Promise.all([opened.sql.close(), opened.direct.close()]);
    // Each fault met a request.
    expect(proxy.happened()).toBe(armed);
  });
  return {
    get sql() {
      return opened.sql;
    },
    get direct() {
      return opened.direct;
    },
    /** Lets the next request over the line meet a fault. */
    arm(fault: Fault): void {
      armed += 1;
      proxy.arm(fault);
    },
  };
}
