import { assert } from '../domain/assert.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { changedFields } from '../domain/changedFields.ts';
import { type BillingSettings, billingDefaults } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Invoice, InvoiceId, Payment } from '../domain/invoice.ts';
import {
  confirmationsNeeded,
  type FollowedPayment,
  followPayment,
  type ObservedOutput,
} from '../domain/payment.ts';
import type { PaymentChange, StoredPayment } from '../ports/invoiceStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';

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
  ports: AuditingPorts & Pick<Ports, 'invoices'>,
  billings: ReadonlyMap<GridId, BillingSettings>,
): PaymentRules {
  const { invoices, clock } = ports;
  const known = new Map<InvoiceId, Invoice>();
  return {
    changeOf(before, observed, { id: invoiceId, gridId, amountSat }) {
      const paid = observed === 'gone' ? amountSat : observed.amountSat;
      // Who pays in parts must not get away with fewer confirmations than the whole would need.
      const whole = paid > amountSat ? paid : amountSat;
      const needed = confirmationsNeeded(billings.get(gridId) ?? billingDefaults, whole);
      const rules = { invoiceId, needed, now: clock.now() };
      const followed = followPayment(before?.payment, observed, rules);
      if (followed === undefined) return undefined;
      const entry = paymentEntry(ports, gridId, before?.payment, followed);
      return { ...followed, version: before?.version ?? 0, ...(entry && { entry }) };
    },
    async invoiceOf(invoiceId) {
      const invoice = known.get(invoiceId) ?? (await invoices.get(invoiceId))?.value;
      assert(invoice !== undefined, `the invoice ${invoiceId} of a payment is there`);
      known.set(invoiceId, invoice);
      return invoice;
    },
  };
}

/** The entry of what happened to a payment at last; none where it is only deeper in the chain. */
function paymentEntry(
  ports: AuditingPorts,
  gridId: GridId,
  before: Payment | undefined,
  { payment, events }: FollowedPayment,
): AuditEntry | undefined {
  const action = events.at(-1)?.kind;
  if (action === undefined) return undefined;
  const { txid, vout } = payment;
  const thing = { kind: 'payment', id: `${txid}:${vout}` } as const;
  const changed = changedFields(before && shownOf(before), shownOf(payment));
  return auditEntry(ports, { gridId, action, thing, ...changed });
}

function shownOf({ invoiceId, amountSat, state: status }: Payment) {
  return { invoiceId, amountSat, status };
}
