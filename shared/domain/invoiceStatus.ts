import type { Invoice, InvoiceStatus } from './invoice.ts';
import type { Instant } from './timeframe.ts';
import { type Satoshi, subtractSat, zeroSat } from './units.ts';

type Amounts = Pick<Invoice, 'amountSat' | 'creditedSat' | 'voidedAt'>;

/**
 * What an invoice's amounts say of it; the first that holds:
 * `void`; `settled` when the whole amount is buried; `paid` when it is credited; `seen` when what was
 * seen would make it whole, also past its due date, or is its first payment in time; `overdue` from
 * `dueAt` on; `partially_paid` when something was credited; `open`. So an invoice that is partly paid
 * becomes overdue, and an overdue one is seen, paid and settled like any other. A reversal takes it
 * back to where its amounts are.
 */
export function statusOfInvoice(
  invoice: Amounts & Pick<Invoice, 'seenSat' | 'buriedSat' | 'dueAt'>,
  now: Instant,
): InvoiceStatus {
  const { amountSat, seenSat, creditedSat, buriedSat } = invoice;
  if (invoice.voidedAt !== undefined) return 'void';
  if (buriedSat >= amountSat) return 'settled';
  if (creditedSat >= amountSat) return 'paid';
  const isDue = now >= invoice.dueAt;
  if (creditedSat + seenSat >= amountSat) return 'seen';
  if (creditedSat === 0n && seenSat > 0n && !isDue) return 'seen';
  if (isDue) return 'overdue';
  return creditedSat > 0n ? 'partially_paid' : 'open';
}

/** What is still to be paid: nothing of a void invoice, and never less than nothing. */
export function outstandingSat({ amountSat, creditedSat, voidedAt }: Amounts): Satoshi {
  if (voidedAt !== undefined || creditedSat >= amountSat) return zeroSat;
  return subtractSat(amountSat, creditedSat);
}

/**
 * What the invoice stands for on its prosumer's account: its amount, since that is a debt whether or
 * not it is paid, or more where more was paid; once it is void what was paid, and no debt.
 */
export function contributionSat({ amountSat, creditedSat, voidedAt }: Amounts): Satoshi {
  if (voidedAt !== undefined) return creditedSat;
  return creditedSat > amountSat ? creditedSat : amountSat;
}
