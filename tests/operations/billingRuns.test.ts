import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { amountOfLine, linesOf } from '../../shared/domain/accountLine.ts';
import type { BillingPeriod } from '../../shared/domain/billingPeriod.ts';
import { type GridId, miniGrid, type ProsumerId, powerPlant } from '../../shared/domain/ids.ts';
import type { InvoiceId } from '../../shared/domain/invoice.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { amountDue } from '../../shared/operations/amountDue.ts';
import { getRun, listRunAccounts } from '../../shared/operations/billingRuns.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { completeRuns } from '../../shared/operations/completeRuns.ts';
import { exportRunCsv, exportRunJson } from '../../shared/operations/exportRun.ts';
import { finalizeRun } from '../../shared/operations/finalizeRun.ts';
import { getStatement } from '../../shared/operations/getStatement.ts';
import { getInvoice, invoiceUri, voidInvoice } from '../../shared/operations/invoices.ts';
import { bill } from '../contract/billingSamples.ts';
import { batchKeyOf, tradeOf } from '../contract/samples.ts';
import { accountKey, creditOf } from './billingSamples.ts';
import { gridId, join, openGrid, post } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

// October ends in Berlin at 23:00 UTC: four quarter-hours are before it, four after.
const october = ['22:00', '22:15', '22:30', '22:45'].map((time) => `2026-10-31T${time}:00Z`);
const november = ['23:00', '23:15', '23:30', '23:45'].map((time) => `2026-10-31T${time}:00Z`);
const [a, b, c] = ['a', 'b', 'c'] as ProsumerId[] as [ProsumerId, ProsumerId, ProsumerId];

let app: TestApp;

beforeEach(async () => {
  app = openTestApp('2026-10-31T21:00:00Z');
  await openGrid(app.ports, {
    activeFrom: october[0] as never,
    activeUntil: '2026-11-01T00:00:00Z' as never,
  });
  for (const id of [a, b, c]) await join(app.ports, id);
});
afterEach(() => app.end());

/** The worked example of the market, once: a is paid 600 sat, b and c owe 550 each. */
const example = { a: 2000, b: -1500, c: -1500 };

async function settle(frames: readonly string[], until: string): Promise<void> {
  app.setClock(until);
  for (const frame of frames) await post(app.ports, frame, example);
  await app.tick();
  await app.drain();
}

