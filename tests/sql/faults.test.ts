import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import mssql from 'mssql';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits, poolConfig } from '../../shared/adapters/azure/sql/poolConfig.ts';
import type { SqlLimits } from '../../shared/adapters/azure/sql/sqlDatabase.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { emptyDatabase, runOn, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import {
  at1000,
  batchKeyOf,
  billedIn,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from '../contract/samples.ts';
import { type FaultyProxy, faults, openFaultyProxy } from './faultyProxy.ts';

const tradesPerBatch = 20;
const limits: SqlLimits = {
  connection: { ...connectionLimits, connectMs: 10_000, requestMs: 5_000, cancelMs: 300 },
  retry: { attemptsMax: 8, budgetMs: 60_000, pauseMsMin: 10, pauseMsMax: 200 },
};

/** One batch: each trade moves 1000 Wh from anna to ben, and a fee to the mini grid. */
function batchOf(batch: number) {
  const trades = Array.from({ length: tradesPerBatch }, (_, n) =>
    tradeOf((batch - 1) * 500 + n + 1, { gridFeeMsatPerKwh: msatPerKwh(1_000) }),
  );
  const [first] = trades;
  if (first === undefined) throw new Error('a batch has trades');
  return { key: batchKeyOf(first), postings: trades.flatMap(postingsOf), lines: billedIn(trades) };
}

