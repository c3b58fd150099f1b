import type { AccountLine } from '../domain/accountLine.ts';
import { billAccount } from '../domain/billAccounts.ts';
import { billableAccounts } from '../domain/billableAccounts.ts';
import type { BilledAccount } from '../domain/billing.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Invoice, InvoiceId } from '../domain/invoice.ts';
import { outstandingSat } from '../domain/invoiceStatus.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import { type Satoshi, zeroUsat } from '../domain/units.ts';
import type { InvoiceChange } from '../ports/billingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { minimums } from './draftRun.ts';
import { prosumerNotFound } from './getProsumer.ts';

const invoicesPerPage = 200;
/** Invoices of one prosumer: one a month. */
const invoicesMax = 3_000;

/** What a prosumer would be billed if its whole ledger were billed now, and what is open. */
export type AmountDue = {
  readonly gridId: GridId;
  readonly asOf: Instant;
  readonly account: BilledAccount;
  readonly minimumSat: Satoshi;
  readonly lines: readonly AccountLine[];
  readonly payments: readonly InvoiceChange[];
  /** Invoices that something is left to pay of, oldest first. */
  readonly openInvoices: readonly Invoice[];
};

export async function amountDue(
  ports: Pick<Ports, 'grids' | 'prosumers' | 'billing' | 'invoices' | 'payouts' | 'clock'>,
  prosumerId: ProsumerId,
): Promise<Result<AmountDue, Refusal>> {
  const gridId = (await ports.prosumers.get(prosumerId))?.prosumer.gridId;
  const grid = gridId && (await ports.grids.get(gridId))?.value;
  if (gridId === undefined || grid === undefined) return refuse(prosumerNotFound(prosumerId));
  const asOf = ports.clock.now();
  const [unbilled, address, openInvoices] = await Promise.all([
    ports.billing.unbilledOf(gridId, prosumerId),
    ports.payouts.getAddress(prosumerId),
    listOpen(ports, prosumerId),
  ]);
  const addresses = new Map(address === undefined ? [] : [[prosumerId, address]]);
  const minimumOf = minimums(grid, addresses, asOf);
  const own = billableAccounts(unbilled, minimumOf).find((each) => each.accountId === prosumerId);
  const account = own ?? {
    accountId: prosumerId,
    carryUsat: zeroUsat,
    postingsUsat: zeroUsat,
    paymentsUsat: zeroUsat,
    minimumSat: minimumOf(prosumerId, zeroUsat),
  };
  const { lines, payments } = unbilled;
  const { minimumSat } = account;
  const due = { gridId, asOf, account: billAccount(account), minimumSat };
  return accept({ ...due, lines, payments, openInvoices });
}

async function listOpen(
  { invoices }: Pick<Ports, 'invoices'>,
  prosumerId: ProsumerId,
): Promise<readonly Invoice[]> {
  const open: Invoice[] = [];
  let after: InvoiceId | undefined;
  for (let seen = 0; seen < invoicesMax; seen += invoicesPerPage) {
    const page = { limit: invoicesPerPage, ...(after && { after }) };
    const { items, next } = await invoices.list({ prosumerId }, page);
    open.push(...items.map(({ value }) => value).filter((each) => outstandingSat(each) > 0n));
    if (next === undefined) break;
    after = next;
  }
  return open;
}
