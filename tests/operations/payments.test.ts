import { describe, expect, test } from '@jest/globals';
import type { AccountKey } from '../../shared/domain/bitcoin.ts';
import type { InvoiceId } from '../../shared/domain/invoice.ts';
import { outstandingSat, statusOfInvoice } from '../../shared/domain/invoiceStatus.ts';
import { changeGrid } from '../../shared/operations/changeGrid.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { voidInvoice } from '../../shared/operations/invoices.ts';
import { ChainUnavailableError } from '../../shared/ports/chain.ts';
import { type Spendable, signSpend, type TestOutput, testWallet } from '../bitcoin/testWallet.ts';
import { attempt, crashing } from './crashing.ts';
import {
  addressFor,
  billed,
  follow,
  freshMoneyApp,
  invoiceFor,
  invoiceIdFor,
  type MoneyApp,
  openMoneyApp,
  openPaidGrid,
} from './moneyApp.ts';
import { gridId } from './smallGrid.ts';

const limit = 100;
const fresh = freshMoneyApp();

/** A grid in which b owes 50 000 sat and c 20 000. */
async function owing(app = fresh()): Promise<MoneyApp> {
  await openPaidGrid(app, ['a', 'b', 'c']);
  await billed(app, { a: 60_000n, b: -50_000n, c: -20_000n });
  return app;
}

async function mine(app: MoneyApp, count: number): Promise<void> {
  await app.purse.mine(count);
  await follow(app);
}

async function stateOf(app: MoneyApp, name: string) {
  const invoice = await invoiceFor(app, name);
  const { seenSat, creditedSat } = invoice;
  const status = statusOfInvoice(invoice, app.ports.clock.now());
  return { status, seenSat, creditedSat, outstandingSat: outstandingSat(invoice) };
}

/** Spends a coin of the purse; what is left goes back to it. */
async function send(
  { ports, purse }: MoneyApp,
  coin: Spendable,
  outputs: readonly TestOutput[],
  feeSat: bigint,
): Promise<void> {
  const paidSat = outputs.reduce((sum, { amountSat }) => sum + amountSat, feeSat);
  const change = { to: purse.wallet.key(0, 0).address, amountSat: coin.amountSat - paidSat };
  const spend = signSpend({ inputs: [coin], outputs: [...outputs, change] });
  expect(await ports.chain.broadcast(spend.toHex())).toMatchObject({ ok: true });
}

async function kindsOf({ ports }: Pick<MoneyApp, 'ports'>, id: InvoiceId) {
  return (await ports.invoices.events(id, limit)).map(({ kind }) => kind);
}

/** Σ credited − Σ reversed of the events, which must be what the invoice says. */
async function bookedSat({ ports }: Pick<MoneyApp, 'ports'>, id: InvoiceId): Promise<bigint> {
  const events = await ports.invoices.events(id, limit);
  const sign = { credited: 1n, reversed: -1n } as Readonly<Record<string, bigint>>;
  return events.reduce((sum, { kind, amountSat = 0n }) => sum + (sign[kind] ?? 0n) * amountSat, 0n);
}

