import { afterEach, beforeEach } from '@jest/globals';
import {
  type EmbeddedChain,
  openEmbeddedChain,
} from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import type { Address } from '../../shared/domain/bitcoin.ts';
import type { BillingSettings } from '../../shared/domain/grid.ts';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import { invoiceIdOf } from '../../shared/domain/invoice.ts';
import { addressInvoices } from '../../shared/operations/addressInvoices.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type TestWallet, testWallet } from '../bitcoin/testWallet.ts';
import { bill } from '../contract/billingSamples.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { november } from '../contract/samples.ts';
import { gridId, join, openGrid } from './smallGrid.ts';
import { openTestApp, type TestApp } from './testApp.ts';

/** An app on a regtest chain of its own, with a grid that has a wallet, and somebody who pays. */
export type MoneyApp = TestApp & {
  readonly ports: Ports & { readonly chain: Chain };
  readonly miner: EmbeddedChain['miner'];
  /** The grid's wallet with its private keys, which the app never sees. */
  readonly wallet: TestWallet;
  readonly purse: Purse;
};

/** Gives each test an app with money around it, and clears it away after. */
export function freshMoneyApp(): () => MoneyApp {
  let opened: MoneyApp | undefined;
  beforeEach(async () => {
    opened = await openMoneyApp();
  });
  afterEach(() => opened?.end());
  return () => {
    if (opened === undefined) throw new Error('an app is opened before each test');
    return opened;
  };
}

export async function openMoneyApp(): Promise<MoneyApp> {
  const app = openTestApp('2026-12-01T08:00:00Z');
  const { chain, miner, close } = await openEmbeddedChain(app.directory, {
    clock: app.ports.clock,
    durability: 'process',
  });
  const mine = async (count: number, address: string) => void (await miner.mine(count, address));
  const purse = await openPurse({ chain, mine });
  const wallet = testWallet('the grid');
  const end = () => {
    close();
    app.end();
  };
  return { ...app, ports: { ...app.ports, chain }, miner, wallet, purse, end };
}

/** Opens the grid with its wallet, and a prosumer for each name. */
export async function openPaidGrid(
  { ports, wallet }: Pick<MoneyApp, 'ports' | 'wallet'>,
  names: readonly string[],
  billing: Partial<BillingSettings> = {},
): Promise<void> {
  await openGrid(ports, { billing: { accountKey: wallet.accountKey, ...billing } });
  for (const name of names) await join(ports, name);
}

/** Bills so many satoshi: what is negative is owed and has an invoice with an address then. */
export async function billed(
  { ports }: Pick<MoneyApp, 'ports'>,
  amounts: Readonly<Record<string, bigint>>,
): Promise<void> {
  await bill(ports.billing, amounts, { gridId });
  const grid = await ports.grids.get(gridId);
  if (grid === undefined) throw new Error('the grid is there');
  await addressInvoices(ports, grid.value);
}

export function invoiceIdFor(name: string) {
  return invoiceIdOf(gridId, november, name as ProsumerId);
}

/** The invoice of a prosumer as it stands. */
export async function invoiceFor({ ports }: Pick<MoneyApp, 'ports'>, name: string) {
  const stored = await ports.invoices.get(invoiceIdFor(name));
  if (stored === undefined) throw new Error(`${name} has an invoice`);
  return stored.value;
}

export async function addressFor(app: Pick<MoneyApp, 'ports'>, name: string): Promise<Address> {
  const { payTo } = await invoiceFor(app, name);
  if (payTo === undefined) throw new Error(`the invoice of ${name} has an address`);
  return payTo.address;
}

/** What the timer does. */
export async function follow({ ports }: Pick<MoneyApp, 'ports'>): Promise<void> {
  await followPayments(ports);
  await followPayouts(ports);
}
