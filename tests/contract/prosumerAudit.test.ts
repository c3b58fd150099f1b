import { describe, expect, test } from '@jest/globals';
import type { Actor, AuditEntry } from '../../shared/domain/audit.ts';
import type { PayoutAddress } from '../../shared/domain/payout.ts';
import type { AuditPosition, AuditRange } from '../../shared/ports/auditLog.ts';
import { freshStores, type Stores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import {
  accountOf,
  address,
  bill,
  coinOf,
  finalRunOf,
  invoiceId,
  paidAt,
  paymentOf,
  payoutId,
  payoutOf,
  payTo,
  txid,
  versionOf,
  wallet,
} from './billingSamples.ts';
import { aheadId, aheadOf, changeOf, noLimits, onlyFor, orderOf } from './orderSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  at1030,
  december,
  hillside,
  instant,
  november,
  prosumerId,
  prosumerOf,
  riverside,
} from './samples.ts';

type Change = {
  /** What must be there before. */
  readonly prepare?: (stores: Stores) => Promise<unknown>;
  /** Done again it is a repeat, or its condition is lost. */
  readonly change: (stores: Stores, entry: AuditEntry) => Promise<unknown>;
};

const anna = prosumerId('anna');
const ofBen = invoiceId('ben');
const accounts = [accountOf(anna, 5n), accountOf(prosumerId('ben'), -5n)];
const payout = payoutOf(1, [versionOf([['anna', november]], [coinOf('a1')])]);
const bound: PayoutAddress = {
  prosumerId: anna,
  gridId: riverside,
  to: { address: address(500), kind: 'p2tr', script: `5120${'cd'.repeat(32)}` },
  message: 'anna is paid here',
  signature: 'AUC=',
  boundAt: paidAt,
  usableFrom: paidAt,
};
const billBoth = ({ billing }: Stores) => bill(billing, { anna: 5n, ben: -5n });

const changes: Readonly<Record<string, Change>> = {
  'a prosumer that is created': {
    change: ({ prosumers }, entry) => prosumers.create(prosumerOf('anna'), entry),
  },
  'a prosumer that is replaced': {
    prepare: ({ prosumers }) => prosumers.create(prosumerOf('anna'), entryOf()),
    change: ({ prosumers }, entry) => prosumers.replace(prosumerOf('anna'), 1, entry),
  },
  'a trade ahead that is accepted': {
    change: ({ orders }, entry) => orders.acceptAhead(aheadOf('a'), noLimits, entry),
  },
  'a trade ahead that is cancelled': {
    prepare: ({ orders }) => orders.acceptAhead(aheadOf('a'), noLimits, entryOf()),
    change: ({ orders }, entry) => orders.cancelAhead(aheadId('a'), entry),
  },
  'an order that is placed': {
    change: ({ orders }, entry) => orders.place(orderOf('s'), 9, entry),
  },
  'an order that is changed': {
    prepare: ({ orders }) => orders.place(orderOf('s'), 9, entryOf()),
    change: ({ orders }, entry) => orders.changeOrder(changeOf('s'), entry),
  },
  'a run that becomes final': {
    change: async ({ billing }, entry) => {
      const { mark } = await billing.unbilled(riverside, november);
      return billing.finalize(finalRunOf(accounts), mark, entry);
    },
  },
  'an invoice that gets its address': {
    prepare: billBoth,
    change: ({ invoices }, entry) =>
      invoices.address([{ invoiceId: ofBen, payTo: payTo(0), entry }], paidAt),
  },
  'an invoice that is voided': {
    prepare: billBoth,
    change: ({ invoices }, entry) => invoices.void(ofBen, 'v1', paidAt, entry),
  },
  'a payment that is seen': {
    prepare: async (stores) => {
      await billBoth(stores);
      await stores.invoices.address(
        [{ invoiceId: ofBen, payTo: payTo(0), entry: entryOf() }],
        paidAt,
      );
    },
    change: ({ invoices }, entry) =>
      invoices.savePayments([{ payment: paymentOf(ofBen), version: 0, events: [], entry }]),
  },
  'a payout that is made': {
    prepare: billBoth,
    change: ({ payouts }, entry) => payouts.create(payout, entry),
  },
  'a payout that is replaced': {
    prepare: async (stores) => {
      await billBoth(stores);
      await stores.payouts.create(payout, entryOf());
    },
    change: ({ payouts }, entry) => payouts.replace({ ...payout, status: 'signed' }, 'v1', entry),
  },
  'a payout address that is bound': {
    prepare: ({ payouts }) =>
      payouts.putChallenge({
        ...{ prosumerId: anna, gridId: riverside, address: address(500), nonce: 'n1' },
        expiresAt: instant('2026-12-04T10:00:00Z'),
      }),
    change: ({ payouts }, entry) => payouts.bindAddress(bound, 'n1', entry),
  },
  'an index of a wallet that somebody asked for': {
    change: ({ wallets }, entry) => wallets.allocate(wallet, 0, ['deposit.1'], entry),
  },
};