describe('a payment', () => {
  test('is seen unconfirmed, and credited with its confirmations', async () => {
    const app = await owing();
    await app.purse.fund(await addressFor(app, 'b'), 50_000n);
    await follow(app);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'seen', seenSat: 50_000n });
    await mine(app, 2);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'seen', creditedSat: 0n });
    await mine(app, 1);
    expect(await stateOf(app, 'b')).toEqual({
      status: 'paid',
      seenSat: 0n,
      creditedSat: 50_000n,
      outstandingSat: 0n,
    });
    await mine(app, 97);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'settled' });
    expect(await kindsOf(app, invoiceIdFor('b'))).toEqual([
      'issued',
      'addressed',
      'seen',
      'credited',
      'buried',
    ]);
    expect(await stateOf(app, 'c')).toMatchObject({ status: 'open' });
  });

  test('in parts, twice, late and too much is credited all the same', async () => {
    const app = await owing();
    const address = await addressFor(app, 'b');
    await app.purse.fund(address, 20_000n);
    await mine(app, 3);
    expect(await stateOf(app, 'b')).toMatchObject({
      status: 'partially_paid',
      outstandingSat: 30_000n,
    });
    app.setClock('2027-03-01T00:00:00Z');
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'overdue' });
    await app.purse.fund(address, 30_000n);
    await app.purse.fund(address, 30_000n);
    await mine(app, 3);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'paid', creditedSat: 80_000n });
    await app.purse.fund(address, 1n + 293n);
    await mine(app, 3);
    expect((await invoiceFor(app, 'b')).creditedSat).toBe(80_294n);
  });

  test('to a voided invoice is credited', async () => {
    const app = await owing();
    const voided = await voidInvoice(app.ports, invoiceIdFor('b'));
    expect(voided.ok).toBe(true);
    await app.purse.fund(await addressFor(app, 'b'), 50_000n);
    await mine(app, 3);
    expect(await invoiceFor(app, 'b')).toMatchObject({ creditedSat: 50_000n });
    // Billed and then voided, the debt is the account's again: what was paid of it is not.
    expect((await app.ports.billing.unbilledOf(gridId, 'b' as never)).payments).toEqual([]);
  });

  test('of two outputs in one transaction is two payments', async () => {
    const app = await owing();
    const coin = app.purse.takeCoin();
    const to = await addressFor(app, 'b');
    const outputs = [
      { to, amountSat: 10_000n },
      { to, amountSat: 10_000n },
      { to: await addressFor(app, 'c'), amountSat: 20_000n },
    ];
    await send(app, coin, outputs, 1_000n);
    await mine(app, 3);
    expect((await invoiceFor(app, 'b')).creditedSat).toBe(20_000n);
    expect((await invoiceFor(app, 'c')).creditedSat).toBe(20_000n);
    expect(await app.ports.invoices.paymentsOf(invoiceIdFor('b'), limit)).toHaveLength(2);
  });

  test('that was replaced vanishes, and what replaced it counts', async () => {
    const app = await owing();
    const coin = app.purse.takeCoin();
    const to = await addressFor(app, 'b');
    await send(app, coin, [{ to, amountSat: 50_000n }], 1_000n);
    await follow(app);
    await send(app, coin, [{ to, amountSat: 40_000n }], 9_000n);
    await follow(app);
    expect(await stateOf(app, 'b')).toMatchObject({ seenSat: 40_000n, creditedSat: 0n });
    await mine(app, 3);
    expect(await stateOf(app, 'b')).toMatchObject({ seenSat: 0n, creditedSat: 40_000n });
    const payments = await app.ports.invoices.paymentsOf(invoiceIdFor('b'), limit);
    expect(payments.map(({ state }) => state).sort()).toEqual(['credited', 'vanished']);
  });
});

describe('when blocks are undone', () => {
  test('a credit is reversed, and given again when the payment comes again', async () => {
    const app = await owing();
    await app.purse.fund(await addressFor(app, 'b'), 50_000n);
    await mine(app, 4);
    await app.miner.undo(4);
    await follow(app);
    expect(await stateOf(app, 'b')).toMatchObject({ seenSat: 50_000n, creditedSat: 0n });
    expect(await bookedSat(app, invoiceIdFor('b'))).toBe(0n);
    await mine(app, 5);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'paid', creditedSat: 50_000n });
    expect(await bookedSat(app, invoiceIdFor('b'))).toBe(50_000n);
  });

  test('deeper than the confirmations and paid elsewhere, the credit is gone for good', async () => {
    const app = await owing();
    const coin = app.purse.takeCoin();
    const to = await addressFor(app, 'b');
    await send(app, coin, [{ to, amountSat: 50_000n }], 1_000n);
    await mine(app, 5);
    expect(await stateOf(app, 'b')).toMatchObject({ status: 'paid' });
    await app.miner.undo(5);
    await send(app, coin, [], 9_000n);
    await mine(app, 7);
    expect(await stateOf(app, 'b')).toEqual({
      status: 'open',
      seenSat: 0n,
      creditedSat: 0n,
      outstandingSat: 50_000n,
    });
    expect((await kindsOf(app, invoiceIdFor('b'))).slice(2)).toEqual([
      'seen',
      'credited',
      'reversed',
      'vanished',
    ]);
  });

  test('shallower, and mined again at once, nothing is to be told', async () => {
    const app = await owing();
    await app.purse.fund(await addressFor(app, 'b'), 50_000n);
    await mine(app, 4);
    await app.miner.undo(2);
    await mine(app, 3);
    expect((await kindsOf(app, invoiceIdFor('b'))).slice(2)).toEqual(['seen', 'credited']);
  });
});

test('an invoice asks for the confirmations of its whole amount, in however small parts', async () => {
  const app = fresh();
  const confirmations = [
    { fromSat: 0, confirmations: 1 },
    { fromSat: 50_000, confirmations: 4 },
  ];
  await openPaidGrid(app, ['b', 'c'], { confirmations });
  await billed(app, { b: -50_000n, c: -49_999n });
  await app.purse.fund(await addressFor(app, 'b'), 25_000n);
  await app.purse.fund(await addressFor(app, 'c'), 25_000n);
  await mine(app, 3);
  expect((await invoiceFor(app, 'b')).creditedSat).toBe(0n);
  expect((await invoiceFor(app, 'c')).creditedSat).toBe(25_000n);
  await mine(app, 1);
  expect((await invoiceFor(app, 'b')).creditedSat).toBe(25_000n);
});

