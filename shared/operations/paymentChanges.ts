import type { OutPoint } from '../domain/bitcoin.ts';
import type { Chain, ChainOutput } from '../ports/chain.ts';
import type { PaymentChange, StoredPayment } from '../ports/invoiceStore.ts';
import type { Ports } from '../ports/ports.ts';
import type { PaymentRules } from './paymentRules.ts';

/**
 * What outputs that the chain told of change. Those to addresses of no invoice are no payments. It is
 * contended where somebody noted a payment after `watched` was read, and therefore may know better.
 */
export async function changesOfTold(
  { invoices }: Pick<Ports, 'invoices'>,
  outputs: readonly ChainOutput[],
  watched: ReadonlyMap<string, StoredPayment>,
  rules: PaymentRules,
): Promise<{ readonly found: readonly PaymentChange[]; readonly contended: boolean }> {
  const [byAddress, stored] = await Promise.all([
    invoices.byAddress([...new Set(outputs.map(({ address }) => address))]),
    invoices.payments(outputs.filter((output) => !watched.has(outPointKey(output)))),
  ]);
  const others = new Map(stored.map((one) => [outPointKey(one.payment), one]));
  const found: PaymentChange[] = [];
  let contended = false;
  for (const output of outputs) {
    const invoice = byAddress.get(output.address);
    if (invoice === undefined) continue;
    const other = others.get(outPointKey(output));
    if (other !== undefined && isWatched(other)) {
      contended = true;
      continue;
    }
    const before = watched.get(outPointKey(output)) ?? other;
    const change = rules.changeOf(before, output, invoice);
    if (change !== undefined) found.push(change);
  }
  return { found, contended };
}

/** What became of payments that the chain did not tell of: they stand where they stood, or are gone. */
export async function changesOfUntold(
  { chain }: { readonly chain: Chain },
  untold: readonly StoredPayment[],
  rules: PaymentRules,
): Promise<readonly PaymentChange[]> {
  const places = await chain.places([...new Set(untold.map(({ payment }) => payment.txid))]);
  const found: PaymentChange[] = [];
  for (const before of untold) {
    const { txid, vout, amountSat, invoiceId } = before.payment;
    const place = places.get(txid);
    const observed = place === undefined ? 'gone' : { txid, vout, amountSat, ...place };
    const change = rules.changeOf(before, observed, await rules.invoiceOf(invoiceId));
    if (change !== undefined) found.push(change);
  }
  return found;
}

function isWatched({ payment: { state } }: StoredPayment): boolean {
  return state === 'seen' || state === 'credited';
}

/** Names an output in a map. */
export function outPointKey({ txid, vout }: OutPoint): string {
  return `${txid}:${vout}`;
}
