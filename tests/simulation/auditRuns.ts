import { type Books, check, checkSame, numberOf, type Row, sumOf, textOf } from './books.ts';

const usatPerSat = 1_000_000n;

/**
 * Runs gain and lose nothing: every column of a run's accounts sums to zero, what one carries over
 * the next begins with, and its invoices and payees are its accounts. Nothing of a period whose run
 * is final is left unbilled.
 */
export function auditRuns(books: Books): void {
  for (const run of books.table('runs')) auditRun(books, run);
  for (const { gridId, period } of books.table('unbilled')) {
    const last = books.table('runs').findLast((run) => run['gridId'] === gridId);
    const isLeft = last !== undefined && textOf(last, 'period') >= String(period);
    check(!isLeft, `${gridId} was billed for ${period}, and something of it is unbilled`);
  }
}

function auditRun(books: Books, run: Row): void {
  const { gridId, period, previousPeriod } = run;
  const name = `${gridId} ${period}`;
  const isOf = (wanted: unknown) => (row: Row) =>
    row['gridId'] === gridId && row['period'] === wanted;
  const accounts = books.table('accounts').filter(isOf(period));
  const before = books.table('accounts').filter(isOf(previousPeriod));
  for (const column of ['carryUsat', 'postingsUsat', 'paymentsUsat', 'satoshi', 'restUsat']) {
    checkSame(sumOf(accounts, column), 0n, `Σ ${column} of ${name}`);
  }
  checkSame(
    accounts.filter((row) => numberOf(row, 'carryUsat') !== 0n).length,
    before.filter((row) => numberOf(row, 'restUsat') !== 0n).length,
    `how many begin ${name} with a rest`,
  );
  for (const account of accounts) {
    const { accountId } = account;
    const rest = before.find((row) => row['accountId'] === accountId)?.['restUsat'] ?? 0n;
    checkSame(account['carryUsat'], rest, `what ${accountId} carries into ${name}`);
    const gathered =
      numberOf(account, 'carryUsat') +
      numberOf(account, 'postingsUsat') +
      numberOf(account, 'paymentsUsat');
    const billed = numberOf(account, 'satoshi') * usatPerSat + numberOf(account, 'restUsat');
    checkSame(billed, gathered, `what ${accountId} is billed in ${name}`);
    auditCut(account, name);
    const lines = books.table('lines').filter(isOf(period));
    const own = lines.filter((line) => line['accountId'] === accountId);
    const amount = own.reduce((sum, line) => sum + amountOf(line), 0n);
    checkSame(numberOf(account, 'postingsUsat'), amount, `Σ lines of ${accountId} in ${name}`);
  }
  auditBills(books, run, accounts);
}

/** Whole satoshi toward zero, or nothing; the mini grid has what the others leave it. */
function auditCut(account: Row, name: string): void {
  const [satoshi, rest] = [numberOf(account, 'satoshi'), numberOf(account, 'restUsat')];
  if (account['accountId'] === 'mini-grid' || satoshi === 0n) return;
  const isTowardZero =
    satoshi > 0n ? rest >= 0n && rest < usatPerSat : rest <= 0n && rest > -usatPerSat;
  check(isTowardZero, `${account['accountId']} keeps ${rest} µsat in ${name}`);
}

function auditBills(books: Books, run: Row, accounts: readonly Row[]): void {
  const { gridId, period } = run;
  const own = (row: Row) => row['gridId'] === gridId && row['period'] === period;
  const isProsumer = (row: Row) => !reserved.has(textOf(row, 'accountId'));
  const owing = accounts.filter((row) => isProsumer(row) && numberOf(row, 'satoshi') < 0n);
  const owed = accounts.filter((row) => isProsumer(row) && numberOf(row, 'satoshi') > 0n);
  const invoices = books.table('invoices').filter(own);
  const payees = books.table('payees').filter(own);
  const pairs = (rows: readonly Row[], id: string, amount: string, sign = 1n) =>
    rows.map((row) => `${row[id]} ${sign * numberOf(row, amount)}`).join();
  checkSame(
    pairs(invoices, 'prosumerId', 'amountSat'),
    pairs(owing, 'accountId', 'satoshi', -1n),
    `the invoices of ${gridId} ${period}`,
  );
  checkSame(
    pairs(payees, 'prosumerId', 'amountSat'),
    pairs(owed, 'accountId', 'satoshi'),
    `the payees of ${gridId} ${period}`,
  );
  const sums =
    numberOf(run, 'payoutsSat') + numberOf(run, 'miniGridSat') + numberOf(run, 'powerPlantSat');
  checkSame(numberOf(run, 'invoicesSat'), sums, `Σ invoices of ${gridId} ${period}`);
  checkSame(numberOf(run, 'invoicesSat'), sumOf(invoices, 'amountSat'), 'Σ invoices of a run');
  checkSame(numberOf(run, 'payoutsSat'), sumOf(payees, 'amountSat'), 'Σ payees of a run');
}

export const reserved: ReadonlySet<string> = new Set(['mini-grid', 'power-plant']);

function amountOf(line: Row): bigint {
  const amount = numberOf(line, 'energyWh') * numberOf(line, 'priceMsatPerKwh');
  return line['kind'] === 'sold' || line['kind'] === 'fee_received' ? amount : -amount;
}