test('what comes to the addresses of a former account key is still credited', async () => {
  const app = await owing();
  const accountKey: AccountKey = testWallet('the next').accountKey;
  expect((await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined)).ok).toBe(
    true,
  );
  await app.purse.fund(await addressFor(app, 'b'), 50_000n);
  await mine(app, 3);
  expect((await invoiceFor(app, 'b')).creditedSat).toBe(50_000n);
});

test.each([
  ['the grid', 'the next'],
  ['the next', 'the grid'],
])('while the chain cannot tell of the wallet %s, that of %s is followed', async (lost, told) => {
  const app = await owing();
  const accountKey: AccountKey = testWallet('the next').accountKey;
  await changeGrid(app.ports, gridId, { billing: { accountKey } }, undefined);
  const asked: string[] = [];
  const changesSince: typeof app.ports.chain.changesSince = async (wallet, cursor) => {
    if (wallet.accountKey === testWallet(lost).accountKey) throw new ChainUnavailableError('busy');
    asked.push(wallet.accountKey);
    return app.ports.chain.changesSince(wallet, cursor);
  };
  const ports = { ...app.ports, chain: { ...app.ports.chain, changesSince } };
  await expect(followPayments(ports)).rejects.toThrow('busy');
  expect(asked).toEqual([testWallet(told).accountKey]);
});

test('two followers at once do what one does', async () => {
  const app = await owing();
  const address = await addressFor(app, 'b');
  for (let round = 0; round < 5; round += 1) {
    await app.purse.fund(address, 1_000n);
    await app.purse.mine(1);
    await Promise.all([followPayments(app.ports), followPayments(app.ports)]);
  }
  await mine(app, 2);
  expect((await invoiceFor(app, 'b')).creditedSat).toBe(5_000n);
  expect(await bookedSat(app, invoiceIdFor('b'))).toBe(5_000n);
});

test('a follower that saw the chain as it was before writes over nothing that is newer', async () => {
  const app = await owing();
  const coin = app.purse.takeCoin();
  const to = await addressFor(app, 'b');
  await send(app, coin, [{ to, amountSat: 50_000n }], 1_000n);
  await mine(app, 2);
  await app.purse.mine(1);
  const changesSince: typeof app.ports.chain.changesSince = async (...asked) => {
    const seen = await app.ports.chain.changesSince(...asked);
    await app.miner.undo(3);
    await send(app, coin, [], 9_000n);
    await mine(app, 4);
    return seen;
  };
  await followPayments({ ...app.ports, chain: { ...app.ports.chain, changesSince } });
  expect(await stateOf(app, 'b')).toMatchObject({ seenSat: 0n, creditedSat: 0n });
  expect((await kindsOf(app, invoiceIdFor('b'))).slice(2)).toEqual(['seen', 'vanished']);
});

test('without a chain nothing is followed', async () => {
  const { ports } = await owing();
  const { chain: _, ...alone } = ports;
  expect(await followPayments(alone)).toEqual({ changes: 0 });
});

// Past a hundred blocks a chain no longer tells of a payment by itself: only the cursor asks for it.
test.each([3, 105])(
  'a crash at any call of a port loses nothing and credits nothing twice, %i blocks on',
  async (blocks) => {
    for (let crashAt = 1; ; crashAt += 1) {
      const app = await openMoneyApp();
      await owing(app);
      await follow(app);
      await app.purse.fund(await addressFor(app, 'b'), 50_000n);
      await app.purse.fund(await addressFor(app, 'c'), 5_000n);
      await app.purse.mine(blocks);
      const { ports } = crashing(app.ports, crashAt);
      const isDone = await attempt(() => followPayments(ports));
      await follow(app);
      for (const [name, sat] of [
        ['b', 50_000n],
        ['c', 5_000n],
      ] as const) {
        expect((await invoiceFor(app, name)).creditedSat).toBe(sat);
        expect(await bookedSat(app, invoiceIdFor(name))).toBe(sat);
        const kinds = (await kindsOf(app, invoiceIdFor(name))).slice(2);
        expect(kinds.slice(0, 2)).toEqual(['seen', 'credited']);
        expect(kinds).toHaveLength(blocks > 100 ? 3 : 2);
      }
      app.end();
      if (isDone) {
        expect(crashAt).toBeGreaterThan(6);
        return;
      }
    }
  },
  120_000,
);
