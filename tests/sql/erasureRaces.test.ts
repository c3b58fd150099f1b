import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import mssql, { type ConnectionPool } from 'mssql';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits, poolConfig } from '../../shared/adapters/azure/sql/poolConfig.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { address } from '../contract/billingSamples.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { instant, prosumerId, prosumerOf, riverside } from '../contract/samples.ts';

const anna = prosumerId('anna');
const challenge = {
  prosumerId: anna,
  gridId: riverside,
  address: address(1),
  nonce: 'n1',
  expiresAt: instant('2026-12-02T10:00:00Z'),
};
/** Long enough for a statement to come to where it waits for another transaction. */
const waitingMs = 1_000;
const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('erasing beside what binds an address (where SQL_SERVER is set)', () => {
  let sql: Sql;
  let pool: ConnectionPool;

  beforeEach(async () => {
    const settings = await emptyDatabase();
    sql = openSql(settings, systemClock());
    pool = new mssql.ConnectionPool(poolConfig(settings, connectionLimits));
    await pool.connect();
    const activeUntil = instant('2026-11-30T00:00:00Z');
    await sql.prosumers.create(prosumerOf('anna', { status: 'inactive', activeUntil }), entryOf());
  });

  afterEach(async () => {
    await sql.close();
    await pool.close();
  });

  /** Starts `beside` in the midst of a transaction of these statements, and answers what it did. */
  async function amid<Value>(
    first: string,
    beside: () => Promise<Value>,
    rest: string,
  ): Promise<Value> {
    const transaction = pool.transaction();
    await transaction.begin(mssql.ISOLATION_LEVEL.READ_COMMITTED);
    await transaction.request().batch(first);
    const under = beside();
    await sleep(waitingMs);
    await transaction.request().batch(rest);
    await transaction.commit();
    return under;
  }

  test('an address whose binding is under way is deleted with all else', async () => {
    await sql.payouts.putChallenge(challenge);
    const erased = await amid(
      `DELETE FROM addressChallenges WHERE prosumerId = 'anna' AND nonce = 'n1'`,
      () => sql.prosumers.erase(anna, 1, entryOf({ action: 'erased' })),
      `INSERT INTO payoutAddresses (prosumerId, gridId, document) VALUES ('anna', 'riverside', '{}')`,
    );
    expect(erased?.prosumer.name).toBe('');
    expect(await sql.payouts.getAddress(anna)).toBeUndefined();
  });

  test('a challenge that is asked for meanwhile is not kept', async () => {
    const isKept = await amid(
      `UPDATE prosumers SET name = '', address = '', erasedAt = '2027-03-01T00:00:00Z',
         version = version + 1 WHERE prosumerId = 'anna'`,
      () => sql.payouts.putChallenge(challenge),
      `DELETE FROM addressChallenges WHERE prosumerId = 'anna'`,
    );
    expect(isKept).toBe(false);
    expect(await sql.payouts.getChallenge(anna)).toBeUndefined();
  });
});
