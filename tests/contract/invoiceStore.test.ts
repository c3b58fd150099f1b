import { describe, expect, test } from '@jest/globals';
import type { OutPoint } from '../../shared/domain/bitcoin.ts';
import type { InvoiceEvent, InvoiceId, Payment } from '../../shared/domain/invoice.ts';
import type { InvoiceFilter } from '../../shared/ports/invoiceStore.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import {
  address,
  bill,
  finalizedAt,
  invoiceId,
  otherWallet,
  paidAt,
  paymentOf,
  payTo,
  sat,
  txid,
  wallet,
} from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  december,
  hillside,
  instant,
  november,
  prosumerId,
  riverside,
} from './samples.ts';

const ofBen = invoiceId('ben');
const later = instant('2026-12-04T10:00:00Z');

describeProsumerInfo('invoice store', (adapter) => {
  const stores = freshStores(adapter);
  const billBen = () => bill(stores().billing, { anna: 900n, ben: -1_000n });
  const addressed = async (id: InvoiceId = ofBen, index = 0, walletId = wallet) => {
    await stores().invoices.address(
      [{ invoiceId: id, payTo: payTo(index, walletId), entry: entryOf() }],
      paidAt,
    );
  };
  const save = (version: number, payment: Payment, ...events: InvoiceEvent[]) =>
    stores().invoices.savePayments([{ payment, version, events }]);
  const sumsOf = async (id: InvoiceId = ofBen) => {
    const invoice = (await stores().invoices.get(id))?.value;
    return invoice && [invoice.seenSat, invoice.creditedSat, invoice.buriedSat];
  };

  describe('an invoice', () => {
    test('is there with its event once its run is final', async () => {
      const { invoices } = stores();
      const final = await billBen();
      const stored = await invoices.get(ofBen);
      expect(stored?.value).toEqual(final.invoices[0]);
      expect(stored?.etag).toMatch(/^[\w-]+$/);
      expect(await invoices.events(ofBen, 9)).toEqual([
        { invoiceId: ofBen, at: finalizedAt, kind: 'issued', amountSat: 1_000n },
      ]);
      expect(await invoices.get(invoiceId('anna'))).toBeUndefined();
      expect(await invoices.events(invoiceId('anna'), 9)).toEqual([]);
    });

    test('may be of all the satoshi that there are, and more', async () => {
      const { invoices, billing } = stores();
      const most = 2n ** 63n / 1_000_000n;
      await bill(billing, { ben: -most });
      expect((await invoices.get(ofBen))?.value.amountSat).toBe(most);
    });

    const idsOf = async (filter: InvoiceFilter, limit = 9) => {
      const listed = await allPages(limit, (page: { after?: InvoiceId; limit: number }) =>
        stores().invoices.list(filter, page),
      );
      return listed.map(({ value }) => value.id);
    };

    test('is listed by id, by grid, prosumer and period, page by page', async () => {
      const { billing } = stores();
      const hill2 = 'hillside-2' as typeof hillside;
      await bill(billing, { ben: -1n, 'ben-2': -2n, zoe: -3n, a0: -4n });
      await bill(billing, { ben: -5n }, { period: december });
      await bill(billing, { q: -6n }, { gridId: hillside });
      await bill(billing, { r: -7n }, { gridId: hill2 });
      const inNovember = ['a0', 'ben', 'ben-2', 'zoe'].map((id) => invoiceId(id));
      const ofDecember = invoiceId('ben', december);
      const ofHill = invoiceId('q', november, hillside);
      const ofHill2 = invoiceId('r', november, hill2);
      const all = [ofHill2, ofHill, ...inNovember, ofDecember];
      for (const limit of [1, 2, 6, 7, 8]) {
        expect(await idsOf({}, limit)).toEqual(all);
        expect(await idsOf({ gridId: riverside }, limit)).toEqual([...inNovember, ofDecember]);
        expect(await idsOf({ gridId: riverside, period: november }, limit)).toEqual(inNovember);
        expect(await idsOf({ prosumerId: prosumerId('ben') }, limit)).toEqual([ofBen, ofDecember]);
      }
      expect(await idsOf({ period: december })).toEqual([ofDecember]);
      expect(await idsOf({ gridId: hillside })).toEqual([ofHill]);
      expect(await idsOf({ gridId: hill2 })).toEqual([ofHill2]);
      const ben = prosumerId('ben');
      expect(await idsOf({ gridId: riverside, prosumerId: ben, period: november })).toEqual([
        ofBen,
      ]);
      expect(await idsOf({ gridId: hillside, prosumerId: ben })).toEqual([]);
      const { invoices } = stores();
      const [one] = (await invoices.list({ gridId: hillside }, { limit: 1 })).items;
      expect(one).toEqual(await invoices.get(ofHill));
    });

    test('gets its address once, with an event, and keeps it', async () => {
      const { invoices, billing } = stores();
      await bill(billing, { anna: -5n, ben: -6n, cleo: -7n, dora: -8n });
      await bill(billing, { ben: -9n }, { gridId: hillside });
      const unaddressed = async (limit = 9) =>
        (await invoices.listUnaddressed(riverside, limit)).map(({ prosumerId }) => prosumerId);
      expect(await unaddressed()).toEqual(['anna', 'ben', 'cleo', 'dora']);
      expect(await unaddressed(2)).toEqual(['anna', 'ben']);
      const etag = (await invoices.get(ofBen))?.etag;
      const both = [
        { invoiceId: ofBen, payTo: payTo(0), entry: entryOf() },
        { invoiceId: invoiceId('dora'), payTo: payTo(2_147_483_647), entry: entryOf() },
      ];
      await invoices.address(both, paidAt);
      await invoices.address(
        [{ invoiceId: ofBen, payTo: payTo(9, otherWallet), entry: entryOf() }],
        later,
      );
      const stored = await invoices.get(ofBen);
      expect(stored?.value.payTo).toEqual(payTo(0));
      expect(stored?.etag).not.toBe(etag);
      expect((await invoices.events(ofBen, 9)).slice(1)).toEqual([
        { invoiceId: ofBen, at: paidAt, kind: 'addressed' },
      ]);
      const annas = (await invoices.get(invoiceId('anna')))?.etag ?? '';
      await invoices.void(invoiceId('anna'), annas, later, entryOf());
      expect(await unaddressed()).toEqual(['cleo']);
      const found = await invoices.byAddress([address(0), address(9), address(2_147_483_647)]);
      expect([...found].map(([at, { id }]) => [at, id])).toEqual([
        [address(0), ofBen],
        [address(2_147_483_647), invoiceId('dora')],
      ]);
      expect(found.get(address(0))).toEqual(stored?.value);
      expect(await invoices.byAddress([])).toEqual(new Map());
    });

    test('shares its address with no other: none of those given with it gets one', async () => {
      const { invoices, billing } = stores();
      await bill(billing, { anna: -5n, ben: -6n });
      await addressed();
      const taken = [{ invoiceId: invoiceId('anna'), payTo: payTo(0), entry: entryOf() }];
      await expect(invoices.address(taken, later)).rejects.toThrow();
      expect((await invoices.get(invoiceId('anna')))?.value.payTo).toBeUndefined();
      expect(await invoices.events(invoiceId('anna'), 9)).toHaveLength(1);
    });

    test('is voided once, by whoever knows how it stands', async () => {
      const { invoices, openAnother } = stores();
      const other = await openAnother();
      await billBen();
      const etag = (await invoices.get(ofBen))?.etag ?? '';
      await addressed();
      expect(await invoices.void(ofBen, etag, later, entryOf())).toBeUndefined();
      for (const never of ['', 'v0', '*', 'v99', "v1'"]) {
        expect(await invoices.void(ofBen, never, later, entryOf())).toBeUndefined();
      }
      const current = (await invoices.get(ofBen))?.etag ?? '';
      const answers = await Promise.all([
        invoices.void(ofBen, current, later, entryOf()),
        other.invoices.void(ofBen, current, later, entryOf()),
      ]);
      const stored = await invoices.get(ofBen);
      expect(answers.filter((answer) => answer !== undefined)).toEqual([stored]);
      expect(stored?.value.voidedAt).toBe(later);
      expect(stored?.etag).not.toBe(current);
      expect(await invoices.void(ofBen, stored?.etag ?? '', paidAt, entryOf())).toBeUndefined();
      expect((await invoices.events(ofBen, 9)).slice(2)).toEqual([
        { invoiceId: ofBen, at: later, kind: 'voided' },
      ]);
      expect(await invoices.void(invoiceId('nobody'), current, later, entryOf())).toBeUndefined();
    });
  });

  describe('payments', () => {
    test('come back as they were saved, whole', async () => {
      const { reopen } = stores();
      await billBen();
      await addressed();
      const block = { blockHash: 'b'.repeat(64), confirmations: 6, creditedAt: later };
      const whole = paymentOf(ofBen, { vout: 4_294_967_295, state: 'credited', ...block });
      const plain = paymentOf(ofBen, { txid: txid('b2') });
      expect(await save(0, whole)).toBe(1);
      expect(await save(0, plain)).toBe(1);
      const again = await reopen();
      const outputs = [plain, paymentOf(ofBen, { vout: 5 }), whole];
      expect(await again.invoices.payments(outputs)).toEqual([
        { payment: plain, version: 1 },
        { payment: whole, version: 1 },
      ]);
      expect(await again.invoices.payments([])).toEqual([]);
    });

    test('make the sums of their invoice', async () => {
      await billBen();
      await addressed();
      const at = (vout: number, amount: number, state: Payment['state']) =>
        paymentOf(ofBen, { vout, amountSat: sat(amount), state });
      await save(0, at(0, 1, 'seen'));
      expect(await sumsOf()).toEqual([1n, 0n, 0n]);
      await save(0, at(1, 10, 'credited'));
      await save(0, at(2, 100, 'buried'));
      await save(0, at(3, 1_000, 'vanished'));
      expect(await sumsOf()).toEqual([1n, 110n, 100n]);
      await save(1, at(0, 1, 'credited'));
      await save(1, at(1, 10, 'vanished'));
      expect(await sumsOf()).toEqual([0n, 101n, 100n]);
      await save(2, at(1, 10, 'seen'));
      expect(await sumsOf()).toEqual([10n, 101n, 100n]);
    });

    test('move the etag of their invoice with its sums, not without', async () => {
      const { invoices } = stores();
      await billBen();
      await addressed();
      const etag = async () => (await invoices.get(ofBen))?.etag;
      const before = await etag();
      await save(0, paymentOf(ofBen));
      const seen = await etag();
      expect(seen).not.toBe(before);
      await save(1, paymentOf(ofBen, { confirmations: 1, blockHash: 'b'.repeat(64) }));
      expect(await etag()).toBe(seen);
    });

    test('are saved only where they are still at their version, with their events', async () => {
      const { invoices } = stores();
      await billBen();
      await addressed();
      const credited = paymentOf(ofBen, { state: 'credited', confirmations: 3 });
      const event = (kind: InvoiceEvent['kind']): InvoiceEvent => ({
        ...{ invoiceId: ofBen, at: later, kind, amountSat: sat(1_000) },
        ...{ txid: credited.txid, vout: 0 },
      });
      expect(await save(1, credited, event('credited'))).toBe(0);
      expect(await save(0, paymentOf(ofBen), event('seen'))).toBe(1);
      expect(await save(0, credited, event('credited'))).toBe(0);
      expect(await save(2, credited, event('credited'))).toBe(0);
      const other = paymentOf(ofBen, { vout: 1, amountSat: sat(7) });
      const both = [
        { payment: credited, version: 2, events: [event('credited')] },
        { payment: other, version: 0, events: [event('seen'), event('vanished')] },
      ];
      expect(await invoices.savePayments(both)).toBe(1);
      expect(await sumsOf()).toEqual([1_007n, 0n, 0n]);
      expect(await save(1, credited, event('credited'))).toBe(1);
      expect(await sumsOf()).toEqual([7n, 1_000n, 0n]);
      const [stored] = await invoices.payments([credited]);
      expect(stored).toEqual({ payment: credited, version: 2 });
      const events = (await invoices.events(ofBen, 99)).slice(2);
      const kinds = ['seen', 'seen', 'vanished', 'credited'] as const;
      expect(events).toEqual(kinds.map(event));
      expect(await invoices.events(ofBen, 3)).toHaveLength(3);
      expect(await invoices.savePayments([])).toBe(0);
    });

    test('of one output that two move at once are moved once', async () => {
      const { invoices, openAnother } = stores();
      const other = await openAnother();
      await billBen();
      await addressed();
      const credited = paymentOf(ofBen, { state: 'credited' });
      const event = { invoiceId: ofBen, at: later, kind: 'credited' } as const;
      for (const version of [0, 1, 2]) {
        const change = { payment: credited, version, events: [event] };
        const written = await Promise.all([
          invoices.savePayments([change]),
          other.invoices.savePayments([change]),
          invoices.savePayments([change]),
        ]);
        expect(written.toSorted()).toEqual([0, 0, 1]);
      }
      expect(await sumsOf()).toEqual([0n, 1_000n, 0n]);
      expect(await invoices.events(ofBen, 99)).toHaveLength(5);
    });

    test('to one invoice that come at once all count', async () => {
      const { invoices, openAnother } = stores();
      const other = await openAnother();
      await billBen();
      await addressed();
      await Promise.all(
        Array.from({ length: 20 }, (_, vout) =>
          (vout % 2 === 0 ? invoices : other.invoices).savePayments([
            {
              payment: paymentOf(ofBen, { vout, state: 'credited', amountSat: sat(1) }),
              version: 0,
              events: [{ invoiceId: ofBen, at: later, kind: 'credited', amountSat: sat(1) }],
            },
          ]),
        ),
      );
      expect(await sumsOf()).toEqual([0n, 20n, 0n]);
      expect(await invoices.events(ofBen, 99)).toHaveLength(22);
    });

    test('never go over to another invoice or amount', async () => {
      const { billing } = stores();
      await bill(billing, { ben: -10n, zoe: -10n });
      await addressed();
      await addressed(invoiceId('zoe'), 1);
      await save(0, paymentOf(ofBen));
      await expect(save(1, paymentOf(invoiceId('zoe')))).rejects.toThrow();
      await expect(save(1, paymentOf(ofBen, { amountSat: sat(1_001) }))).rejects.toThrow();
      await expect(save(0, paymentOf(invoiceId('nobody'), { vout: 1 }))).rejects.toThrow();
      expect(await sumsOf()).toEqual([1_000n, 0n, 0n]);
      expect(await sumsOf(invoiceId('zoe'))).toEqual([0n, 0n, 0n]);
    });

    test('beyond 64 bits nothing is saved', async () => {
      await billBen();
      await addressed();
      const most = paymentOf(ofBen, { state: 'credited', amountSat: sat(2n ** 63n - 1n) });
      await save(0, most);
      const more = paymentOf(ofBen, { vout: 1, state: 'credited', amountSat: sat(1) });
      await expect(save(0, more)).rejects.toThrow();
      expect(await sumsOf()).toEqual([0n, 2n ** 63n - 1n, 0n]);
      expect(await stores().invoices.payments([most, more])).toHaveLength(1);
    });

    test('are watched by wallet while they are seen or credited, in order, page by page', async () => {
      const { invoices, billing } = stores();
      await bill(billing, { ben: -10n, zoe: -10n });
      await addressed();
      await addressed(invoiceId('zoe'), 1, otherWallet);
      const outputs: OutPoint[] = [
        { txid: txid('a1'), vout: 2 },
        { txid: txid('a1'), vout: 10 },
        { txid: txid('b1'), vout: 0 },
        { txid: txid('c1'), vout: 1 },
      ];
      for (const [n, output] of outputs.toReversed().entries()) {
        await save(0, paymentOf(ofBen, { ...output, state: n % 2 === 0 ? 'seen' : 'credited' }));
      }
      await save(0, paymentOf(ofBen, { txid: txid('a2'), state: 'buried' }));
      await save(0, paymentOf(ofBen, { txid: txid('a3'), state: 'vanished' }));
      await save(0, paymentOf(invoiceId('zoe'), { txid: txid('a4') }));
      for (const limit of [1, 2, 4, 5]) {
        const watched = await allPages(limit, (page: { after?: OutPoint; limit: number }) =>
          invoices.listWatchedPayments(wallet, page),
        );
        expect(watched.map(({ payment: { txid, vout } }) => ({ txid, vout }))).toEqual(outputs);
      }
      const [first] = (await invoices.listWatchedPayments(wallet, { limit: 1 })).items;
      expect([first]).toEqual(await invoices.payments(outputs.slice(0, 1)));
    });

    test('of an invoice come by when they were first seen, at most so many', async () => {
      const { invoices, billing } = stores();
      await bill(billing, { ben: -10n, zoe: -10n });
      await addressed();
      await addressed(invoiceId('zoe'), 1);
      const late = paymentOf(ofBen, { txid: txid('a1'), firstSeenAt: later });
      const early = paymentOf(ofBen, { txid: txid('b1'), state: 'vanished' });
      const earlyToo = paymentOf(ofBen, { txid: txid('b1'), vout: 1 });
      for (const payment of [late, earlyToo, early]) await save(0, payment);
      await save(0, paymentOf(invoiceId('zoe'), { txid: txid('c1') }));
      expect(await invoices.paymentsOf(ofBen, 9)).toEqual([early, earlyToo, late]);
      expect(await invoices.paymentsOf(ofBen, 2)).toEqual([early, earlyToo]);
    });
  });
});
