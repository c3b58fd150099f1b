import { type AccountLine, amountOfLine } from '../domain/accountLine.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result } from '../domain/result.ts';
import type { RunAccount } from '../ports/billingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { findFinalRun } from './billingRuns.ts';
import { getOrPutDocument, runDocument, runDocumentName } from './runDocuments.ts';

const accountsPerPage = 1_000;

/** A final run as JSON: its document, written now if it was not yet. */
export async function exportRunJson(
  ports: Pick<Ports, 'grids' | 'billing' | 'documents'>,
  gridId: GridId,
  periodText: string,
): Promise<Result<string, Refusal>> {
  const found = await findFinalRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, run } = found.value;
  const content = () => runDocument(ports, grid, run);
  return accept(await getOrPutDocument(ports, runDocumentName(run), content));
}

/** A final run as CSV (RFC 4180): a row per account and line, and one for an account without lines. */
export async function exportRunCsv(
  ports: Pick<Ports, 'grids' | 'billing'>,
  gridId: GridId,
  periodText: string,
): Promise<Result<string, Refusal>> {
  const found = await findFinalRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { period } = found.value.run;
  const rows = [header];
  let after: RunAccount['accountId'] | undefined;
  do {
    const page = { limit: accountsPerPage, ...(after && { after }) };
    const { items, next } = await ports.billing.listRunAccounts(gridId, period, page);
    rows.push(...items.flatMap(csvRows));
    after = next;
  } while (after !== undefined);
  return accept(`${rows.join('\r\n')}\r\n`);
}

const accountColumns = [
  'account_id',
  'carry_usat',
  'postings_usat',
  'payments_usat',
  'billed_sat',
  'rest_usat',
];
const lineColumns = ['kind', 'counterparty', 'price_msat_per_kwh', 'energy_wh', 'amount_usat'];
const header = [...accountColumns, ...lineColumns].join(',');

/** Ids, words and integers alone: nothing in it needs quotes, or looks like a formula. */
function csvRows({ lines, ...account }: RunAccount): readonly string[] {
  const { accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat } = account;
  const own = [accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat].join(',');
  if (lines.length === 0) return [`${own}${','.repeat(lineColumns.length)}`];
  return lines.map((line) => `${own},${csvLine(line)}`);
}

function csvLine(line: AccountLine): string {
  const { kind, counterparty, priceMsatPerKwh, energyWh } = line;
  return [kind, counterparty, priceMsatPerKwh, energyWh, amountOfLine(line)].join(',');
}