async function finalize(period: string) {
  const result = await finalizeRun(app.ports, gridId, period);
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.detail}`);
  return result.value.run;
}

async function refusalOf(period: string): Promise<string | undefined> {
  const result = await finalizeRun(app.ports, gridId, period);
  return result.ok ? undefined : result.refusal.code;
}

async function accountsOf(period: string) {
  const result = await listRunAccounts(app.ports, gridId, period, { limit: 10 });
  if (!result.ok) throw new Error(result.refusal.detail);
  return Object.fromEntries(result.value.items.map((each) => [each.accountId, each]));
}

describe('a run', () => {
  test('is a preview that can be repeated, then final once and for all', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    const first = await getRun(app.ports, gridId, '2026-10');
    expect(await getRun(app.ports, gridId, '2026-10')).toEqual(first);
    expect(first).toMatchObject({ ok: true, value: { isFinal: false } });
    expect(first.ok && first.value.blockedBy).toBeUndefined();
    const run = await finalize('2026-10');
    expect(run).toMatchObject({
      accountCount: 4,
      invoiceCount: 2,
      payoutCount: 1,
      invoicesSat: 4400n,
      payoutsSat: 2400n,
      miniGridSat: 0n,
      powerPlantSat: 2000n,
      carriedUsat: 0n,
    });
    app.setClock('2026-10-31T23:00:30Z');
    expect(await finalize('2026-10')).toEqual(run);
    expect(await getRun(app.ports, gridId, '2026-10')).toMatchObject({
      value: { isFinal: true, run },
    });
  });

  test('waits until its period is over and settled', async () => {
    await settle(october.slice(0, 2), '2026-10-31T22:30:00Z');
    expect(await refusalOf('2026-10')).toBe('billing_period_not_over');
    app.setClock('2026-10-31T23:00:00Z');
    expect(await refusalOf('2026-10')).toBe('billing_period_not_settled');
    for (const frame of october.slice(2)) await post(app.ports, frame, example);
    // Closed, and no batch of trades is recorded yet.
    await closeTimeframe(app.ports, { gridId, timeframe: october.at(-1) as never });
    expect(await refusalOf('2026-10')).toBe('billing_period_not_settled');
    await app.drain();
    expect(await refusalOf('2026-10')).toBeUndefined();
  });

  test('waits for a closing of its period that stands behind one of a later in the chain', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    const last = await app.ports.closings.last(gridId);
    if (last === undefined) throw new Error('october is closed');
    const { hasLateReadings: _, ...closing } = last;
    const correct = (closingNumber: number, closedAt: string) =>
      app.ports.closings.create({
        ...closing,
        ...{ closingNumber, revision: closingNumber, closedAt: closedAt as never },
        status: 'closed',
      });
    await correct(5, '2026-11-01T09:00:00Z');
    expect(await getRun(app.ports, gridId, '2026-10')).not.toHaveProperty('value.blockedBy');
    await correct(6, '2026-10-31T22:59:59Z');
    expect(await refusalOf('2026-10')).toBe('billing_period_not_settled');
    await app.ports.closings.markSettled(gridId, 6);
    expect(await refusalOf('2026-10')).toBeUndefined();
  });

  test('takes what an older version noted in a month before the first of the grid', async () => {
    const early = tradeOf(1, {
      gridId,
      timeframe: '2026-09-30T22:00:00Z' as never,
      sellerId: a,
      buyerId: b,
    });
    await app.ports.ledger.record(batchKeyOf(early), postingsOf(early), {
      period: '2026-09' as BillingPeriod,
      lines: linesOf([early]),
      averaged: [],
    });
    await settle(october, '2026-10-31T23:00:00Z');
    expect(await refusalOf('2026-09')).toBe('billing_run_not_found');
    expect(await finalize('2026-10')).toMatchObject({ payoutsSat: 2700n, invoicesSat: 4700n });
  });

  test.each([
    ['2026-09', 'billing_run_not_found'],
    ['2026-13', 'billing_run_not_found'],
    ['October', 'billing_run_not_found'],
    ['2026-11', 'billing_period_not_over'],
  ])('of %s is refused: %s', async (period, code) => {
    await settle(october, '2026-10-31T23:00:00Z');
    expect(await refusalOf(period)).toBe(code);
  });

  test('of a later period has to wait for an earlier one in which something happened', async () => {
    await settle([...october, ...november], '2026-11-01T00:00:00Z');
    expect(await refusalOf('2026-11')).toBe('billing_period_not_next');
    await finalize('2026-10');
    expect(await refusalOf('2026-11')).toBeUndefined();
    expect(await refusalOf('2026-10')).toBeUndefined();
  });

  test('is made once by two at a time', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    const [one, other] = await Promise.all([finalize('2026-10'), finalize('2026-10')]);
    expect(one).toEqual(other);
    const { items } = await app.ports.invoices.list({ gridId }, { limit: 9 });
    expect(items.map(({ value }) => [value.prosumerId, value.amountSat])).toEqual([
      [b, 2200n],
      [c, 2200n],
    ]);
  });

  test('bills what came after its period was final with the next one', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    const late = tradeOf(1, {
      gridId,
      timeframe: october[0] as never,
      revision: 1,
      sellerId: a,
      buyerId: b,
    });
    await app.ports.ledger.record(batchKeyOf(late), postingsOf(late), {
      period: '2026-10' as BillingPeriod,
      lines: linesOf([late]),
      averaged: [],
    });
    await settle(november, '2026-11-01T00:00:00Z');
    const run = await finalize('2026-11');
    expect(run).toMatchObject({ previousPeriod: '2026-10', payoutsSat: 2700n, invoicesSat: 4700n });
    expect((await accountsOf('2026-11'))[b]).toMatchObject({ satoshi: -2500n });
    expect((await accountsOf('2026-10'))[b]).toMatchObject({ satoshi: -2200n });
  });

  test('carries over what is below the minimum, and the mini grid the opposite', async () => {
    await changeGrid(app.ports, gridId, { billing: { minimumSat: 2201 } }, undefined);
    await settle(october, '2026-10-31T23:00:00Z');
    const run = await finalize('2026-10');
    expect(run).toMatchObject({ invoiceCount: 0, payoutsSat: 2400n, miniGridSat: -4400n });
    expect(await accountsOf('2026-10')).toMatchObject({
      b: { satoshi: 0n, restUsat: -2_200_000_000n },
      [miniGrid]: { satoshi: -4400n, restUsat: 4_400_000_000n },
      [powerPlant]: { satoshi: 2000n },
    });
    await settle(november, '2026-11-01T00:00:00Z');
    expect(await finalize('2026-11')).toMatchObject({ invoicesSat: 8800n, miniGridSat: 4400n });
    expect(await accountsOf('2026-11')).toMatchObject({
      b: { carryUsat: -2_200_000_000n, satoshi: -4400n, restUsat: 0n },
      [miniGrid]: { restUsat: 0n },
    });
  });
});

describe('an invoice', () => {
  const invoiceId = 'grid.2026-10.b' as InvoiceId;

  test('that is voided comes back with the next run, less what was paid', async () => {
    await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    await creditOf(app.ports, invoiceId, 200n);
    expect(await voidInvoice(app.ports, invoiceId)).toMatchObject({ ok: true });
    expect(await voidInvoice(app.ports, invoiceId)).toMatchObject({ ok: true });
    await settle(november, '2026-11-01T00:00:00Z');
    await finalize('2026-11');
    expect((await accountsOf('2026-11'))[b]).toMatchObject({
      paymentsUsat: -2_000_000_000n,
      satoshi: -4200n,
    });
    expect((await accountsOf('2026-11'))[miniGrid]).toMatchObject({ paymentsUsat: 2_000_000_000n });
  });

  test('that was paid too much is a credit in the next run', async () => {
    await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    await creditOf(app.ports, invoiceId, 5000n);
    expect(await voidInvoice(app.ports, invoiceId)).toMatchObject({
      refusal: { code: 'invoice_paid' },
    });
    const due = await amountDue(app.ports, b);
    expect(due).toMatchObject({
      value: { account: { satoshi: 2800n }, payments: [{ invoiceId, satoshi: 2800n }] },
    });
    await settle(november, '2026-11-01T00:00:00Z');
    await finalize('2026-11');
    expect((await accountsOf('2026-11'))[b]).toMatchObject({ satoshi: 600n });
  });

  test('of which less is left than can be sent asks for the least that can', async () => {
    await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    const asked = async () => {
      const stored = await app.ports.invoices.get(invoiceId);
      return stored && /amount=([0-9.]+)/.exec(invoiceUri(stored.value) ?? '')?.[1];
    };
    expect(await asked()).toBe('0.000022');
    await creditOf(app.ports, invoiceId, 1905n);
    expect(await asked()).toBe('0.00000295');
    await creditOf(app.ports, invoiceId, 294n);
    expect(await asked()).toBe('0.00000294');
    await creditOf(app.ports, invoiceId, 294n);
    expect(await asked()).toBeUndefined();
    expect(await amountDue(app.ports, b)).toMatchObject({ value: { account: { satoshi: 0n } } });
    expect(await amountDue(app.ports, b)).toMatchObject({
      value: { account: { paymentsUsat: 293_000_000n }, openInvoices: [] },
    });
  });

  test('shows its lines, each of them energy × price', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    const result = await getInvoice(app.ports, invoiceId);
    if (!result.ok) throw new Error(result.refusal.detail);
    const { lines, events } = result.value;
    expect(lines).toEqual([
      {
        accountId: b,
        kind: 'bought',
        counterparty: powerPlant,
        priceMsatPerKwh: 500_000,
        energyWh: 2000,
      },
      {
        accountId: b,
        kind: 'bought',
        counterparty: 'prosumers',
        priceMsatPerKwh: 300_000,
        energyWh: 4000,
      },
    ]);
    expect(lines.reduce((sum, line) => sum + amountOfLine(line), 0n)).toBe(-2_200_000_000n);
    expect(events.map(({ kind, amountSat }) => [kind, amountSat])).toEqual([['issued', 2200n]]);
  });

  test('gets its address once the grid names its account, and no two have the same', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    await completeRuns(app.ports);
    expect((await app.ports.invoices.get(invoiceId))?.value.payTo).toBeUndefined();
    const changed = await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
    expect(changed).toMatchObject({ ok: true });
    await Promise.all([completeRuns(app.ports), completeRuns(app.ports)]);
    const { items } = await app.ports.invoices.list({ gridId }, { limit: 9 });
    const addresses = items.map(({ value }) => value.payTo?.address);
    expect(new Set(addresses).size).toBe(2);
    expect(addresses.every((address) => address?.startsWith('bcrt1q'))).toBe(true);
    expect(items.map(({ value }) => value.payTo?.index).sort()).toEqual([0, 1]);
  });
});

describe('what is due', () => {
  test('is what the run then bills, to the µsat', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    const due = await amountDue(app.ports, b);
    if (!due.ok) throw new Error(due.refusal.detail);
    const { account, lines } = due.value;
    await finalize('2026-10');
    const { lines: billedLines, ...billed } = (await accountsOf('2026-10'))[b] ?? { lines: [] };
    expect(account).toEqual(billed);
    expect(lines).toEqual(billedLines);
    const after = await amountDue(app.ports, b);
    expect(after).toMatchObject({
      value: { account: { satoshi: 0n, postingsUsat: 0n }, openInvoices: [{ amountSat: 2200n }] },
    });
  });

  test('of nobody is not found', async () => {
    expect(await amountDue(app.ports, 'nobody' as ProsumerId)).toMatchObject({
      refusal: { code: 'prosumer_not_found' },
    });
  });
});

describe('documents', () => {
  test('are written once, and anyone can compute a statement again from the trades', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    expect(await getStatement(app.ports, gridId, '2026-10', b)).toMatchObject({ ok: false });
    await finalize('2026-10');
    const stored = await app.ports.documents.get('statements/grid/2026-10/b.json');
    const shown = await getStatement(app.ports, gridId, '2026-10', b);
    expect(shown).toEqual({ ok: true, value: stored });
    const statement = JSON.parse(stored ?? '');
    const { items: trades } = await app.ports.trades.list(gridId, {}, { limit: 100 });
    const own = linesOf(trades).filter(({ accountId }) => accountId === b);
    const postings = own.reduce((sum, line) => sum + amountOfLine(line), 0n);
    expect(statement).toMatchObject({
      postingsUsat: postings.toString(),
      balanceUsat: '-2200000000',
      billedSat: '-2200',
      restUsat: '0',
      invoiceId: 'grid.2026-10.b',
      from: '2026-09-30T22:00:00Z',
      to: '2026-10-31T23:00:00Z',
      hash: trades.at(-1)?.hash,
    });
    const run = await exportRunJson(app.ports, gridId, '2026-10');
    expect(run.ok && JSON.parse(run.value)).toMatchObject({
      invoicesSat: '4400',
      accounts: [{}, {}, {}, {}],
    });
    expect(await app.ports.billing.listUndocumented(9)).toEqual([]);
  });

  test('as CSV have a row per account and line', async () => {
    await settle(october, '2026-10-31T23:00:00Z');
    await finalize('2026-10');
    const csv = await exportRunCsv(app.ports, gridId, '2026-10');
    expect(csv.ok && csv.value.split('\r\n').slice(0, 3)).toEqual([
      'account_id,carry_usat,postings_usat,payments_usat,billed_sat,rest_usat,kind,counterparty,price_msat_per_kwh,energy_wh,amount_usat',
      'a,0,2400000000,0,2400,0,sold,prosumers,300000,8000,2400000000',
      'b,0,-2200000000,0,-2200,0,bought,power-plant,500000,2000,-1000000000',
    ]);
  });

  test('of one grid hold up no other, and what failed is done later', async () => {
    const other = 'other' as GridId;
    await openGrid(app.ports, { id: other });
    await bill(app.ports.billing, { b: -9_000n }, { gridId });
    await bill(app.ports.billing, { z: -9_000n }, { gridId: other });
    const put: typeof app.ports.documents.put = async (name, ...rest) => {
      if (name.includes('/grid/')) throw new Error('the folder is full');
      return app.ports.documents.put(name, ...rest);
    };
    const ports = { ...app.ports, documents: { ...app.ports.documents, put } };
    await expect(completeRuns(ports)).rejects.toThrow('full');
    const undocumented = async () =>
      (await app.ports.billing.listUndocumented(9)).map(({ run }) => run.gridId);
    expect(await undocumented()).toEqual([gridId]);
    await completeRuns(app.ports);
    expect(await undocumented()).toEqual([]);
  });

  test('are completed by the timer after a crash at any call of a store', async () => {
    await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
    await settle(october, '2026-10-31T23:00:00Z');
    const callsMax = 100;
    let crashes = 0;
    for (let callsLeft = 0; callsLeft < callsMax; callsLeft += 1) {
      try {
        await finalizeRun(dyingAfter(app.ports, callsLeft), gridId, '2026-10');
        await completeRuns(dyingAfter(app.ports, callsLeft));
        break;
      } catch (error) {
        expect(String(error)).toContain('the process is gone');
        crashes += 1;
      }
    }
    expect(crashes).toBeGreaterThan(5);
    const { items } = await app.ports.invoices.list({ gridId }, { limit: 9 });
    expect(items.map(({ value }) => [value.amountSat, value.payTo?.index])).toEqual([
      [2200n, 0],
      [2200n, 1],
    ]);
    expect(
      await app.ports.wallets.allocatedCount(items[0]?.value.payTo?.walletId as never, 0),
    ).toBe(2);
    expect(await app.ports.billing.listUndocumented(9)).toEqual([]);
    expect(await app.ports.documents.get('runs/grid/2026-10.json')).toContain(
      '"invoicesSat":"4400"',
    );
  });
});

/** Ports whose stores throw after so many calls, before or after the work of the last is done. */
function dyingAfter(ports: TestApp['ports'], callsLeft: number): TestApp['ports'] {
  let left = callsLeft;
  const dying = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (left <= 0) throw new Error('the process is gone');
          left -= 1;
          const value: unknown = await Reflect.apply(member, target, args);
          if (left === 0) throw new Error('the process is gone');
          return value;
        };
      },
    });
  const { billing, invoices, wallets, documents } = ports;
  return {
    ...ports,
    billing: dying(billing),
    invoices: dying(invoices),
    wallets: dying(wallets),
    documents: dying(documents),
  };
}
