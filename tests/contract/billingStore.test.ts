import { describe, expect, test } from '@jest/globals';
import { type AccountLine, linesOf } from '../../shared/domain/accountLine.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import { type AccountId, miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import { microSatoshi, msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import type { LedgerStore } from '../../shared/ports/ledgerStore.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import {
  accountOf,
  bill,
  finalizedAt,
  finalRunOf,
  invoiceId,
  paidAt,
  paymentOf,
  payTo,
  runOfUnbilled,
  sat,
} from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  at1015,
  batchKeyOf,
  billedIn,
  december,
  hillside,
  instant,
  january,
  november,
  nthId,
  period,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from './samples.ts';

const anna = prosumerId('anna');
const ben = prosumerId('ben');
const nobody = prosumerId('nobody');

describeProsumerInfo('billing store', (adapter) => {
  const stores = freshStores(adapter);
  const addProsumers = async (...ids: string[]) => {
    for (const id of ids) await stores().prosumers.create(prosumerOf(id), entryOf());
  };
  /** Records a trade of anna's to ben, of 1 kWh at 300.000001 sat, in a batch of its own. */
  const record = (batch: number, period = november, change: Partial<Trade> = {}) =>
    recordIn(stores().ledger, period, tradeOf(500 * batch, { ...oddPrice, ...change }));
  const finalize = async (period = november) => {
    const { billing } = stores();
    const unbilled = await billing.unbilled(riverside, period);
    const last = await billing.lastRun(riverside);
    const previous = last && { previousPeriod: last.period };
    const final = runOfUnbilled(unbilled, { period, ...previous });
    expect(await billing.finalize(final, unbilled.mark, entryOf())).toBe('finalized');
    return final;
  };

  describe('what is unbilled', () => {
    test('nothing, where nothing was recorded', async () => {
      const { billing } = stores();
      const nothing = { lines: [], carries: [], payments: [], periods: [] };
      expect(await billing.unbilled(riverside, november)).toMatchObject(nothing);
      expect(await billing.unbilledOf(riverside, anna)).toMatchObject(nothing);
      expect(await billing.lastRun(riverside)).toBeUndefined();
      expect(await billing.listRuns(riverside, { limit: 1 })).toEqual({ items: [] });
    });

    test('lines of a batch come with all of their fields, by account, kind, with whom, price', async () => {
      const { billing, ledger } = stores();
      await addProsumers('anna', 'ben', 'q', 'mini-grid-2');
      const fee = msatPerKwh(20_000);
      const trades = [
        tradeOf(1, { buyerId: prosumerId('q'), gridFeeMsatPerKwh: fee }),
        tradeOf(2, { buyerId: ben, priceMsatPerKwh: msatPerKwh(1_000_000_000) }),
        tradeOf(3, { buyerId: ben, priceMsatPerKwh: msatPerKwh(7) }),
        tradeOf(4, { kind: 'export', buyerId: powerPlant }),
        tradeOf(5, { sellerId: prosumerId('mini-grid-2'), gridFeeMsatPerKwh: fee }),
        tradeOf(6, { kind: 'grid', buyerId: miniGrid, priceMsatPerKwh: msatPerKwh(0) }),
      ];
      await recordIn(ledger, november, ...trades);
      const { lines, periods } = await billing.unbilled(riverside, november);
      expect(lines).toEqual(linesOf(trades).toSorted(byKey));
      expect(lines.map(({ accountId }) => accountId).filter(isFirst)).toEqual([
        ...['anna', 'ben', 'mini-grid', 'mini-grid-2', 'power-plant', 'q'],
      ]);
      expect(periods).toEqual([november]);
      const ofBen = await billing.unbilledOf(riverside, ben);
      expect(ofBen).toMatchObject({ carries: [], payments: [], periods: [november] });
      expect(ofBen.lines).toEqual(lines.filter(({ accountId }) => accountId === ben));
    });

    test('energy adds up over batches, and over periods up to the one asked for', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await record(2);
      await record(3, december);
      await record(4, january);
      const energies = async (through: BillingPeriod) =>
        (await billing.unbilled(riverside, through)).lines.map(({ energyWh }) => energyWh);
      expect(await energies(november)).toEqual([2000, 2000]);
      expect(await energies(december)).toEqual([3000, 3000]);
      expect(await energies(january)).toEqual([4000, 4000]);
      const { periods } = await billing.unbilled(riverside, december);
      expect(periods).toEqual([november, december]);
      const ofAnna = await billing.unbilledOf(riverside, anna);
      expect(ofAnna.lines.map(({ energyWh }) => energyWh)).toEqual([4000]);
      expect(ofAnna.periods).toEqual([november, december, january]);
      expect(await billing.unbilledOf(riverside, nobody)).toMatchObject({ lines: [], periods: [] });
      expect(await billing.unbilledOf(hillside, anna)).toMatchObject({ lines: [], periods: [] });
    });

    test('a batch adds its lines once, and none when it is refused', async () => {
      const { billing, ledger, openAnother } = stores();
      const other = await openAnother();
      await addProsumers('anna', 'ben');
      const trade = tradeOf(1);
      await Promise.all([
        recordIn(ledger, november, trade),
        recordIn(other.ledger, november, trade),
        recordIn(ledger, december, trade),
      ]);
      const { mark, lines } = await billing.unbilled(riverside, january);
      expect(lines.map(({ energyWh }) => energyWh)).toEqual([1000, 1000]);
      await recordIn(ledger, january, trade);
      const unknown = tradeOf(501, { buyerId: nobody });
      await expect(recordIn(ledger, november, unknown)).rejects.toThrow();
      expect(await billing.unbilled(riverside, january)).toMatchObject({ mark, lines });
    });

    test('energy up to the largest safe integer; beyond it nothing is recorded', async () => {
      const { billing, ledger } = stores();
      await addProsumers('anna', 'ben');
      const line = (energyWh: number): AccountLine => ({
        accountId: anna,
        kind: 'sold',
        counterparty: 'prosumers',
        priceMsatPerKwh: msatPerKwh(1_000_000_000),
        energyWh: wattHours(energyWh),
      });
      const key = batchKeyOf(tradeOf(1));
      const most = [line(Number.MAX_SAFE_INTEGER)];
      await ledger.record(key, [], { period: november, lines: most, averaged: [] });
      const more = { period: november, lines: [line(1)], averaged: [] };
      await expect(ledger.record({ ...key, batch: 2 }, [], more)).rejects.toThrow();
      expect((await billing.unbilled(riverside, november)).lines).toEqual(most);
      expect(await ledger.recordedBatches(riverside, batchKeyOf(tradeOf(1)).timeframe, 0)).toEqual([
        1,
      ]);
    });

    test('the mark moves with what is in it, and only with that', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      const markOf = async () => (await billing.unbilled(riverside, november)).mark;
      const marks = [await markOf()];
      await record(1);
      marks.push(await markOf());
      await record(2);
      marks.push(await markOf());
      await record(3, december);
      expect(await markOf()).toBe(marks.at(-1));
      const key = { ...batchKeyOf(tradeOf(1)), batch: 99 };
      await stores().ledger.record(key, [], { period: october, lines: [], averaged: [] });
      expect(await billing.unbilled(riverside, november)).toMatchObject({
        mark: marks.at(-1),
        periods: [november],
      });
      await finalize();
      marks.push(await markOf());
      await pay(1);
      marks.push(await markOf());
      expect(new Set(marks).size).toBe(marks.length);
      expect(await markOf()).toBe(marks.at(-1));
    });
  });

  /** Pays so much more than ben's invoice asks for, in a transaction of its own. */
  const pay = async (more: number) => {
    const { invoices } = stores();
    const id = invoiceId('ben');
    const invoice = (await invoices.get(id))?.value;
    if (invoice === undefined) throw new Error('ben has an invoice');
    await invoices.address([{ invoiceId: id, payTo: payTo(0), entry: entryOf() }], paidAt);
    const amountSat = sat(invoice.amountSat + BigInt(more));
    const payment = paymentOf(id, { state: 'credited', amountSat });
    await invoices.savePayments([{ payment, version: 0, events: [] }]);
  };

  describe('a final run', () => {
    test('takes the lines, carries the rests, and stays as it was made', async () => {
      const { billing, reopen } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await record(2);
      await record(3, december);
      const before = await billing.unbilled(riverside, november);
      const final = await finalize();
      expect(final.run).toMatchObject({ invoiceCount: 1, payoutCount: 1, accountCount: 2 });
      const again = await reopen();
      expect(await again.billing.getRun(riverside, november)).toEqual(final.run);
      expect(await again.billing.lastRun(riverside)).toEqual(final.run);
      const accounts = await again.billing.listRunAccounts(riverside, november, { limit: 9 });
      expect(accounts.items).toEqual(
        final.accounts.map((account) => ({
          ...account,
          lines: before.lines.filter(({ accountId }) => accountId === account.accountId),
        })),
      );
      const after = await again.billing.unbilled(riverside, december);
      expect(after.lines.map(({ energyWh }) => energyWh)).toEqual([1000, 1000]);
      expect(after.periods).toEqual([december]);
      expect(after.carries).toEqual([
        { accountId: anna, restUsat: 2_000n },
        { accountId: ben, restUsat: -2_000n },
      ]);
      expect(after.payments).toEqual([]);
      const ofBen = await again.billing.unbilledOf(riverside, ben);
      expect(ofBen.carries).toEqual([{ accountId: ben, restUsat: -2_000n }]);
      expect((await again.billing.unbilled(riverside, november)).lines).toEqual([]);
      expect((await again.invoices.get(invoiceId('ben')))?.value).toEqual(final.invoices[0]);
      expect(await again.invoices.events(invoiceId('ben'), 9)).toEqual(final.issued);
      expect(await again.payouts.listWaiting(riverside, 9)).toEqual(final.payees);
    });

    test('of a period that has one is there already, whatever it is given', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      const final = await finalize();
      const { mark } = await billing.unbilled(riverside, november);
      const other = finalRunOf([accountOf(anna, 5n), accountOf(miniGrid, -5n)]);
      expect(await billing.finalize(other, mark, entryOf())).toBe('exists');
      expect(await billing.finalize(final, 'never', entryOf())).toBe('exists');
      expect(await billing.getRun(riverside, november)).toEqual(final.run);
      const { items } = await billing.listRunAccounts(riverside, november, { limit: 9 });
      expect(items).toHaveLength(2);
    });

    test('is not made of what has changed since it was read', async () => {
      const { billing, payouts } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      const unbilled = await billing.unbilled(riverside, november);
      const final = runOfUnbilled(unbilled);
      await record(2);
      expect(await billing.finalize(final, unbilled.mark, entryOf())).toBe('changed');
      expect(await billing.getRun(riverside, november)).toBeUndefined();
      expect(await payouts.listWaiting(riverside, 9)).toEqual([]);
      const { lines } = await billing.unbilled(riverside, november);
      expect(lines.map(({ energyWh }) => energyWh)).toEqual([2000, 2000]);
      const afresh = await billing.unbilled(riverside, november);
      await record(3, december);
      expect(await billing.finalize(runOfUnbilled(afresh), afresh.mark, entryOf())).toBe(
        'finalized',
      );
    });

    test('follows the last one, and none that it does not know of', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await record(2, december);
      const read = await billing.unbilled(riverside, december);
      const late = runOfUnbilled(read, { period: december });
      const wrong = { ...late, run: { ...late.run, previousPeriod: november } };
      expect(await billing.finalize(wrong, read.mark, entryOf())).toBe('changed');
      await finalize();
      expect(await billing.finalize(late, read.mark, entryOf())).toBe('changed');
      const { mark } = await billing.unbilled(riverside, december);
      expect(await billing.finalize(late, mark, entryOf())).toBe('changed');
      const next = await finalize(december);
      expect(next.run.previousPeriod).toBe(november);
      expect(await billing.lastRun(riverside)).toEqual(next.run);
    });

    test('of two at once one wins, and the lines are taken once', async () => {
      const { billing, payouts, openAnother } = stores();
      const other = await openAnother();
      await addProsumers('anna', 'ben');
      await record(1);
      const { mark, ...unbilled } = await billing.unbilled(riverside, november);
      const final = runOfUnbilled({ mark, ...unbilled });
      const outcomes = await Promise.all([
        billing.finalize(final, mark, entryOf()),
        other.billing.finalize(final, mark, entryOf()),
        billing.finalize(final, mark, entryOf()),
      ]);
      expect(outcomes.toSorted()).toEqual(['exists', 'exists', 'finalized']);
      expect(await payouts.listWaiting(riverside, 9)).toHaveLength(1);
    });

    test('and a batch at once: the line is in the run or in the next one', async () => {
      const { billing, openAnother } = stores();
      const other = await openAnother();
      await addProsumers('anna', 'ben');
      await record(1);
      const { mark, ...unbilled } = await billing.unbilled(riverside, november);
      const final = runOfUnbilled({ mark, ...unbilled });
      const [outcome] = await Promise.all([
        other.billing.finalize(final, mark, entryOf()),
        record(2),
        record(3),
      ]);
      expect(['finalized', 'changed']).toContain(outcome);
      const left = await billing.unbilled(riverside, november);
      const expected = outcome === 'finalized' ? 2000 : 3000;
      expect(left.lines.map(({ energyWh }) => energyWh)).toEqual([expected, expected]);
    });

    test('takes what is late in a period that is billed with the next one', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben', 'zoe');
      await record(1);
      await record(9, november, { sellerId: prosumerId('zoe'), ...evenPrice });
      await finalize();
      await record(2, november, { timeframe: at1015 });
      const { lines, periods } = await billing.unbilled(riverside, december);
      expect(lines.map(({ energyWh }) => energyWh)).toEqual([1000, 1000]);
      expect(periods).toEqual([november]);
      // Zoe, whose energy is billed, and whose rest is 0, is in there no more.
      const { carries } = await billing.unbilled(riverside, december);
      expect(carries.map(({ accountId }) => accountId)).toEqual([anna, ben]);
      const next = await finalize(december);
      // 300.000001 sat of this trade and 0.000001 sat of the one before.
      expect(next.accounts[0]).toMatchObject({
        satoshi: 300n,
        restUsat: 2_000n,
        carryUsat: 1_000n,
      });
      const account = await billing.getRunAccount(riverside, december, anna);
      expect(account?.lines.map(({ energyWh }) => energyWh)).toEqual([1000]);
    });

    test.each<[string, (accounts: ReturnType<typeof twoAccounts>) => object[]]>([
      ['whose satoshi do not sum to 0', ([one]) => [one]],
      [
        'whose rests do not sum to 0',
        ([one, other]) => [
          one,
          {
            ...other,
            postingsUsat: microSatoshi(other.postingsUsat + 1n),
            restUsat: microSatoshi(1n),
          },
        ],
      ],
      [
        'with an account that is not cut exactly',
        ([one, other]) => [{ ...one, carryUsat: microSatoshi(1n) }, other],
      ],
    ])('%s is no run', async (_, change) => {
      const { billing } = stores();
      const { mark } = await billing.unbilled(riverside, november);
      const final = finalRunOf(twoAccounts());
      const accounts = change(twoAccounts()) as typeof final.accounts;
      const { run } = final;
      const wrong = { ...final, accounts, run: { ...run, accountCount: accounts.length } };
      await expect(billing.finalize(wrong, mark, entryOf())).rejects.toThrow(
        'run 2026-11 of riverside',
      );
      expect(await billing.getRun(riverside, november)).toBeUndefined();
    });

    test('that leaves out an account with lines is none', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      const { mark } = await billing.unbilled(riverside, november);
      const final = finalRunOf([accountOf(anna, 5n), accountOf(miniGrid, -5n)]);
      await expect(billing.finalize(final, mark, entryOf())).rejects.toThrow();
      expect((await billing.unbilled(riverside, november)).mark).toBe(mark);
      expect(await billing.getRun(riverside, november)).toBeUndefined();
    });

    test('may hold all of 64 bits', async () => {
      const { billing } = stores();
      const max = 2n ** 63n - 1n;
      const of = (usat: bigint) => ({
        carryUsat: microSatoshi(0n),
        postingsUsat: microSatoshi(usat),
        paymentsUsat: microSatoshi(0n),
        satoshi: sat(usat / 1_000_000n),
        restUsat: microSatoshi(usat % 1_000_000n),
      });
      const final = finalRunOf([
        { accountId: anna, ...of(max) },
        { accountId: ben, ...of(-max) },
      ]);
      const { mark } = await billing.unbilled(riverside, november);
      expect(await billing.finalize(final, mark, entryOf())).toBe('finalized');
      const { items } = await billing.listRunAccounts(riverside, november, { limit: 2 });
      expect(items).toEqual(final.accounts.map((account) => ({ ...account, lines: [] })));
      expect(await billing.getRun(riverside, november)).toEqual(final.run);
    });
  });

  describe('payments and voided invoices', () => {
    test('what was paid too much is counted once, in the next run', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await finalize();
      await pay(25);
      const change = { invoiceId: invoiceId('ben'), prosumerId: ben, satoshi: 25n };
      expect((await billing.unbilled(riverside, december)).payments).toEqual([change]);
      expect((await billing.unbilledOf(riverside, ben)).payments).toEqual([change]);
      expect((await billing.unbilledOf(riverside, anna)).payments).toEqual([]);
      await finalize(december);
      expect((await billing.unbilled(riverside, january)).payments).toEqual([]);
    });

    test('what was paid, or is only seen, changes nothing', async () => {
      const { billing, invoices } = stores();
      await bill(billing, { ben: -1_000n });
      const id = invoiceId('ben');
      await invoices.address([{ invoiceId: id, payTo: payTo(0), entry: entryOf() }], paidAt);
      const { mark } = await billing.unbilled(riverside, november);
      const payments = [
        paymentOf(id, { state: 'credited', vout: 0 }),
        paymentOf(id, { state: 'seen', vout: 1 }),
        paymentOf(id, { state: 'vanished', vout: 2 }),
      ];
      const changes = payments.map((payment) => ({ payment, version: 0, events: [] }));
      expect(await invoices.savePayments(changes)).toBe(3);
      expect(await billing.unbilled(riverside, november)).toMatchObject({ mark, payments: [] });
    });

    test('a payment that is undone after it was counted is taken back', async () => {
      const { billing, invoices } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await finalize();
      await pay(25);
      await finalize(december);
      const payment = paymentOf(invoiceId('ben'), { state: 'vanished', amountSat: sat(325) });
      await invoices.savePayments([{ payment, version: 1, events: [] }]);
      const { payments } = await billing.unbilled(riverside, january);
      expect(payments).toMatchObject([{ prosumerId: ben, satoshi: -25n }]);
    });

    test('a voided invoice stands for what was credited to it', async () => {
      const { billing, invoices } = stores();
      await bill(billing, { ben: -1_000n, zoe: -70n });
      await bill(billing, { ben: -1n }, { gridId: hillside });
      const void_ = async (id: string) => {
        const etag = (await invoices.get(invoiceId(id)))?.etag ?? '';
        await invoices.void(invoiceId(id), etag, paidAt, entryOf());
      };
      const { mark } = await billing.unbilled(riverside, december);
      await void_('zoe');
      expect((await billing.unbilled(riverside, december)).mark).not.toBe(mark);
      await void_('ben');
      const payments = async () => (await billing.unbilled(riverside, december)).payments;
      const changes = [
        { invoiceId: invoiceId('ben'), prosumerId: ben, satoshi: -1_000n },
        { invoiceId: invoiceId('zoe'), prosumerId: prosumerId('zoe'), satoshi: -70n },
      ];
      expect(await payments()).toEqual(changes);
      expect((await billing.unbilled(hillside, december)).payments).toEqual([]);
      await invoices.address(
        [{ invoiceId: invoiceId('zoe'), payTo: payTo(0), entry: entryOf() }],
        paidAt,
      );
      const payment = paymentOf(invoiceId('zoe'), { state: 'buried', amountSat: sat(71) });
      await invoices.savePayments([{ payment, version: 0, events: [] }]);
      expect(await payments()).toMatchObject([{ satoshi: -1_000n }, { satoshi: 1n }]);
    });

    test('a run is not made final when a payment changed what it counts', async () => {
      const { billing } = stores();
      await addProsumers('anna', 'ben');
      await record(1);
      await finalize();
      await record(2, december);
      const unbilled = await billing.unbilled(riverside, december);
      await pay(1);
      const final = runOfUnbilled(unbilled, { period: december, previousPeriod: november });
      expect(await billing.finalize(final, unbilled.mark, entryOf())).toBe('changed');
      await finalize(december);
    });
  });

  test('runs are listed by period, page by page, of their grid', async () => {
    const { billing } = stores();
    const years = Array.from({ length: 5 }, (_, n) => `20${26 + n}-0${9 - n}` as BillingPeriod);
    for (const period of years) await bill(billing, {}, { period });
    await bill(billing, {}, { gridId: hillside });
    for (const limit of [1, 2, 5, 6]) {
      const runs = await allPages(limit, (page: { after?: BillingPeriod; limit: number }) =>
        billing.listRuns(riverside, page),
      );
      expect(runs.map(({ period }) => period)).toEqual(years);
    }
    expect((await billing.lastRun(hillside))?.period).toBe(november);
  });

  test('accounts of a run are listed in byte order with their lines, page by page', async () => {
    const { billing, ledger } = stores();
    const ids = ['zoe', 'anna', 'n', 'q', 'mini-grid-2', 'a-b', 'a0'];
    await addProsumers(...ids);
    const trades = ids.map((id, n) =>
      tradeOf(n + 1, { sellerId: prosumerId(id), buyerId: powerPlant, ...oddPrice }),
    );
    const toGrid = { kind: 'grid', sellerId: prosumerId('zoe'), buyerId: miniGrid } as const;
    await recordIn(ledger, november, ...trades, tradeOf(99, toGrid));
    await finalize();
    const all = await billing.listRunAccounts(riverside, november, { limit: 99 });
    const sorted = [...ids, miniGrid, powerPlant].toSorted();
    expect(all.items.map(({ accountId }) => accountId)).toEqual(sorted);
    const counts = all.items.map(({ lines }) => lines.length);
    expect(counts).toEqual(sorted.map((id) => (id === 'zoe' ? 2 : 1)));
    for (const limit of [1, 2, 8, 9]) {
      const pages = await allPages(limit, (page: { after?: AccountId; limit: number }) =>
        billing.listRunAccounts(riverside, november, page),
      );
      expect(pages).toEqual(all.items);
    }
    for (const account of all.items) {
      expect(await billing.getRunAccount(riverside, november, account.accountId)).toEqual(account);
    }
    expect(await billing.getRunAccount(riverside, november, nobody)).toBeUndefined();
    expect(await billing.getRunAccount(riverside, december, anna)).toBeUndefined();
  });

  test('runs are undocumented until all is written, oldest first', async () => {
    const { billing, reopen } = stores();
    const first = await bill(billing, { all: -5n, ben: 5n });
    const second = await bill(billing, { ben: 5n }, { period: december });
    const elsewhere = await bill(billing, { ben: 5n }, { gridId: hillside });
    const runs = async (limit = 9) => await billing.listUndocumented(limit);
    expect(await runs()).toEqual([{ run: elsewhere.run }, { run: first.run }, { run: second.run }]);
    expect(await runs(2)).toHaveLength(2);
    await billing.markDocumented(riverside, november, prosumerId('all'));
    expect((await runs())[1]).toEqual({ run: first.run, through: 'all' });
    await billing.markDocumented(riverside, november, ben);
    await billing.markDocumented(riverside, november, anna);
    expect((await runs())[1]).toEqual({ run: first.run, through: ben });
    await billing.markDocumented(riverside, november, '*');
    await billing.markDocumented(riverside, november, anna);
    const again = await reopen();
    expect(await again.billing.listUndocumented(9)).toEqual([
      { run: elsewhere.run },
      { run: second.run },
    ]);
    expect(await again.billing.getRun(riverside, november)).toEqual(first.run);
  });

  test('the oldest run is the one that became final first', async () => {
    const { billing } = stores();
    const make = async (gridId: typeof riverside, finalized: string) => {
      const final = finalRunOf([accountOf(miniGrid, 0n)], {
        gridId,
        finalizedAt: instant(finalized),
      });
      const { mark } = await billing.unbilled(gridId, november);
      expect(await billing.finalize(final, mark, entryOf())).toBe('finalized');
    };
    await make(hillside, '2026-12-01T08:00:01Z');
    await make(riverside, finalizedAt);
    const found = await billing.listUndocumented(9);
    expect(found.map(({ run }) => run.gridId)).toEqual([riverside, hillside]);
  });

  test('a run of a thousand accounts, with their lines', async () => {
    const { billing, ledger } = stores();
    const ids = Array.from({ length: 1_000 }, (_, n) => nthId(n));
    await addProsumers(...ids);
    for (let batch = 0; batch < 2; batch += 1) {
      const trades = Array.from({ length: 500 }, (_, n) =>
        tradeOf(500 * batch + n + 1, {
          sellerId: prosumerId(nthId(2 * n)),
          buyerId: prosumerId(nthId(2 * n + 1)),
          gridFeeMsatPerKwh: msatPerKwh(1_001),
          ...oddPrice,
        }),
      );
      await recordIn(ledger, november, ...trades);
    }
    const final = await finalize();
    expect(final.run).toMatchObject({ accountCount: 1_001, invoiceCount: 500, payoutCount: 500 });
    const { items } = await billing.listRunAccounts(riverside, november, { limit: 2_000 });
    expect(items.flatMap(({ lines }) => lines)).toHaveLength(1_501);
    expect(items.map(({ lines: _, ...account }) => account)).toEqual(final.accounts);
  });
});

const october = period('2026-10');
const evenPrice = { priceMsatPerKwh: msatPerKwh(300_000) };
const oddPrice = { priceMsatPerKwh: msatPerKwh(300_001) };

function twoAccounts() {
  return [accountOf(anna, 5n), accountOf(ben, -5n)] as const;
}

function recordIn(ledger: LedgerStore, period: BillingPeriod, ...trades: readonly Trade[]) {
  const [first] = trades;
  if (first === undefined) throw new Error('a batch has trades');
  return ledger.record(batchKeyOf(first), trades.flatMap(postingsOf), billedIn(trades, period));
}

function isFirst(id: string, at: number, ids: readonly string[]): boolean {
  return ids.indexOf(id) === at;
}

function byKey(a: AccountLine, b: AccountLine): number {
  const keyOf = ({ accountId, kind, counterparty }: AccountLine) =>
    `${accountId}\u0000${kind}\u0000${counterparty}`;
  if (keyOf(a) === keyOf(b)) return a.priceMsatPerKwh - b.priceMsatPerKwh;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
