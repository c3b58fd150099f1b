import { type AccountLine, amountOfLine } from '../domain/accountLine.ts';
import { type BilledAccount, type BillingRun, gatheredOn } from '../domain/billing.ts';
import type { Grid } from '../domain/grid.ts';
import { type AccountId, isReserved } from '../domain/ids.ts';
import { invoiceIdOf } from '../domain/invoice.ts';
import { localMonthRange } from '../domain/localTime.ts';
import type { RunAccount } from '../ports/billingStore.ts';
import type { Ports } from '../ports/ports.ts';

const accountsPerPage = 1_000;
/** Accounts of one run's document. */
const accountsMax = 1_000_000;

type RunKey = Pick<BillingRun, 'gridId' | 'period'>;

export function runDocumentName({ gridId, period }: RunKey): string {
  return `runs/${gridId}/${period}.json`;
}

export function statementName({ gridId, period }: RunKey, accountId: AccountId): string {
  return `statements/${gridId}/${period}/${accountId}.json`;
}

/** A document, written now if it was not yet: what it says follows from what is final. */
export async function getOrPutDocument(
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

/**
 * A final run as a document: JSON with the run and its accounts by id ascending, money as decimal
 * strings. The same run gives the same bytes.
 */
export async function runDocument(
  { billing }: Pick<Ports, 'billing'>,
  grid: Grid,
  run: BillingRun,
): Promise<string> {
  const accounts: string[] = [];
  let after: AccountId | undefined;
  do {
    const page = { limit: accountsPerPage, ...(after && { after }) };
    const { items, next } = await billing.listRunAccounts(run.gridId, run.period, page);
    for (const account of items) accounts.push(jsonOf(accountFields(account)));
    if (accounts.length > accountsMax) throw new Error(`${run.gridId} has too many accounts`);
    after = next;
  } while (after !== undefined);
  const head = jsonOf({ ...runFields(grid, run) });
  return `${head.slice(0, -1)},"accounts":[\n${accounts.join(',\n')}\n]}\n`;
}

/**
 * A prosumer's statement of a final run: its lines, each of them energy × price, from which anyone
 * who has the trades can compute every number again. The same run gives the same bytes.
 */
export function statementDocument(grid: Grid, run: BillingRun, account: RunAccount): string {
  const { gridId, period, closingNumber, hash } = run;
  const { accountId: prosumerId, ...fields } = accountFields(account);
  const hasInvoice = account.satoshi < 0n && !isReserved(account.accountId);
  const statement = {
    gridId,
    period,
    ...localMonthRange(period, grid.timeZone),
    prosumerId,
    ...fields,
    ...(hasInvoice &&
      !isReserved(account.accountId) && {
        invoiceId: invoiceIdOf(gridId, period, account.accountId),
      }),
    closingNumber,
    hash,
  };
  return `${jsonOf(statement)}\n`;
}

function runFields({ timeZone }: Grid, run: BillingRun) {
  return { ...run, ...localMonthRange(run.period, timeZone), timeZone };
}

function accountFields({ lines, ...account }: RunAccount) {
  return { ...moneyOf(account), lines: lines.map(lineFields) };
}

/** The money of an account in a run, under the names that documents and the API have for it. */
function moneyOf(account: BilledAccount) {
  const { accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat } = account;
  const balanceUsat = gatheredOn(account);
  const before = { carryUsat, postingsUsat, paymentsUsat, balanceUsat };
  return { accountId, ...before, billedSat: satoshi, restUsat };
}

function lineFields(line: AccountLine) {
  const { kind, counterparty, priceMsatPerKwh, energyWh } = line;
  return { kind, counterparty, priceMsatPerKwh, energyWh, amountUsat: amountOfLine(line) };
}

/** Money is bigint and goes as decimal strings; fields stand in the order in which they were given. */
function jsonOf(value: object): string {
  return JSON.stringify(value, (_, field) =>
    typeof field === 'bigint' ? field.toString() : field,
  );
}
