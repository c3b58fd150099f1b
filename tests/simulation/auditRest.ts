import { join } from 'node:path';
import type { Closing } from '../../shared/domain/closing.ts';
import { billedIn } from './auditGathered.ts';
import { documentsIn } from './auditHistory.ts';
import { type Books, check, checkSame, numberOf, type Row, textOf } from './books.ts';

/**
 * When all has come to rest, the books are what the trades and the chain alone give: each run billed
 * the trades of its months, each invoice is credited what came to its address, each payout that was
 * built has paid, and everything has its documents.
 */
export function auditRest(
  books: Books,
  trades: readonly Row[],
  { directory, scriptOf }: { readonly directory: string; scriptOf(address: string): string },
): void {
  auditTrades(books, trades);
  const received = receivedByScript(books);
  for (const invoice of books.table('invoices')) {
    const [id, address] = [textOf(invoice, 'invoiceId'), textOf(invoice, 'address')];
    check(address !== '' || invoice['voidedAt'] !== null, `${id} has no address`);
    if (address === '') continue;
    const sat = received.get(scriptOf(address)) ?? 0n;
    checkSame(invoice['creditedSat'], sat, `what is credited of ${id}`);
    checkSame(invoice['buriedSat'], sat, `what is buried of ${id}`);
    checkSame(invoice['seenSat'], 0n, `what is seen of ${id}`);
  }
  for (const { id, status, confirmed } of books.payouts) {
    checkSame(status, 'confirmed', `the status of the payout ${id}`);
    const height = books.chain.get(confirmed?.txid ?? '')?.height;
    check(height !== undefined, `the payout ${id} is confirmed, and in no block`);
  }
  checkSame(books.table('undocumented').length, 0, 'how many runs lack documents');
  auditDocuments(books, new Map(documentsIn(join(directory, 'documents'))));
}

/** Each account of each run: Σ of the trades billed in the months since the run before. */
function auditTrades(books: Books, trades: readonly Row[]): void {
  const sums = new Map<string, bigint>();
  const zones = new Map(books.grids.map(({ id, timeZone }) => [id, timeZone]));
  const months = new Map<string, string>();
  for (const { document } of books.table('closings')) {
    const closing: Closing = JSON.parse(String(document));
    const { gridId, timeframe, revision } = closing;
    months.set(`${gridId} ${timeframe} ${revision}`, billedIn(closing, zones.get(gridId) ?? ''));
  }
  for (const trade of trades) {
    const gridId = textOf(trade, 'gridId');
    const month = months.get(`${gridId} ${trade['timeframe']} ${trade['revision']}`);
    check(month !== undefined, `a trade of ${gridId} at ${trade['timeframe']} has no closing`);
    if (month === undefined) continue;
    const run = books
      .table('runs')
      .find((each) => each['gridId'] === gridId && textOf(each, 'period') >= month);
    if (run === undefined) continue;
    const add = (accountId: string, amountUsat: bigint) => {
      const key = `${gridId} ${run['period']} ${accountId}`;
      sums.set(key, (sums.get(key) ?? 0n) + amountUsat);
    };
    const [amount, fee] = [numberOf(trade, 'amountUsat'), numberOf(trade, 'feeUsat')];
    add(textOf(trade, 'sellerId'), amount);
    add(textOf(trade, 'buyerId'), -amount - fee);
    add('mini-grid', fee);
  }
  for (const account of books.table('accounts')) {
    const key = `${account['gridId']} ${account['period']} ${account['accountId']}`;
    checkSame(account['postingsUsat'], sums.get(key) ?? 0n, `what was traded by ${key}`);
    sums.delete(key);
  }
  for (const [key, sum] of sums) checkSame(sum, 0n, `what was traded and not billed by ${key}`);
}

function receivedByScript(books: Books): ReadonlyMap<string, bigint> {
  const received = new Map<string, bigint>();
  for (const { height, outputs } of books.chain.values()) {
    if (height === undefined) continue;
    for (const { script, amountSat } of outputs) {
      received.set(script, (received.get(script) ?? 0n) + amountSat);
    }
  }
  return received;
}

function auditDocuments(books: Books, documents: ReadonlyMap<string, string>): void {
  const read = (name: string) => {
    const content = documents.get(name);
    check(content !== undefined, `there is no document ${name}`);
    return JSON.parse(content ?? '');
  };
  for (const { gridId, period, invoicesSat } of books.table('runs')) {
    const run = read(`runs/${gridId}/${period}.json`);
    checkSame(run.invoicesSat, String(invoicesSat), `Σ invoices in ${gridId} ${period}.json`);
  }
  for (const { gridId, period, accountId, satoshi, restUsat } of books.table('accounts')) {
    if (accountId === 'mini-grid' || accountId === 'power-plant') continue;
    const statement = read(`statements/${gridId}/${period}/${accountId}.json`);
    checkSame(statement.billedSat, String(satoshi), `the statement ${period} of ${accountId}`);
    checkSame(statement.restUsat, String(restUsat), `the rest in ${period} of ${accountId}`);
  }
  for (const { versions } of books.payouts) {
    for (const { psbtDocument } of versions) {
      check(documents.has(psbtDocument), `there is no document ${psbtDocument}`);
    }
  }
}
