import type { AccountId, GridId } from '../../shared/domain/ids.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { reserved } from './auditRuns.ts';
import { type Books, checkSame, numberOf, type Row, sumOf } from './books.ts';

const usatPerSat = 1_000_000n;

/**
 * To the µsat: what each prosumer was billed over all runs, and what is unbilled, is what the ledger
 * has, and what its invoices stand for beyond their amounts.
 */
export async function auditAccounts(
  books: Books,
  { billing }: Pick<Ports, 'billing'>,
): Promise<void> {
  for (const { gridId, accountId, balanceUsat } of books.table('postings')) {
    if (reserved.has(String(accountId))) continue;
    const runs = books.table('accounts').filter(isOf(gridId, 'accountId', accountId));
    const invoices = books.table('invoices').filter(isOf(gridId, 'prosumerId', accountId));
    const billedSat = sumOf(runs, 'satoshi');
    const paidSat = invoices.reduce((sum, invoice) => sum + standsForBeyond(invoice), 0n);
    const left = await billing.unbilledOf(String(gridId) as GridId, String(accountId) as AccountId);
    let leftUsat = 0n;
    for (const { restUsat } of left.carries) leftUsat += restUsat;
    for (const { satoshi } of left.payments) leftUsat += satoshi * usatPerSat;
    for (const { kind, energyWh, priceMsatPerKwh } of left.lines) {
      const amount = BigInt(energyWh) * BigInt(priceMsatPerKwh);
      leftUsat += kind === 'sold' || kind === 'fee_received' ? amount : -amount;
    }
    checkSame(
      billedSat * usatPerSat + leftUsat,
      BigInt(balanceUsat ?? 0) + paidSat * usatPerSat,
      `what ${accountId} was and will be billed`,
    );
  }
}

function isOf(gridId: unknown, column: string, id: unknown): (row: Row) => boolean {
  return (row) => row['gridId'] === gridId && row[column] === id;
}

/** An invoice that is paid too much gives back, and one that is void is a debt no more. */
function standsForBeyond(invoice: Row): bigint {
  const [amount, credited] = [numberOf(invoice, 'amountSat'), numberOf(invoice, 'creditedSat')];
  if (invoice['voidedAt'] !== null) return credited - amount;
  return credited > amount ? credited - amount : 0n;
}
