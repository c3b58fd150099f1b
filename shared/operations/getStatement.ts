import { type AccountLine, amountOfLine } from '../domain/accountLine.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { RunAccount } from '../ports/billingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { findRun, runNotFound } from './billingRuns.ts';
import { runDocument, runDocumentName, statementDocument, statementName } from './runDocuments.ts';

export type StatementPorts = Pick<Ports, 'grids' | 'billing' | 'documents'>;

const accountsPerPage = 1_000;

/** The statement of a prosumer in a final run: its document, written now if it was not yet. */
export async function getStatement(
  ports: StatementPorts,
  gridId: GridId,
  periodText: string,
  prosumerId: ProsumerId,
): Promise<Result<string, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, period, final } = found.value;
  if (final === undefined) return refuse(runNotFound(gridId, periodText));
  const account = await ports.billing.getRunAccount(gridId, period, prosumerId);
  if (account === undefined) {
    const detail = `${prosumerId} has no account in the run of ${gridId} for ${period}.`;
    return refuse({ code: 'billing_run_not_found', detail });
  }
  const name = statementName(final, prosumerId);
  return accept(await written(ports, name, async () => statementDocument(grid, final, account)));
}

/** A final run as JSON: its document, written now if it was not yet. */
export async function exportRunJson(
  ports: StatementPorts,
  gridId: GridId,
  periodText: string,
): Promise<Result<string, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, final } = found.value;
  if (final === undefined) return refuse(runNotFound(gridId, periodText));
  const content = () => runDocument(ports, grid, final);
  return accept(await written(ports, runDocumentName(final), content));
}

/** A final run as CSV (RFC 4180): a row per account and line, and one for an account without lines. */
export async function exportRunCsv(
  ports: StatementPorts,
  gridId: GridId,
  periodText: string,
): Promise<Result<string, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { period, final } = found.value;
  if (final === undefined) return refuse(runNotFound(gridId, periodText));
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

async function written(
  { documents }: Pick<Ports, 'documents'>,
  name: string,
  contentOf: () => Promise<string>,
): Promise<string> {
  const there = await documents.get(name);
  if (there !== undefined) return there;
  const content = await contentOf();
  await documents.put(name, content, 'application/json');
  return content;
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
