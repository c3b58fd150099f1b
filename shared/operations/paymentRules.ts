import { assert } from '../domain/assert.ts';
import { type BillingSettings, billingDefaults } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Invoice, InvoiceId } from '../domain/invoice.ts';
import { confirmationsNeeded, followPayment, type ObservedOutput } from '../domain/payment.ts';
import type { PaymentChange, StoredPayment } from '../ports/invoiceStore.ts';
import type { Ports } from '../ports/ports.ts';

/** How payments to invoices are taken on, by what their grids say. */
export type PaymentRules = {
  /** What is to be written of a payment; undefined when nothing changed. */
  changeOf(
    before: StoredPayment | undefined,
    observed: ObservedOutput | 'gone',
    invoice: Pick<Invoice, 'id' | 'gridId' | 'amountSat'>,
  ): PaymentChange | undefined;
  /** The invoice of a payment; it is read once. */
  invoiceOf(invoiceId: InvoiceId): Promise<Invoice>;
};

export function paymentRules(
  { invoices, clock }: Pick<Ports, 'invoices' | 'clock'>,
  billings: ReadonlyMap<GridId, BillingSettings>,
): PaymentRules {
  const known = new Map<InvoiceId, Invoice>();
  return {
    changeOf(before, observed, { id: invoiceId, gridId, amountSat }) {
      const paid = observed === 'gone' ? amountSat : observed.amountSat;
      // Who pays in parts must not get away with fewer confirmations than the whole would need.
      const whole = paid > amountSat ? paid : amountSat;
      const needed = confirmationsNeeded(billings.get(gridId) ?? billingDefaults, whole);
      const rules = { invoiceId, needed, now: clock.now() };
      const followed = followPayment(before?.payment, observed, rules);
      return followed && { ...followed, version: before?.version ?? 0 };
    },
    async invoiceOf(invoiceId) {
      const invoice = known.get(invoiceId) ?? (await invoices.get(invoiceId))?.value;
      assert(invoice !== undefined, `the invoice ${invoiceId} of a payment is there`);
      known.set(invoiceId, invoice);
      return invoice;
    },
  };
}