describeProsumerInfo('audit log of prosumer info', (adapter) => {
  const stores = freshStores(adapter);
  const listed = (gridId = riverside, range: AuditRange = {}, limit = 100) =>
    allPages(limit, (page: { after?: AuditPosition; limit: number }) =>
      stores().prosumerAudit.list(gridId, range, page),
    );
  const idsOf = async () => (await listed()).map(({ id }) => id);

  test.each(Object.entries(changes))('%s: in one with it, and only then', async (_, one) => {
    await one.prepare?.(stores());
    const before = await idsOf();
    const refused = entryOf({ by: { kind: 'nobody' as Actor['kind'], id: 'x' } });
    await expect(one.change(stores(), refused)).rejects.toThrow();
    // What cannot be entered has not happened either: it still can.
    const entry = entryOf();
    await one.change(stores(), entry);
    expect(await idsOf()).toEqual([entry.id, ...before]);
    await one.change(stores(), entryOf()).catch(() => undefined);
    expect(await idsOf()).toEqual([entry.id, ...before]);
  });

  test('what is refused has no entry', async () => {
    const { orders, billing, payouts, invoices, prosumers } = stores();
    await orders.acceptAhead(aheadOf('a'), noLimits, entryOf());
    await orders.place(orderOf('s'), 9, entryOf());
    await bill(billing, { anna: 5n, ben: -5n });
    const before = await idsOf();
    const none = { ...noLimits, prosumerWhMax: 0 };
    await orders.acceptAhead(aheadOf('b'), none, entryOf());
    await orders.place(orderOf('t'), 1, entryOf());
    await orders.changeOrder(changeOf('s', { version: 7 }), entryOf());
    await orders.seal(riverside, at1030);
    await orders.acceptAhead(aheadOf('b'), noLimits, entryOf());
    await orders.cancelAhead(aheadId('a'), entryOf());
    await orders.cancelAhead(aheadId('none'), entryOf());
    await orders.place(orderOf('t', onlyFor(at1030)), 9, entryOf());
    const late = finalRunOf(accounts, { period: december, previousPeriod: november });
    expect(await billing.finalize(late, 'never', entryOf())).toBe('changed');
    await invoices.void(ofBen, 'v7', paidAt, entryOf());
    await prosumers.replace(prosumerOf('nobody'), 1, entryOf());
    const twice = versionOf([['anna', december]], [coinOf('c1')]);
    expect(await payouts.create(payoutOf(2, [twice]), entryOf())).toBe(false);
    expect(await payouts.replace(payout, 'v1', entryOf())).toBeUndefined();
    expect(await payouts.get(payoutId(2))).toBeUndefined();
    expect(await idsOf()).toEqual(before);
  });

  test('of many changes at once those that happen have theirs', async () => {
    const { billing, invoices } = stores();
    await bill(billing, { anna: -5n, ben: -5n, kim: -5n, zoe: 15n });
    const before = await idsOf();
    const given = ['anna', 'ben', 'anna', 'kim'].map((id, n) => ({
      ...{ invoiceId: invoiceId(id), payTo: payTo(n) },
      entry: entryOf(),
    }));
    await invoices.address(given.slice(1, 2), paidAt);
    await invoices.address(given, paidAt);
    const entered = [given[0], given[1], given[3]].map((one) => one?.entry.id);
    expect(new Set(await idsOf())).toEqual(new Set([...before, ...entered]));

    const saved = ['anna', 'ben', 'anna', 'kim'].map((id, n) => ({
      ...{ payment: paymentOf(invoiceId(id), { txid: txid(`a${n % 3}`) }), version: 0, events: [] },
      ...(n !== 1 && { entry: entryOf() }),
    }));
    expect(await invoices.savePayments(saved.slice(2, 3))).toBe(1);
    expect(await invoices.savePayments(saved)).toBe(2);
    const paid = [saved[0], saved[2]].map((one) => one?.entry?.id);
    expect(new Set(await idsOf())).toEqual(new Set([...before, ...entered, ...paid]));
  });

  describe('a list', () => {
    const at = (minute: string) => instant(`2026-11-22T12:${minute}:00Z`);

    test('is of a grid, newest first, in a range, in pages of any size', async () => {
      const { prosumers } = stores();
      const given = ['02', '00', '01', '02', '01'].map((minute) => entryOf({ at: at(minute) }));
      for (const [n, entry] of given.entries()) {
        await prosumers.create(prosumerOf(`p${n}`), entry);
      }
      const elsewhere = entryOf({ gridId: hillside });
      await prosumers.create(prosumerOf('h', { gridId: hillside }), elsewhere);
      const all = [3, 0, 4, 2, 1].flatMap((n) => given[n] ?? []);
      for (const limit of [1, 2, 4, 5, 6]) {
        expect(await listed(riverside, {}, limit)).toEqual(all);
        const from = { from: at('01') };
        expect(await listed(riverside, from, limit)).toEqual(all.slice(0, 4));
        expect(await listed(riverside, { ...from, to: at('02') }, limit)).toEqual(all.slice(2, 4));
        expect(await listed(riverside, { to: at('01') }, limit)).toEqual(all.slice(4));
      }
      expect(await listed(riverside, { from: at('03') })).toEqual([]);
      expect(await listed(hillside)).toEqual([elsewhere]);
    });

    test('has all of an entry, also what is personal, after opening again', async () => {
      const { prosumers, reopen } = stores();
      const entry = entryOf({
        by: { kind: 'system', id: `https://☀.example/ "'${'x'.repeat(2_000)}` },
        action: 'deactivated',
        before: { activeUntil: null, limits: [1, { a: true }] },
        after: { amountSat: '9223372036854775807', side: `O'Neil "Ü"\n` },
        personal: { prosumerId: anna, before: { name: 'Änna' }, after: { name: 'Anna ☀' } },
      });
      const created = entryOf({ at: at('01'), personal: { prosumerId: anna } });
      await prosumers.create(prosumerOf('anna'), entry);
      await prosumers.create(prosumerOf('ben'), created);
      const { prosumerAudit } = await reopen();
      const { items } = await prosumerAudit.list(riverside, {}, { limit: 9 });
      expect(items).toEqual([created, entry]);
    });
  });
});