const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('recording over a line with faults (where SQL_SERVER is set)', () => {
  let settings: SqlSettings;
  let proxy: FaultyProxy;
  let sql: Sql;

  beforeAll(async () => {
    settings = await emptyDatabase();
    proxy = await openFaultyProxy(settings.port);
  });
  afterAll(() => proxy.close());
  beforeEach(async () => {
    await emptyDatabase();
    sql = openSql({ ...settings, server: '127.0.0.1', port: proxy.port }, systemClock(), limits);
    for (const id of ['anna', 'ben']) await sql.prosumers.create(prosumerOf(id), entryOf());
  });
  afterEach(() => sql.close());

  const record = (from: Sql, batch: number) => {
    const { key, postings, lines } = batchOf(batch);
    return from.ledger.record(key, postings, lines);
  };

  /** Σ of the postings = the sums of the accounts = what so many batches amount to. */
  const expectRecorded = async (batches: number) => {
    const trades = batches * tradesPerBatch;
    const accounts = (await sql.ledger.listAccounts(riverside, { limit: 9 })).items;
    const of = (id: string) => accounts.find(({ accountId }) => accountId === id)?.sums;
    expect(of('anna')).toMatchObject({ soldWh: 1000 * trades, debitsUsat: 0n });
    expect(of('anna')?.creditsUsat).toBe(300_000_000n * BigInt(trades));
    expect(of('ben')).toMatchObject({ boughtWh: 1000 * trades, creditsUsat: 0n });
    expect(of('ben')?.debitsUsat).toBe(301_000_000n * BigInt(trades));
    if (batches > 0) expect(of('mini-grid')?.creditsUsat).toBe(1_000_000n * BigInt(trades));
    const [row] = await runOn(settings, 'SELECT COUNT(*) AS postings FROM postings');
    expect(row).toEqual({ postings: 3 * trades });
    expect(await sql.ledger.recordedBatches(riverside, at1000, 0)).toHaveLength(batches);
  };

  test.each(faults)('%s: the batch is recorded, once', async (fault) => {
    await record(sql, 1);
    proxy.arm(fault);
    const before = proxy.happened();
    expect(await record(sql, 2)).toEqual({ recordedBatches: 2 });
    expect(proxy.happened()).toBe(before + 1);
    await expectRecorded(2);
  });

  test('several faults in a row, new connections included', async () => {
    await record(sql, 1);
    proxy.arm('cutAnswer', 'cutBefore', 'cutWithin', 'cutAfter');
    const before = proxy.happened();
    expect(await record(sql, 2)).toEqual({ recordedBatches: 2 });
    expect(proxy.happened()).toBe(before + 4);
    await expectRecorded(2);
  });

  test('a line that stays cut: it fails as what passes, and a later delivery records it once', async () => {
    await record(sql, 1);
    proxy.arm('cutAnswer', ...Array(limits.retry.attemptsMax - 1).fill('cutBefore'));
    await expect(record(sql, 2)).rejects.toThrow();
    expect(await record(sql, 2)).toEqual({ recordedBatches: 2 });
    await expectRecorded(2);
  });

  test('two workers with the same batches in other orders, while connections are lost', async () => {
    const other = openSql(
      { ...settings, server: '127.0.0.1', port: proxy.port },
      systemClock(),
      limits,
    );
    const batches = [1, 2, 3, 4, 5, 6];
    const work = async (worker: Sql, order: readonly number[], fault: 'cutAfter' | 'cutAnswer') => {
      for (const batch of order) {
        proxy.arm(fault);
        await record(worker, batch);
      }
    };
    try {
      await Promise.all([
        work(sql, batches, 'cutAnswer'),
        work(other, batches.toReversed(), 'cutAfter'),
      ]);
    } finally {
      await other.close();
    }
    await expectRecorded(batches.length);
  });

  test.each([
    ['fails with its number where there is no second attempt', 1],
    ['is recorded in a second attempt', 8],
  ])('the victim of a deadlock %s', async (_what, attemptsMax) => {
    const worker = openSql(settings, systemClock(), {
      ...limits,
      retry: { ...limits.retry, attemptsMax },
    });
    await record(worker, 1);
    const rival = await openRival(settings);
    try {
      await rival.run(`UPDATE prosumers SET status = 'active' WHERE prosumerId = 'ben'`);
      // It moves the mini grid's sums first, and then waits for ben's row.
      const recording = record(worker, 2);
      const expected =
        attemptsMax === 1
          ? expect(recording).rejects.toMatchObject({ number: 1205 })
          : expect(recording).resolves.toEqual({ recordedBatches: 2 });
      await pause(untilBlockedMs);
      await rival.run(`UPDATE reservedAccounts SET soldWh = soldWh WHERE accountId = 'mini-grid'`);
      await rival.commit();
      await expected;
    } finally {
      await rival.close();
      await worker.close();
    }
    await expectRecorded(attemptsMax === 1 ? 1 : 2);
  });

  test('a session that the server kills while it waits for its turn', async () => {
    await record(sql, 1);
    const rival = await openRival(settings);
    try {
      await rival.run(`DECLARE @granted INT; EXEC @granted = sp_getapplock
        @Resource = 'ledger:riverside', @LockMode = 'Exclusive', @LockOwner = 'Transaction'`);
      const recording = record(sql, 2);
      await pause(untilBlockedMs);
      expect(await rival.killOthers()).toBe(1);
      await rival.commit();
      expect(await recording).toEqual({ recordedBatches: 2 });
    } finally {
      await rival.close();
    }
    await expectRecorded(2);
  });

  test.each(faults)('%s: a prosumer is created, and says so', async (fault) => {
    proxy.arm(fault);
    const zoe = prosumerOf('zoe');
    expect(await sql.prosumers.create(zoe, entryOf())).toMatchObject({
      created: true,
      stored: { version: 1 },
    });
    expect(await sql.prosumers.create(zoe, entryOf())).toMatchObject({ created: false });
  });

  test.each(faults)('%s: a prosumer is replaced, and says so', async (fault) => {
    proxy.arm(fault);
    const moved = prosumerOf('anna', { address: 'Bergstrasse 1' });
    expect(await sql.prosumers.replace(moved, 1, entryOf())).toMatchObject({
      prosumer: moved,
      version: 2,
    });
    expect(await sql.prosumers.replace(moved, 1, entryOf())).toBeUndefined();
    expect(await sql.prosumers.get(prosumerId('anna'))).toMatchObject({ version: 2 });
  });

  test('a fault that hides the replacement of another does not claim it', async () => {
    const theirs = prosumerOf('anna', { name: 'Theirs' });
    const direct = openSql(settings, systemClock(), limits);
    await direct.prosumers.replace(theirs, 1, entryOf());
    await direct.close();
    proxy.arm('cutAnswer');
    expect(
      await sql.prosumers.replace(prosumerOf('anna', { name: 'Ours' }), 1, entryOf()),
    ).toBeUndefined();
  });
});

/** Long enough to arrive at a lock, and shorter than servers wait before they look for deadlocks. */
const untilBlockedMs = 600;

/** Another transaction over a connection of its own, and a second one to ask about the others. */
async function openRival(settings: SqlSettings) {
  const pool = await new mssql.ConnectionPool(poolConfig(settings, connectionLimits)).connect();
  const transaction = pool.transaction();
  await transaction.begin(mssql.ISOLATION_LEVEL.READ_COMMITTED);
  const run = (statement: string) => transaction.request().batch(statement);
  await run('SET DEADLOCK_PRIORITY HIGH');
  const { recordset } = await run('SELECT @@SPID AS session');
  const own: unknown = recordset[0]?.session;
  return {
    run,
    commit: () => transaction.commit(),
    close: () => pool.close(),
    /** Ends every other session of the app in this database, and answers how many there were. */
    async killOthers() {
      const others = await pool.request().query<{ session: number }>(
        `SELECT session_id AS session FROM sys.dm_exec_sessions
         WHERE database_id = DB_ID() AND program_name = 'mini-smart-grid'
           AND session_id NOT IN (@@SPID, ${Number(own)})`,
      );
      for (const { session } of others.recordset) await pool.request().batch(`KILL ${session}`);
      return others.recordset.length;
    },
  };
}
