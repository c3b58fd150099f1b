import {
  type Books,
  check,
  checkSame,
  type GridDocument,
  numberOf,
  type Row,
  sumOf,
  textOf,
} from './books.ts';
import { undoneMax } from './chainStart.ts';

/** Invoices have the sums of their payments and events, and nothing unconfirmed is counted. */
export function auditPayments(books: Books): void {
  const payments = Map.groupBy(books.table('payments'), (row) => row['invoiceId']);
  const events = Map.groupBy(books.table('events'), (row) => row['invoiceId']);
  for (const invoice of books.table('invoices')) {
    const id = textOf(invoice, 'invoiceId');
    const own = payments.get(id) ?? [];
    const inState = (...states: readonly string[]) =>
      sumOf(
        own.filter((row) => states.includes(textOf(row, 'state'))),
        'amountSat',
      );
    checkSame(invoice['seenSat'], inState('seen'), `what is seen of ${id}`);
    checkSame(invoice['creditedSat'], inState('credited', 'buried'), `what is credited of ${id}`);
    checkSame(invoice['buriedSat'], inState('buried'), `what is buried of ${id}`);
    const happened = (kind: string) => {
      const alike = (events.get(id) ?? []).filter((event) => event['kind'] === kind);
      return kind === 'voided' || kind === 'addressed'
        ? BigInt(alike.length)
        : sumOf(alike, 'amountSat');
    };
    checkSame(
      happened('credited') - happened('reversed'),
      invoice['creditedSat'],
      `Σ credited − Σ reversed of ${id}`,
    );
    checkSame(
      happened('seen') - happened('vanished'),
      sumOf(own, 'amountSat') - inState('vanished'),
      `Σ seen of ${id}`,
    );
    checkSame(happened('issued'), invoice['amountSat'], `what was issued as ${id}`);
    checkSame(happened('buried'), invoice['buriedSat'], `Σ buried of ${id}`);
    checkSame(happened('voided') > 0n, invoice['voidedAt'] !== null, `whether ${id} is void`);
    checkSame(happened('addressed'), invoice['address'] === null ? 0n : 1n, `addresses of ${id}`);
  }
  for (const payment of books.table('payments')) {
    const isCounted = payment['state'] === 'credited' || payment['state'] === 'buried';
    const isMined = numberOf(payment, 'confirmations') > 0n && payment['blockHash'] !== null;
    check(!isCounted || isMined, `an unconfirmed payment of ${payment['invoiceId']} is counted`);
  }
}

/**
 * Right after a follower came to its end: every output of the chain to an invoice is a payment in
 * the state that its confirmations say, and there is no other payment.
 */
export function auditFollowed(books: Books, scriptOf: (address: string) => string): void {
  const invoices = new Map<string, Row>();
  for (const invoice of books.table('invoices')) {
    if (invoice['address'] !== null) invoices.set(scriptOf(textOf(invoice, 'address')), invoice);
  }
  const payments = new Map(
    books.table('payments').map((row) => [`${row['txid']}:${row['vout']}`, row]),
  );
  for (const { txid, height, outputs } of books.chain.values()) {
    const depth = height === undefined ? 0 : books.height - height + 1;
    for (const [vout, { script, amountSat }] of outputs.entries()) {
      const invoice = invoices.get(script);
      if (invoice === undefined) continue;
      const place = `${txid}:${vout}`;
      const payment = payments.get(place);
      payments.delete(place);
      const grid = books.grids.find(({ id }) => id === invoice['gridId']);
      check(payment !== undefined, `${place} to ${invoice['invoiceId']} was not seen`);
      if (payment === undefined || grid === undefined) continue;
      checkSame(payment['amountSat'], amountSat, `the amount of ${place}`);
      checkSame(payment['invoiceId'], invoice['invoiceId'], `the invoice of ${place}`);
      auditState(textOf(payment, 'state'), {
        depth,
        place,
        needed: neededFor(grid, invoice, amountSat),
      });
    }
  }
  for (const [place, { state }] of payments) {
    checkSame(state, 'vanished', `the state of ${place}, which no chain has`);
  }
}

/** How often blocks are undone before as many are mined again, hardly ever. */
const undoingsMax = 6;

type Standing = { readonly depth: number; readonly needed: number; readonly place: string };

function auditState(state: string, { depth, needed, place }: Standing): void {
  const isCounted = state === 'credited' || state === 'buried';
  check(state !== 'vanished', `${place} has vanished, and stands in the chain`);
  check(depth < needed || isCounted, `${place} is ${state} with ${depth} confirmations`);
  check(depth > 0 || !isCounted, `${place} is ${state} in the mempool`);
  // What is buried stays so: blocks that are undone after that have been counted.
  check(
    depth >= 100 - undoingsMax * undoneMax || state !== 'buried',
    `${place} is buried at ${depth} confirmations`,
  );
}

function neededFor({ billing }: GridDocument, invoice: Row, paidSat: bigint): number {
  const amountSat = numberOf(invoice, 'amountSat');
  const whole = amountSat > paidSat ? amountSat : paidSat;
  const reached = billing.confirmations.filter(({ fromSat }) => whole >= BigInt(fromSat));
  return Math.max(...reached.map(({ confirmations }) => confirmations));
}
