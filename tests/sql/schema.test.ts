import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { billedLinesOf } from '../../shared/domain/averagedLine.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { msatPerKwh } from '../../shared/domain/units.ts';
import { entryOf } from '../contract/auditSamples.ts';
import {
  address,
  bill,
  coinOf,
  invoiceId,
  paidAt,
  paymentOf,
  payoutOf,
  payTo,
  runOfUnbilled,
  versionOf,
  wallet,
} from '../contract/billingSamples.ts';
import {
  aheadId,
  aheadOf,
  cancelOf,
  changeOf,
  noLimits,
  onlyFor,
  orderOf,
} from '../contract/orderSamples.ts';
import { emptyDatabase, runOn, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import {
  at1015,
  at1045,
  batchKeyOf,
  billedIn,
  december,
  november,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from '../contract/samples.ts';

const describeSql = sqlServer === undefined ? describe.skip : describe;

/** A row as columns of SQL, with what a test is about put over it. */
function insertInto(table: string, row: Readonly<Record<string, string>>, change: object): string {
  const columns = Object.entries({ ...row, ...change });
  const names = columns.map(([name]) => name);
  return `INSERT INTO ${table} (${names}) VALUES (${columns.map(([, value]) => value)})`;
}

const aheadColumns = `gridId, prosumerId, timeframe, side, energyWh, priceMsatPerKwh,
  gridFeeMsatPerKwh, limitPriceMsatPerKwh, status, sequence + 10, acceptedAt`;
const versionColumns = `gridId, prosumerId, timeframe, side, energyWh, limitPriceMsatPerKwh,
  validFrom, validUntil, placedAt, changedAt, status`;
const posting = {
  gridId: "'riverside'",
  timeframe: "'2026-11-22T10:00:00Z'",
  accountId: "'anna'",
  revision: '0',
  sequence: '1',
  side: "'sell'",
  soldWh: '1000',
  boughtWh: '0',
  creditUsat: '9223372036854775807',
  debitUsat: '0',
};
const prosumer = {
  prosumerId: "'anna'",
  gridId: "'riverside'",
  name: "N'Family Gruber'",
  address: "N'Uferweg 3'",
  type: "'household'",
  activeFrom: "'2026-11-22T00:00:00Z'",
  status: "'active'",
  createdAt: "'2026-11-21T09:30:00Z'",
};

/** Does what the app does from lines to a payout, of a trade between two prosumers of its own. */
async function billAndPay({ prosumers, ledger, ...sql }: Sql, period = november): Promise<void> {
  const { billing, invoices, wallets, payouts } = sql;
  for (const id of ['kim', 'lou']) await prosumers.create(prosumerOf(id), entryOf());
  const [kim, lou] = [prosumerId('kim'), prosumerId('lou')];
  const trade = tradeOf(501, { sellerId: kim, buyerId: lou });
  await ledger.record(batchKeyOf(trade), postingsOf(trade), billedIn([trade], period));
  const varying = billedLinesOf([trade], true);
  await ledger.record({ ...batchKeyOf(trade), batch: 3 }, [], { period, ...varying });
  const last = await billing.lastRun(riverside);
  const { mark, ...unbilled } = await billing.unbilled(riverside, period);
  const about = { period, ...(last && { previousPeriod: last.period }) };
  const final = runOfUnbilled({ mark, ...unbilled }, about);
  expect(await billing.finalize(final, mark, entryOf())).toBe('finalized');
  await billing.markDocumented(riverside, period, '*');
  const indexes = await wallets.allocate(wallet, 0, ['lou']);
  await wallets.setCursor(wallet, 'here');
  const id = invoiceId('lou', period);
  await invoices.address(
    [{ invoiceId: id, payTo: payTo(indexes.get('lou') ?? 0), entry: entryOf() }],
    paidAt,
  );
  const payment = paymentOf(id, { state: 'credited' });
  expect(await invoices.savePayments([{ payment, version: 0, events: [] }])).toBe(1);
  expect(
    await invoices.void(id, (await invoices.get(id))?.etag ?? '', paidAt, entryOf()),
  ).toBeDefined();
  const payout = payoutOf(1, [versionOf([['kim', period]], [coinOf('a1')])]);
  expect(await payouts.create(payout, entryOf())).toBe(true);
  expect(await payouts.replace(payout, 'v1', entryOf())).toBeDefined();
  const of = { prosumerId: kim, gridId: riverside };
  await payouts.putChallenge({ ...of, address: address(1), nonce: 'n', expiresAt: paidAt });
  const to = { address: address(1), kind: 'p2wpkh', script: '0014' } as const;
  const signed = { message: 'm', signature: 's', boundAt: paidAt, usableFrom: paidAt };
  expect(await payouts.bindAddress({ ...of, to, ...signed }, 'n', entryOf())).toBe(true);
}

/** Trades ahead and orders in every state, with the books sealed through 10:15. */
async function agreeAndOrder({ orders }: Pick<Sql, 'orders'>): Promise<void> {
  await orders.acceptAhead(aheadOf('sealed', { timeframe: at1015 }), noLimits, entryOf());
  for (const id of ['a', 'b', 'c']) await orders.acceptAhead(aheadOf(id), noLimits, entryOf());
  expect(await orders.cancelAhead(aheadId('b'), entryOf())).toBe('cancelled');
  await orders.place(orderOf('s', { validFrom: at1015 }), 9, entryOf());
  await orders.place(orderOf('t'), 9, entryOf());
  await orders.place(orderOf('o', onlyFor(at1045)), 9, entryOf());
  await orders.seal(riverside, at1015);
  await orders.changeOrder(changeOf('s', { validFrom: at1045 }), entryOf());
  await orders.changeOrder(cancelOf('t'), entryOf());
}

describeSql('the schema of Prosumer Info (where SQL_SERVER is set)', () => {
  let settings: SqlSettings;

  beforeEach(async () => {
    settings = await emptyDatabase();
  });

  test.each(['postings', 'recordedBatches'])(
    'what is in %s is neither changed nor deleted',
    async (table) => {
      const batch = `INSERT INTO recordedBatches (gridId, timeframe, revision, batch)
        VALUES ('riverside', '2026-11-22T10:00:00Z', 0, 1)`;
      await runOn(settings, insertInto('postings', posting, {}), batch);
      const update = `UPDATE ${table} SET revision = 5`;
      await expect(runOn(settings, update)).rejects.toMatchObject({ number: 50_003 });
      const deletion = `DELETE FROM ${table}`;
      await expect(runOn(settings, deletion)).rejects.toMatchObject({ number: 50_003 });
      expect(await runOn(settings, `SELECT revision FROM ${table}`)).toEqual([{ revision: 0 }]);
    },
  );

  test('what is billed or given away for good is neither changed nor deleted', async () => {
    const sql = openSql(settings, systemClock());
    try {
      await billAndPay(sql);
    } finally {
      await sql.close();
    }
    for (const table of [
      ...['billingRuns', 'billingAccounts', 'billingLines'],
      ...['invoiceEvents', 'walletIndexes', 'payoutCoins', 'auditEntries'],
    ]) {
      const [before] = await runOn(settings, `SELECT COUNT(*) AS found FROM ${table}`);
      expect(before?.['found']).toBeGreaterThan(0);
      const [column] = await runOn(settings, `SELECT TOP (1) * FROM ${table}`);
      const [name] = Object.keys(column ?? {});
      for (const change of [`UPDATE ${table} SET ${name} = ${name}`, `DELETE FROM ${table}`]) {
        await expect(runOn(settings, change)).rejects.toMatchObject({ number: 50_003 });
      }
      expect(await runOn(settings, `SELECT COUNT(*) AS found FROM ${table}`)).toEqual([before]);
    }
  });

  test('what is personal of an entry can be deleted, and not be changed', async () => {
    const sql = openSql(settings, systemClock());
    try {
      const personal = { prosumerId: prosumerId('anna'), after: { name: 'Anna' } };
      await sql.prosumers.create(prosumerOf('anna'), entryOf({ personal }));
    } finally {
      await sql.close();
    }
    const change = "UPDATE auditPersonal SET content = '{}'";
    await expect(runOn(settings, change)).rejects.toMatchObject({ number: 50_003 });
    await runOn(settings, 'DELETE FROM auditPersonal');
    expect(await runOn(settings, 'SELECT entryId FROM auditPersonal')).toEqual([]);
    expect(await runOn(settings, 'SELECT action FROM auditEntries')).toHaveLength(1);
  });

  test.each([
    ['accountLines', 'billedWh = energyWh + 1'],
    ['accountLines', 'energyWh = 9007199254740992'],
    ['averagedLines', 'billedWh = energyWh + 1'],
    ['averagedLines', 'energyWh = 9007199254740992'],
    ['averagedLines', 'billedUsat = amountUsat + 1'],
    ['averagedLines', "kind = 'fee_paid'"],
    ['averagedLines', "counterparty = 'power-plant'"],
    ['ledgerPeriods', 'billedChanges = changes + 1'],
    ['invoices', 'accountedSat = accountedSat + 1'],
    ['invoices', 'buriedSat = creditedSat + 1'],
    ['invoices', "address = 'bcrt1q'"],
    ['invoices', "invoiceId = 'riverside.2026-12.ben'"],
    ['payments', "state = 'paid'"],
    ['payees', 'amountSat = 0'],
    ['payouts', "status = 'lost'"],
  ])('%s in which %s are refused', async (table, change) => {
    const sql = openSql(settings, systemClock());
    try {
      await bill(sql.billing, { anna: 5n, ben: -5n });
      if (table !== 'invoices') await billAndPay(sql, december);
    } finally {
      await sql.close();
    }
    const update = `UPDATE ${table} SET ${change}`;
    await expect(runOn(settings, update)).rejects.toMatchObject({ number: 547 });
  });

  test.each(["name = 'Anna'", "address = 'Lane 1'", "status = 'active'"])(
    'a prosumer that is erased has no %s',
    async (change) => {
      const erased =
        "status = 'inactive', name = '', address = '', erasedAt = '2027-03-01T00:00:00Z'";
      await runOn(settings, insertInto('prosumers', prosumer, {}));
      await runOn(settings, `UPDATE prosumers SET ${erased}`);
      const update = runOn(settings, `UPDATE prosumers SET ${change}`);
      await expect(update).rejects.toMatchObject({ number: 547 });
    },
  );

  test('what was agreed on or ordered is kept, and its sealed books stay as they are', async () => {
    const sql = openSql(settings, systemClock());
    try {
      await agreeAndOrder(sql);
    } finally {
      await sql.close();
    }
    const all = () =>
      Promise.all(
        ['orderBooks', 'tradesAhead', 'orders', 'orderVersions'].map((table) =>
          runOn(settings, `SELECT * FROM ${table}`),
        ),
      );
    const before = await all();
    for (const statement of [
      "UPDATE orderBooks SET sealedThrough = '2026-11-22T10:00:00Z'",
      'UPDATE orderBooks SET sequence = sequence - 1',
      'DELETE FROM orderBooks',
      `INSERT INTO tradesAhead SELECT 'late', ${aheadColumns} FROM tradesAhead
       WHERE timeframe = '${at1015}'`,
      `UPDATE tradesAhead SET status = 'cancelled' WHERE timeframe = '${at1015}'`,
      "UPDATE tradesAhead SET status = 'pending'",
      "UPDATE tradesAhead SET status = 'cancelled', energyWh = 1 WHERE sequence = 2",
      "UPDATE tradesAhead SET status = 'cancelled', limitPriceMsatPerKwh = 1 WHERE sequence = 2",
      'DELETE FROM tradesAhead',
      'DELETE FROM orders',
      `INSERT INTO orderVersions SELECT 'late', 1, ${versionColumns} FROM orderVersions
       WHERE version = 1 AND orderId = 's'`,
      "UPDATE orderVersions SET side = 'buy'",
      "UPDATE orderVersions SET validUntil = '2026-11-22T11:30:00Z' WHERE orderId = 'o'",
      `UPDATE orderVersions SET validUntil = '${at1015}' WHERE orderId = 's' AND version = 1`,
      `UPDATE orderVersions SET validUntil = '2026-11-22T10:30:00Z'
       WHERE orderId = 's' AND version = 1`,
      'DELETE FROM orderVersions',
    ]) {
      await expect(runOn(settings, statement)).rejects.toMatchObject({ number: 50_003 });
    }
    expect(await all()).toEqual(before);
  });

  test.each([
    { side: "'loan'" },
    { side: "'SELL'" },
    { soldWh: '-1' },
    { soldWh: '9007199254740992' },
    { boughtWh: '1' },
    { creditUsat: '-1' },
    { debitUsat: '1' },
    { side: "'buy'" },
    { side: "'fee'" },
    { revision: '-1' },
    { sequence: '0' },
  ])('a posting with %j is refused', async (change) => {
    const insert = insertInto('postings', posting, change);
    await expect(runOn(settings, insert)).rejects.toMatchObject({ number: 547 });
    expect(await runOn(settings, 'SELECT * FROM postings')).toEqual([]);
  });

  test.each([
    { prosumerId: "'mini-grid'" },
    { prosumerId: "'power-plant'" },
    { prosumerId: "'Anna'" },
    { prosumerId: "'-anna'" },
    { prosumerId: "'an na'" },
    { prosumerId: "'ännä'" },
    { prosumerId: "''" },
    { gridId: "'River'" },
    { type: "'castle'" },
    { status: "'Active'" },
    { version: '0' },
    { connectionLimitW: '0' },
    { connectionLimitW: '100000001' },
    { aheadEnergyWhMax: '-1' },
    { aheadEnergyWhMax: '1000000001' },
    { soldWh: '-1' },
    { boughtWh: '9007199254740992' },
    { creditsUsat: '-1' },
    { debitsUsat: '-1' },
  ])('a prosumer with %j is refused', async (change) => {
    const insert = insertInto('prosumers', prosumer, change);
    await expect(runOn(settings, insert)).rejects.toMatchObject({ number: 547 });
  });

  test('a reserved account is one of the two', async () => {
    const insert = (id: string) => `INSERT INTO reservedAccounts (gridId, accountId)
      VALUES ('riverside', '${id}')`;
    await runOn(settings, insert('mini-grid'), insert('power-plant'));
    await expect(runOn(settings, insert('anna'))).rejects.toMatchObject({ number: 547 });
  });

  test('ids are compared byte by byte', async () => {
    await runOn(settings, insertInto('prosumers', prosumer, {}));
    const found = (id: string) =>
      runOn(settings, `SELECT prosumerId FROM prosumers WHERE prosumerId = '${id}'`);
    expect(await found('anna')).toHaveLength(1);
    expect(await found('Anna')).toEqual([]);
    await expect(runOn(settings, insertInto('prosumers', prosumer, {}))).rejects.toMatchObject({
      number: 2627,
    });
  });

  test('a member of the role of the app can do its work, and neither delete nor rebuild', async () => {
    const user = `app${settings.database}`;
    const password = 'Only-4-tests';
    const master = { ...settings, database: 'master' };
    const asApp: SqlSettings = { ...settings, access: { kind: 'password', user, password } };
    const sql = openSql(asApp, systemClock());
    const { prosumers, ledger, health, close } = sql;
    // An app may be there before its user is; it need not be started again.
    await expect(prosumers.get(prosumerId('anna'))).rejects.toMatchObject({ code: 'ELOGIN' });
    await runOn(master, `CREATE LOGIN ${user} WITH PASSWORD = '${password}'`);
    await runOn(
      settings,
      `CREATE USER ${user} FOR LOGIN ${user}`,
      `ALTER ROLE miniSmartGridApp ADD MEMBER ${user}`,
    );
    try {
      for (const id of ['anna', 'ben']) await prosumers.create(prosumerOf(id), entryOf());
      await prosumers.replace(prosumerOf('anna', { name: 'Anna' }), 1, entryOf());
      await prosumers.markRostered(prosumerId('anna'), 2);
      const trade = tradeOf(1, { gridFeeMsatPerKwh: msatPerKwh(1_000) });
      await ledger.record(batchKeyOf(trade), postingsOf(trade), billedIn([trade]));
      expect((await ledger.listPostings(prosumerId('anna'), {}, { limit: 9 })).items).toHaveLength(
        1,
      );
      await billAndPay(sql);
      await agreeAndOrder(sql);
      await prosumers.create(prosumerOf('gone', { status: 'inactive' }), entryOf());
      expect(await prosumers.erase(prosumerId('gone'), 1, entryOf())).toBeDefined();
      await health.check();
      for (const statement of [
        'DELETE FROM postings',
        'UPDATE postings SET soldWh = 0',
        'TRUNCATE TABLE postings',
        'DELETE FROM prosumers',
        'DELETE FROM invoices',
        'UPDATE billingRuns SET payoutsSat = 0',
        'UPDATE walletIndexes SET keyIndex = 0',
        'DELETE FROM payoutCoins',
        'DELETE FROM auditEntries',
        "UPDATE auditPersonal SET content = '{}'",
        'DELETE FROM tradesAhead',
        'TRUNCATE TABLE orderVersions',
        'TRUNCATE TABLE billingAccounts',
        'DROP TABLE postings',
        'DELETE FROM schemaMigrations',
      ]) {
        await expect(runOn(asApp, statement)).rejects.toThrow(/permission|owner/i);
      }
    } finally {
      await close();
      await runOn(settings, `DROP USER ${user}`);
      await runOn(master, `DROP LOGIN ${user}`);
    }
    expect(await runOn(settings, 'SELECT soldWh FROM postings')).toHaveLength(5);
  });
});
