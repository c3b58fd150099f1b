import { expect, test } from '@jest/globals';
import type { OrderId, ProsumerId } from '../../shared/domain/ids.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { cancelTrade } from '../../shared/operations/cancelTrade.ts';
import { cancelOrder, replaceOrder } from '../../shared/operations/changeOrder.ts';
import { changeProsumer, deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import { depositAddress } from '../../shared/operations/depositAddress.ts';
import { voidInvoice } from '../../shared/operations/invoices.ts';
import { placeOrder } from '../../shared/operations/placeOrder.ts';
import { tradeAhead } from '../../shared/operations/tradeAhead.ts';
import {
  addressFor,
  billed,
  follow,
  freshMoneyApp,
  invoiceIdFor,
  type MoneyApp,
  openPaidGrid,
} from './moneyApp.ts';
import { bind, build, fundGrid, granted, sign, walletOf } from './payoutSteps.ts';
import { gridId, join, openGrid } from './smallGrid.ts';

const fresh = freshMoneyApp();
const a = 'a' as ProsumerId;

/** What is entered of a kind of thing, oldest first. */
async function entered({ ports }: Pick<MoneyApp, 'ports'>, kind: string) {
  const { items } = await ports.prosumerAudit.list(gridId, {}, { limit: 1_000 });
  return items.toReversed().filter(({ thing }) => thing.kind === kind);
}

async function actionsOf(app: Pick<MoneyApp, 'ports'>, kind: string): Promise<readonly string[]> {
  return (await entered(app, kind)).map(({ action }) => action);
}

test('a prosumer: what differs, by whom, and what is personal apart from it', async () => {
  const app = fresh();
  await openPaidGrid(app, ['a']);
  const ports = { ...app.ports, by: { kind: 'caller', id: 'olga' } as const };
  granted(await changeProsumer(ports, a, { address: 'Lane 2', type: 'farm' }, undefined));
  granted(await changeProsumer(ports, a, { address: 'Lane 2', type: 'farm' }, undefined));
  granted(await changeProsumer(ports, a, { name: 'Anna' }, undefined));
  granted(await deactivateProsumer(ports, a, undefined));
  granted(await deactivateProsumer(ports, a, undefined));
  const [created, ...changes] = await entered(app, 'prosumer');
  const about = { thing: { kind: 'prosumer', id: 'a' }, gridId, at: app.ports.clock.now() };
  const id = expect.any(String);
  const after = expect.not.objectContaining({ name: expect.anything() });
  const personal = { prosumerId: a, after: { name: 'a', address: 'a street' } };
  expect(created).toMatchObject({ ...about, action: 'created', after, personal });
  expect(changes).toEqual([
    {
      ...{ ...about, id, by: ports.by, action: 'changed' },
      ...{ before: { type: 'household' }, after: { type: 'farm' } },
      personal: { prosumerId: a, before: { address: 'a street' }, after: { address: 'Lane 2' } },
    },
    {
      ...{ ...about, id, by: ports.by, action: 'changed' },
      personal: { prosumerId: a, before: { name: 'a' }, after: { name: 'Anna' } },
    },
    {
      ...{ ...about, id, by: ports.by, action: 'deactivated' },
      before: { status: 'active' },
      after: { status: 'inactive', activeUntil: '2026-12-01T08:15:00Z' },
    },
  ]);
});

test('what is agreed on ahead and ordered, and what becomes of it', async () => {
  const app = fresh();
  await openGrid(app.ports, { market: { mechanism: 'auction' } });
  await join(app.ports, 'a');
  const { ports } = app;
  const timeframe = '2026-12-01T09:00:00Z' as Instant;
  const asked = { prosumerId: a, timeframe, side: 'sell', energyWh: wattHours(500) } as const;
  const { id } = granted(await tradeAhead(ports, { ...asked, id: 'one' }));
  granted(await tradeAhead(ports, { ...asked, id: 'one' }));
  granted(await cancelTrade(ports, id, undefined));
  granted(await cancelTrade(ports, id, undefined));
  const { timeframe: _, ...terms } = { ...asked, limitPriceMsatPerKwh: msatPerKwh(200_000) };
  const orderId = 'o' as OrderId;
  granted(await placeOrder(ports, { ...terms, id: orderId }));
  const cheaper = { ...terms, limitPriceMsatPerKwh: msatPerKwh(100_000) };
  for (const _again of [1, 2]) granted(await replaceOrder(ports, orderId, cheaper, undefined));
  for (const _again of [1, 2]) granted(await cancelOrder(ports, orderId, undefined));
  const cancelled = { action: 'cancelled', after: { status: 'cancelled' } };
  expect(await entered(app, 'trade_ahead')).toMatchObject([
    { action: 'accepted', thing: { id }, after: asked },
    { ...cancelled, before: { status: 'pending' } },
  ]);
  expect(await entered(app, 'order')).toMatchObject([
    { action: 'placed', thing: { id: 'o' }, after: terms },
    {
      action: 'changed',
      before: { limitPriceMsatPerKwh: 200_000 },
      after: { limitPriceMsatPerKwh: 100_000 },
    },
    { ...cancelled, before: { status: 'open' } },
  ]);
});

test('an invoice and what is paid to it', async () => {
  const app = fresh();
  await openPaidGrid(app, ['a', 'b', 'c']);
  await billed(app, { a: 60_000n, b: -50_000n, c: -10_000n });
  const address = await addressFor(app, 'b');
  const coin = await app.purse.fund(address, 50_000n);
  await follow(app);
  await follow(app);
  await app.purse.mine(3);
  await follow(app);
  granted(await voidInvoice(app.ports, invoiceIdFor('c')));
  granted(await voidInvoice(app.ports, invoiceIdFor('c')));
  expect(await actionsOf(app, 'invoice')).toEqual(['addressed', 'addressed', 'voided']);
  const thing = { kind: 'payment', id: `${coin.txid}:${coin.vout}` };
  const paid = { invoiceId: invoiceIdFor('b'), amountSat: '50000', status: 'seen' };
  expect(await entered(app, 'payment')).toMatchObject([
    { thing, action: 'seen', after: paid },
    { thing, action: 'credited', before: { status: 'seen' }, after: { status: 'credited' } },
  ]);
});

test('a payout from its making to its confirmation, and where it goes', async () => {
  const app = fresh();
  await openPaidGrid(app, ['a']);
  await billed(app, { a: 60_000n });
  const address = await bind(app, 'a');
  const next = await bind(app, 'a', 1);
  await fundGrid(app, [80_000n]);
  expect(await entered(app, 'payout_address')).toMatchObject([
    { action: 'bound', personal: { prosumerId: a, after: { address } } },
    { personal: { prosumerId: a, before: { address }, after: { address: next } } },
  ]);
  const built = granted(await build(app)).value;
  await sign(app, built);
  await sign(app, built);
  await app.purse.mine(3);
  await follow(app);
  await follow(app);
  const payouts = await entered(app, 'payout');
  expect(payouts).toMatchObject([
    { action: 'built', after: { status: 'built', payeeCount: 1, amountSat: '60000' } },
    { action: 'signed', before: { status: 'built' }, after: { awaitsSignature: false } },
    { action: 'broadcast', before: { status: 'signed' }, after: { status: 'broadcast' } },
    { action: 'confirmed', before: { status: 'broadcast' }, after: { status: 'confirmed' } },
  ]);
  const shown = JSON.stringify(payouts);
  for (const index of [0, 1]) expect(shown).not.toContain(walletOf('a').key(0, index).address);
});

test('an address to fill the wallet at, once', async () => {
  const app = fresh();
  await openPaidGrid(app, []);
  const first = granted(await depositAddress(app.ports, gridId, 'one'));
  expect(granted(await depositAddress(app.ports, gridId, 'one'))).toEqual(first);
  expect(await entered(app, 'deposit_address')).toMatchObject([
    { action: 'created', thing: { id: 'one' } },
  ]);
});
