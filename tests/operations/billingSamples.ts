import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import type { InvoiceId } from '../../shared/domain/invoice.ts';
import { satoshi } from '../../shared/domain/units.ts';
import type { Ports } from '../../shared/ports/ports.ts';

/** The account of the words `abandon … about` on a test network (BIP84: m/84'/1'/0'). */
export const accountKey =
  'vpub5Y6cjg78GGuNLsaPhmYsiw4gYX3HoQiRBiSwDaBXKUafCt9bNwWQiitDk5VZ5BVxYnQdwoTyXSs2JHRPAgjAvtbBrf8ZhDYe2jWAqvZVnsc';

let outputs = 0;

/** Credits an output to an invoice, as a follower of the chain would. */
export async function creditOf(
  { invoices, clock }: Pick<Ports, 'invoices' | 'clock'>,
  invoiceId: InvoiceId,
  amountSat: bigint,
): Promise<void> {
  outputs += 1;
  const txid = outputs.toString(16).padStart(64, '0') as TransactionId;
  const at = clock.now();
  const output = { invoiceId, txid, vout: 0, amountSat: satoshi(amountSat) };
  const written = await invoices.savePayments([
    {
      payment: { ...output, state: 'credited', confirmations: 3, firstSeenAt: at, creditedAt: at },
      version: 0,
      events: [{ ...output, at, kind: 'credited' }],
    },
  ]);
  if (written !== 1) throw new Error('the payment was not written');
}
