import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Migration,
  migrationOf,
  readMigrations,
  sqlMigrationsFolder,
} from '../../infra/migrationFiles.ts';
import { runMigrations } from '../../infra/runMigrations.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { linesOf } from '../../shared/domain/accountLine.ts';
import { miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { type Posting, postingsOf } from '../../shared/domain/ledger.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { emptyDatabase, runOn, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { tradeOf } from '../contract/samples.ts';

const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('migrations (where SQL_SERVER is set)', () => {
  let settings: SqlSettings;
  let own: readonly Migration[];

  beforeAll(async () => {
    own = await readMigrations(sqlMigrationsFolder);
  });
  beforeEach(async () => {
    const beside = await emptyDatabase();
    settings = { ...beside, database: `${beside.database}Fresh` };
    const master = { ...settings, database: 'master' };
    await runOn(
      master,
      `IF DB_ID('${settings.database}') IS NOT NULL DROP DATABASE ${settings.database}`,
      `CREATE DATABASE ${settings.database}`,
    );
  });

  const applied = () => runOn(settings, 'SELECT version, name FROM schemaMigrations ORDER BY 1');

  test('run once each, in their order, and then no more', async () => {
    expect(await runMigrations(settings, own)).toEqual(own.map(({ name }) => name));
    expect(await runMigrations(settings, own)).toEqual([]);
    expect(await applied()).toEqual(own.map(({ version, name }) => ({ version, name })));
  });

  test('of two migrators at once, each migration is run by one', async () => {
    const ran = await Promise.all([runMigrations(settings, own), runMigrations(settings, own)]);
    expect(ran.flat().sort()).toEqual(own.map(({ name }) => name));
    expect(await applied()).toHaveLength(own.length);
  });

  test('only what is new is run', async () => {
    await runMigrations(settings, own.slice(0, 1));
    const next = migrationOf(2, '0002-more.sql', 'CREATE TABLE more (id INT NOT NULL);');
    expect(await runMigrations(settings, [...own.slice(0, 1), next])).toEqual(['0002-more.sql']);
    expect(await runOn(settings, 'SELECT id FROM more')).toEqual([]);
  });

  test('trades that were recorded before there were lines have theirs', async () => {
    const fee = { gridFeeMsatPerKwh: msatPerKwh(1_001) };
    const energyWh = wattHours(1_003);
    const trades = [
      tradeOf(1, fee),
      tradeOf(2, { ...fee, energyWh }),
      tradeOf(3, { priceMsatPerKwh: msatPerKwh(300_001), energyWh }),
      tradeOf(4, { kind: 'export', buyerId: powerPlant }),
      tradeOf(5, { kind: 'grid', sellerId: powerPlant, ...fee }),
      tradeOf(6, { sellerId: miniGrid, priceMsatPerKwh: msatPerKwh(0) }),
    ];
    await runMigrations(settings, own.slice(0, 3));
    await runOn(settings, ...trades.flatMap((trade) => postingsOf(trade).map(insertPosting)));
    await runMigrations(settings, own);
    const columns = 'accountId, kind, counterparty, priceMsatPerKwh, energyWh';
    const rows = await runOn(settings, `SELECT period, billedWh, ${columns} FROM accountLines`);
    const expected = linesOf(trades).map(({ priceMsatPerKwh, energyWh, ...line }) => {
      const integers = { priceMsatPerKwh: `${priceMsatPerKwh}`, energyWh: `${energyWh}` };
      return { ...line, ...integers, period: '2026-11', billedWh: '0' };
    });
    expect(new Set(rows)).toEqual(new Set(expected));
    expect(rows).toHaveLength(expected.length);
    expect(await runOn(settings, 'SELECT period, changes FROM ledgerPeriods')).toEqual([
      { period: '2026-11', changes: '1' },
    ]);
  });

  test('one that has changed since it was run is refused, and what follows is not run', async () => {
    const before = migrationOf(1, '0001-a.sql', 'CREATE TABLE a (id INT NOT NULL);');
    const after = migrationOf(1, '0001-a.sql', 'CREATE TABLE a (id BIGINT NOT NULL);');
    const next = migrationOf(2, '0002-b.sql', 'CREATE TABLE b (id INT NOT NULL);');
    await runMigrations(settings, [before]);
    await expect(runMigrations(settings, [after, next])).rejects.toThrow('0001-a.sql has changed');
    expect(await applied()).toHaveLength(1);
  });

  test('one that fails leaves nothing behind, and runs when it is put right', async () => {
    const text = 'CREATE TABLE a (id INT NOT NULL);\nGO\nINSERT INTO nowhere (id) VALUES (1);';
    const failing = migrationOf(1, '0001-a.sql', text);
    await expect(runMigrations(settings, [failing])).rejects.toThrow('nowhere');
    const right = migrationOf(1, '0001-a.sql', 'CREATE TABLE a (id INT NOT NULL);');
    expect(await runMigrations(settings, [right])).toEqual(['0001-a.sql']);
  });
});

function insertPosting({ sequence, accountId, side, ...amounts }: Posting): string {
  const { soldWh, boughtWh, creditUsat, debitUsat } = amounts;
  return `INSERT INTO postings (gridId, timeframe, revision, sequence, accountId, side, soldWh,
    boughtWh, creditUsat, debitUsat) VALUES ('riverside', '2026-11-22T10:00:00Z', 0, ${sequence},
    '${accountId}', '${side}', ${soldWh}, ${boughtWh}, ${creditUsat}, ${debitUsat})`;
}
