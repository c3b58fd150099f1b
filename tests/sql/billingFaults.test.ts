import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openSql, type Sql } from '../../shared/adapters/azure/sql/openSql.ts';
import { connectionLimits } from '../../shared/adapters/azure/sql/poolConfig.ts';
import type { SqlLimits } from '../../shared/adapters/azure/sql/sqlDatabase.ts';
import type { SqlSettings } from '../../shared/config/sqlSettings.ts';
import { miniGrid } from '../../shared/domain/ids.ts';
import {
  accountOf,
  address,
  bill,
  coinOf,
  finalRunOf,
  invoiceId,
  paidAt,
  paymentOf,
  payoutOf,
  payTo,
  versionOf,
  wallet,
} from '../contract/billingSamples.ts';
import { emptyDatabase, sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { instant, november, prosumerId, riverside } from '../contract/samples.ts';
import { type Fault, type FaultyProxy, faults, openFaultyProxy } from './faultyProxy.ts';

/** Those that do not wait for the client to give up, and so can be met often. */
const cuts = faults.filter((fault) => fault.startsWith('cut'));
const limits: SqlLimits = {
  connection: { ...connectionLimits, connectMs: 10_000, requestMs: 5_000, cancelMs: 300 },
  retry: { attemptsMax: 8, budgetMs: 60_000, pauseMsMin: 10, pauseMsMax: 200 },
};
const anna = prosumerId('anna');
const ofBen = invoiceId('ben');
const later = instant('2026-12-04T10:00:00Z');
const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('billing over a line with faults (where SQL_SERVER is set)', () => {
  let settings: SqlSettings;
  let proxy: FaultyProxy;
  let sql: Sql;
  let direct: Sql;

  beforeAll(async () => {
    settings = await emptyDatabase();
    proxy = await openFaultyProxy(settings.port);
  });
  afterAll(() => proxy.close());
  beforeEach(async () => {
    await emptyDatabase();
    sql = openSql({ ...settings, server: '127.0.0.1', port: proxy.port }, limits);
    direct = openSql(settings, limits);
    await sql.health.check();
  });
  afterEach(async () => {
    await Promise.all([sql.close(), direct.close()]);
    // Each fault met a request.
    expect(proxy.happened()).toBe(armed);
  });

  let armed = 0;
  const arm = (fault: Fault) => {
    armed += 1;
    proxy.arm(fault);
  };
  const final = finalRunOf([accountOf(anna, 9n), accountOf(prosumerId('ben'), -9n)]);
  const mark = async () => (await direct.billing.unbilled(riverside, november)).mark;

  test.each(cuts)('%s: a run becomes final, once, and says so', async (fault) => {
    const read = await mark();
    arm(fault);
    expect(await sql.billing.finalize(final, read)).toBe('finalized');
    expect(await sql.billing.finalize(final, read)).toBe('exists');
    expect(await sql.invoices.events(ofBen, 9)).toEqual(final.issued);
    expect(await sql.payouts.listWaiting(riverside, 9)).toEqual(final.payees);
  });

  test('a fault that hides the run of another does not claim it', async () => {
    const others = finalRunOf([accountOf(anna, 8n), accountOf(miniGrid, -8n)]);
    const read = await mark();
    await direct.billing.finalize(others, read);
    arm('cutAnswer');
    expect(await sql.billing.finalize(final, read)).toBe('exists');
    expect(await sql.billing.getRun(riverside, november)).toEqual(others.run);
  });

  test.each(cuts)('%s: indexes are given away once', async (fault) => {
    arm(fault);
    const purposes = ['a', 'b'];
    const given = await sql.wallets.allocate(wallet, 0, purposes);
    expect([...given]).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(await direct.wallets.allocatedCount(wallet, 0)).toBe(2);
  });

  test.each(cuts)(
    '%s: an invoice is addressed, paid and voided once, and says so',
    async (fault) => {
      await bill(direct.billing, { ben: -9n });
      arm(fault);
      await sql.invoices.address([{ invoiceId: ofBen, payTo: payTo(0) }], paidAt);
      const event = { invoiceId: ofBen, at: paidAt, kind: 'credited' } as const;
      const payment = paymentOf(ofBen, { state: 'credited' });
      arm(fault);
      expect(await sql.invoices.savePayments([{ payment, version: 0, events: [event] }])).toBe(1);
      const buried = { ...payment, state: 'buried' } as const;
      arm(fault);
      expect(await sql.invoices.savePayments([{ payment: buried, version: 1, events: [] }])).toBe(
        1,
      );
      expect(await sql.invoices.savePayments([{ payment: buried, version: 1, events: [] }])).toBe(
        0,
      );
      const etag = (await direct.invoices.get(ofBen))?.etag ?? '';
      arm(fault);
      expect(await sql.invoices.void(ofBen, etag, later)).toEqual(await direct.invoices.get(ofBen));
      expect(await sql.invoices.void(ofBen, etag, later)).toBeUndefined();
      const kinds = (await direct.invoices.events(ofBen, 9)).map(({ kind }) => kind);
      expect(kinds).toEqual(['issued', 'addressed', 'credited', 'voided']);
      expect((await direct.invoices.get(ofBen))?.value.creditedSat).toBe(payment.amountSat);
    },
  );

  test('a fault that hides a payment of another does not claim it', async () => {
    await bill(direct.billing, { ben: -9n });
    await direct.invoices.address([{ invoiceId: ofBen, payTo: payTo(0) }], paidAt);
    const payment = paymentOf(ofBen, { state: 'credited' });
    await direct.invoices.savePayments([{ payment, version: 0, events: [] }]);
    arm('cutAnswer');
    const seen = { payment: paymentOf(ofBen), version: 0, events: [] };
    expect(await sql.invoices.savePayments([seen])).toBe(0);
  });

  test.each(cuts)('%s: a payout is created and replaced once, and says so', async (fault) => {
    await bill(direct.billing, { anna: 9n });
    const version = versionOf([['anna', november]], [coinOf('a1')]);
    const payout = payoutOf(1, [version]);
    arm(fault);
    expect(await sql.payouts.create(payout)).toBe(true);
    expect(await sql.payouts.create(payoutOf(2, [version]))).toBe(false);
    const etag = (await direct.payouts.get(payout.id))?.etag ?? '';
    const signed = payoutOf(1, [version], { status: 'signed' });
    arm(fault);
    const replaced = await sql.payouts.replace(signed, etag);
    expect(replaced).toEqual(await direct.payouts.get(payout.id));
    expect(replaced?.value).toEqual(signed);
    expect(await sql.payouts.replace(payout, etag)).toBeUndefined();
  });

  test.each(cuts)('%s: an address is bound once, and says so', async (fault) => {
    const about = { prosumerId: anna, gridId: riverside };
    const challenge = { ...about, address: address(5), nonce: 'n1', expiresAt: later };
    await direct.payouts.putChallenge(challenge);
    const to = { address: address(5), kind: 'p2wpkh', script: `0014${'ab'.repeat(20)}` } as const;
    const signed = { message: 'm', signature: 's', boundAt: paidAt, usableFrom: later };
    const bound = { ...about, to, ...signed };
    arm(fault);
    expect(await sql.payouts.bindAddress(bound, 'n1')).toBe(true);
    expect(await sql.payouts.bindAddress(bound, 'n1')).toBe(false);
    expect(await direct.payouts.getAddress(anna)).toEqual(bound);
  });
});
