import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../domain/audit.ts';
import type { BilledAccount, BillingRun } from '../../domain/billing.ts';
import type { Invoice } from '../../domain/invoice.ts';
import type { Payee } from '../../domain/payout.ts';
import type { BillingStore, FinalRun } from '../../ports/billingStore.ts';
import { checkFinalRun } from '../checkFinalRun.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { invoiceEventWriter } from './invoiceEventWriter.ts';
import { query, write } from './statement.ts';
import { lineColumns, type UnbilledReader, unbilledLines } from './unbilled.ts';

type Outcome = Awaited<ReturnType<BillingStore['finalize']>>;

/** Makes runs final, as `BillingStore.finalize` promises. */
export function runFinalizer(
  db: DatabaseSync,
  unbilled: UnbilledReader,
): (final: FinalRun, mark: string, entry: AuditEntry) => Outcome {
  const statements = prepare(db);
  const addEvent = invoiceEventWriter(db);
  const audit = auditWriter(db);
  return (final, mark, entry) => {
    checkFinalRun(final);
    const { run } = final;
    const { gridId, period } = run;
    return transaction(db, () => {
      if (statements.selectRun.get(gridId, period) !== undefined) return 'exists';
      if (unbilled.lastPeriod(gridId) !== run.previousPeriod) return 'changed';
      if (unbilled.mark(gridId, period) !== mark) return 'changed';
      // Nothing has changed since the run was drawn up: from here on it becomes final.
      insertRun(statements, run);
      for (const account of final.accounts) insertAccount(statements, run, account);
      takeLines(statements, run);
      statements.takeInvoiceChanges.run(gridId);
      for (const invoice of final.invoices) insertInvoice(statements, invoice);
      for (const event of final.issued) addEvent(event);
      for (const payee of final.payees) insertPayee(statements, payee);
      audit(entry);
      return 'finalized';
    });
  };
}

type Statements = ReturnType<typeof prepare>;

function insertRun(statements: Statements, run: BillingRun): void {
  const { gridId, period, finalizedAt, closingNumber, hash, previousPeriod } = run;
  const about = [gridId, period, finalizedAt, closingNumber, hash, previousPeriod ?? null];
  const counts = [run.accountCount, run.invoiceCount, run.payoutCount];
  const sums = [run.invoicesSat, run.payoutsSat, run.miniGridSat, run.powerPlantSat];
  statements.insertRun.run(...about, ...counts, ...sums, run.carriedUsat);
  statements.insertDocuments.run(gridId, period);
}

function insertAccount(
  { insertAccount }: Statements,
  { gridId, period }: BillingRun,
  { accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat }: BilledAccount,
): void {
  const sums = [carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat];
  insertAccount.run(gridId, period, accountId, ...sums);
}

/** Copies the lines to the run. An account that the run does not have fails its foreign key. */
function takeLines(statements: Statements, { gridId, period }: BillingRun): void {
  const { copyLines, markLines, markAveraged, markPeriods } = statements;
  const through = [gridId, period] as const;
  copyLines.run(...through, ...through, ...through);
  markLines.run(gridId, ...through);
  markAveraged.run(gridId, ...through);
  markPeriods.run(...through);
}

function insertInvoice({ insertInvoice }: Statements, invoice: Invoice): void {
  const { id, gridId, period, prosumerId, amountSat, issuedAt, dueAt } = invoice;
  insertInvoice.run(id, gridId, period, prosumerId, amountSat, issuedAt, dueAt, amountSat);
}

function insertPayee(
  { insertPayee }: Statements,
  { gridId, period, prosumerId, amountSat }: Payee,
): void {
  insertPayee.run(gridId, period, prosumerId, amountSat);
}

const whereUnbilled = `WHERE gridId = ? AND energyWh <> billedWh AND period IN
  (SELECT period FROM ledgerPeriods WHERE gridId = ? AND period <= ? AND changes <> billedChanges)`;

function prepare(db: DatabaseSync) {
  return {
    selectRun: query<unknown>(db, 'SELECT 1 FROM billingRuns WHERE gridId = ? AND period = ?'),
    insertRun: write(
      db,
      `INSERT INTO billingRuns (gridId, period, finalizedAt, closingNumber, hash, previousPeriod,
         accountCount, invoiceCount, payoutCount, invoicesSat, payoutsSat, miniGridSat,
         powerPlantSat, carriedUsat)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertDocuments: write(db, 'INSERT INTO billingDocuments (gridId, period) VALUES (?, ?)'),
    insertAccount: write(
      db,
      `INSERT INTO billingAccounts
         (gridId, period, accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    copyLines: write(
      db,
      `INSERT INTO billingLines (gridId, period, ${lineColumns}, energyWh)
       SELECT ?, ?, ${lineColumns}, energyWh FROM (${unbilledLines()})`,
    ),
    markLines: write(db, `UPDATE accountLines SET billedWh = energyWh ${whereUnbilled}`),
    markAveraged: write(
      db,
      `UPDATE averagedLines SET billedWh = energyWh, billedUsat = amountUsat ${whereUnbilled}`,
    ),
    markPeriods: write(
      db,
      'UPDATE ledgerPeriods SET billedChanges = changes WHERE gridId = ? AND period <= ?',
    ),
    takeInvoiceChanges: write(
      db,
      `UPDATE invoices SET accountedSat = contributionSat
       WHERE gridId = ? AND contributionSat <> accountedSat`,
    ),
    insertInvoice: write(
      db,
      `INSERT INTO invoices
         (invoiceId, gridId, period, prosumerId, amountSat, issuedAt, dueAt, accountedSat)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertPayee: write(
      db,
      'INSERT INTO payees (gridId, period, prosumerId, amountSat) VALUES (?, ?, ?, ?)',
    ),
  };
}
