import { describe, expect, test } from '@jest/globals';
import { miniGrid } from '../../shared/domain/ids.ts';
import { entryOf } from '../contract/auditSamples.ts';
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
import { sqlServer } from '../contract/prosumerInfoAdapters.ts';
import { instant, november, prosumerId, riverside } from '../contract/samples.ts';
import { cuts, faultyLine } from './faultyLine.ts';

const anna = prosumerId('anna');
const ofBen = invoiceId('ben');
const later = instant('2026-12-04T10:00:00Z');
const describeSql = sqlServer === undefined ? describe.skip : describe;

describeSql('billing over a line with faults (where SQL_SERVER is set)', () => {
  const line = faultyLine();
  const final = finalRunOf([accountOf(anna, 9n), accountOf(prosumerId('ben'), -9n)]);
  const mark = async () => (await line.direct.billing.unbilled(riverside, november)).mark;

  test.each(cuts)('%s: a run becomes final, once, and says so', async (fault) => {
    const read = await mark();
    line.arm(fault);
    expect(await line.sql.billing.finalize(final, read, entryOf())).toBe('finalized');
    expect(await line.sql.billing.finalize(final, read, entryOf())).toBe('exists');
    expect(await line.sql.invoices.events(ofBen, 9)).toEqual(final.issued);
    expect(await line.sql.payouts.listWaiting(riverside, 9)).toEqual(final.payees);
  });

  test('a fault that hides the run of another does not claim it', async () => {
    const others = finalRunOf([accountOf(anna, 8n), accountOf(miniGrid, -8n)]);
    const read = await mark();
    await line.direct.billing.finalize(others, read, entryOf());
    line.arm('cutAnswer');
    expect(await line.sql.billing.finalize(final, read, entryOf())).toBe('exists');
    expect(await line.sql.billing.getRun(riverside, november)).toEqual(others.run);
  });

  test.each(cuts)('%s: indexes are given away once', async (fault) => {
    line.arm(fault);
    const purposes = ['a', 'b'];
    const given = await line.sql.wallets.allocate(wallet, 0, purposes);
    expect([...given]).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(await line.direct.wallets.allocatedCount(wallet, 0)).toBe(2);
  });

  test.each(cuts)(
    '%s: an invoice is addressed, paid and voided once, and says so',
    async (fault) => {
      await bill(line.direct.billing, { ben: -9n });
      line.arm(fault);
      await line.sql.invoices.address(
        [{ invoiceId: ofBen, payTo: payTo(0), entry: entryOf() }],
        paidAt,
      );
      const event = { invoiceId: ofBen, at: paidAt, kind: 'credited' } as const;
      const payment = paymentOf(ofBen, { state: 'credited' });
      line.arm(fault);
      expect(await line.sql.invoices.savePayments([{ payment, version: 0, events: [event] }])).toBe(
        1,
      );
      const buried = { ...payment, state: 'buried' } as const;
      line.arm(fault);
      expect(
        await line.sql.invoices.savePayments([{ payment: buried, version: 1, events: [] }]),
      ).toBe(1);
      expect(
        await line.sql.invoices.savePayments([{ payment: buried, version: 1, events: [] }]),
      ).toBe(0);
      const etag = (await line.direct.invoices.get(ofBen))?.etag ?? '';
      line.arm(fault);
      expect(await line.sql.invoices.void(ofBen, etag, later, entryOf())).toEqual(
        await line.direct.invoices.get(ofBen),
      );
      expect(await line.sql.invoices.void(ofBen, etag, later, entryOf())).toBeUndefined();
      const kinds = (await line.direct.invoices.events(ofBen, 9)).map(({ kind }) => kind);
      expect(kinds).toEqual(['issued', 'addressed', 'credited', 'voided']);
      expect((await line.direct.invoices.get(ofBen))?.value.creditedSat).toBe(payment.amountSat);
    },
  );

  test('a fault that hides a payment of another does not claim it', async () => {
    await bill(line.direct.billing, { ben: -9n });
    await line.direct.invoices.address(
      [{ invoiceId: ofBen, payTo: payTo(0), entry: entryOf() }],
      paidAt,
    );
    const payment = paymentOf(ofBen, { state: 'credited' });
    await line.direct.invoices.savePayments([{ payment, version: 0, events: [] }]);
    line.arm('cutAnswer');
    const seen = { payment: paymentOf(ofBen), version: 0, events: [] };
    expect(await line.sql.invoices.savePayments([seen])).toBe(0);
  });

  test.each(cuts)('%s: a payout is created and replaced once, and says so', async (fault) => {
    await bill(line.direct.billing, { anna: 9n });
    const version = versionOf([['anna', november]], [coinOf('a1')]);
    const payout = payoutOf(1, [version]);
    line.arm(fault);
    expect(await line.sql.payouts.create(payout, entryOf())).toBe(true);
    expect(await line.sql.payouts.create(payoutOf(2, [version]), entryOf())).toBe(false);
    const etag = (await line.direct.payouts.get(payout.id))?.etag ?? '';
    const signed = payoutOf(1, [version], { status: 'signed' });
    line.arm(fault);
    const replaced = await line.sql.payouts.replace(signed, etag, entryOf());
    expect(replaced).toEqual(await line.direct.payouts.get(payout.id));
    expect(replaced?.value).toEqual(signed);
    expect(await line.sql.payouts.replace(payout, etag, entryOf())).toBeUndefined();
  });

  test.each(cuts)('%s: an address is bound once, and says so', async (fault) => {
    const about = { prosumerId: anna, gridId: riverside };
    const challenge = { ...about, address: address(5), nonce: 'n1', expiresAt: later };
    await line.direct.payouts.putChallenge(challenge);
    const to = { address: address(5), kind: 'p2wpkh', script: `0014${'ab'.repeat(20)}` } as const;
    const signed = { message: 'm', signature: 's', boundAt: paidAt, usableFrom: later };
    const bound = { ...about, to, ...signed };
    line.arm(fault);
    expect(await line.sql.payouts.bindAddress(bound, 'n1', entryOf())).toBe(true);
    expect(await line.sql.payouts.bindAddress(bound, 'n1', entryOf())).toBe(false);
    expect(await line.direct.payouts.getAddress(anna)).toEqual(bound);
  });
});
