import { describe, expect, test } from '@jest/globals';
import mssql from 'mssql';
import { openSql } from '../../shared/adapters/azure/sql/openSql.ts';
import { SqlDatabase } from '../../shared/adapters/azure/sql/sqlDatabase.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { linesOf } from '../../shared/domain/accountLine.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { entryOf } from '../contract/auditSamples.ts';
import { runOfUnbilled } from '../contract/billingSamples.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import {
  batchKeyOf,
  billedIn,
  november,
  nthId,
  prosumerId,
  riverside,
  tradeOf,
} from '../contract/samples.ts';

const describeSql = sqlServer === undefined ? describe.skip : describe;
const tradeCount = 10_000;
const accountCount = 10_000;

describeSql('many trades (where SQL_SERVER is set)', () => {
  test('10 000 trades between 10 000 prosumers are recorded in one call', async () => {
    const settings = await emptyDatabase();
    const { ledger, close } = openSql(settings, systemClock());
    const db = new SqlDatabase(settings);
    const ids = Array.from({ length: tradeCount }, (_, n) => nthId(n));
    await db.query(manyProsumers, {
      ids: { type: mssql.NVarChar(mssql.MAX), value: JSON.stringify(ids) },
    });
    const id = (n: number) => prosumerId(nthId(n % tradeCount));
    const trades = Array.from({ length: tradeCount }, (_, n) =>
      tradeOf(n + 1, { sellerId: id(n), buyerId: id(7 * n + 1) }),
    ).filter(({ sellerId, buyerId }) => sellerId !== buyerId);
    const [first] = trades;
    if (first === undefined) throw new Error('there are trades');
    const startMs = performance.now();
    const postings = trades.flatMap(postingsOf);
    const lines = billedIn(trades);
    expect(await ledger.record(batchKeyOf(first), postings, lines)).toEqual({ recordedBatches: 1 });
    console.log(`${trades.length} trades in ${Math.round(performance.now() - startMs)} ms, cold`);
    const [sums] = (await db.query(totals)).rows;
    const expected = String(BigInt(trades.length) * first.amountUsat);
    expect(sums).toEqual({ credits: expected, debits: expected, postings: 2 * trades.length });
    expect(await ledger.record(batchKeyOf(first), postings, lines)).toEqual({ recordedBatches: 1 });
    expect((await db.query(totals)).rows).toEqual([sums]);
    await Promise.all([close(), db.close()]);
  });

  test('10 000 accounts with their lines are billed in one call', async () => {
    const { ledger, billing, invoices, payouts, close } = openSql(
      await emptyDatabase(),
      systemClock(),
    );
    const id = (n: number) => prosumerId(nthId(n % accountCount));
    const trades = Array.from({ length: accountCount }, (_, n) =>
      tradeOf(n + 1, {
        sellerId: id(n),
        buyerId: id(7 * n + 1),
        energyWh: wattHours(1_000 + (n % 7)),
        gridFeeMsatPerKwh: msatPerKwh(1_001),
      }),
    );
    const [first] = trades;
    if (first === undefined) throw new Error('there are trades');
    // Lines without postings: nothing else of the ledger is billed.
    await ledger.record(batchKeyOf(first), [], billedIn(trades));
    const unbilled = await billing.unbilled(riverside, november);
    expect(unbilled.lines).toHaveLength(linesOf(trades).length);
    const final = runOfUnbilled(unbilled);
    const startMs = performance.now();
    expect(await billing.finalize(final, unbilled.mark, entryOf())).toBe('finalized');
    console.log(`${accountCount} accounts in ${Math.round(performance.now() - startMs)} ms, cold`);
    expect(final.run.accountCount).toBe(accountCount + 1);
    expect((await billing.unbilled(riverside, november)).lines).toEqual([]);
    const listed = await payouts.listWaiting(riverside, accountCount);
    expect(listed).toEqual(final.payees);
    const { items } = await invoices.list({ gridId: riverside }, { limit: accountCount });
    expect(items.map(({ value }) => value)).toEqual(final.invoices);
    await close();
  });
});

const manyProsumers = `INSERT INTO prosumers
  (prosumerId, gridId, name, address, type, activeFrom, status, createdAt)
SELECT id, '${riverside}', N'Family', N'Uferweg', 'household', '2026-11-22T00:00:00Z', 'active',
  '2026-11-21T09:30:00Z' FROM OPENJSON(@ids) WITH (id VARCHAR(63) '$')`;

const totals = `SELECT SUM(creditsUsat) AS credits, SUM(debitsUsat) AS debits,
  (SELECT COUNT(*) FROM postings) AS postings FROM prosumers`;
