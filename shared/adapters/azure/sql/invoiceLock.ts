import type { InvoiceId } from '../../../domain/invoice.ts';
import { ledgerLock } from './lockedTransaction.ts';

/** The lock of the grid that an invoice is of: its id begins with the grid's, which has no dot. */
export function lockOf(invoiceId: InvoiceId): string {
  return ledgerLock(invoiceId.slice(0, invoiceId.indexOf('.')));
}
