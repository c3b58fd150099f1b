import type { AuditEntry } from '../../../domain/audit.ts';
import type { FinalRun } from '../../../ports/billingStore.ts';
import { addEntries, auditParameters } from './auditEntries.ts';
import { addEvents, eventPlaces, eventRow, eventsTable } from './invoiceEvents.ts';
import { ledgerLock, lockedTransaction, locksParameter } from './lockedTransaction.ts';
import type { SqlParameters } from './sqlDatabase.ts';
import { idParameter, intParameter, rowsParameter } from './sqlParameters.ts';
import { markVariables, setMark, unbilledLines } from './unbilled.ts';

/** Thrown by the statement when a run lacks an account that has lines. */
const missingAccountNumber = 50_004;

/**
 * Makes a run final in one round trip and one transaction, when what it was drawn up from is still
 * at its mark. The lock makes batches, payments and other runs of the grid wait for it.
 */
export const finalizeStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `DECLARE @outcome VARCHAR(9);
${markVariables}
${eventsTable}`,
  work: `${setMark}
SET @outcome = CASE
  WHEN EXISTS (SELECT 1 FROM billingRuns WHERE gridId = @gridId AND period = @through)
    THEN 'exists'
  WHEN ISNULL(@last, '') <> @previousPeriod OR @now <> @mark THEN 'changed'
  ELSE 'finalized' END;

IF @outcome = 'finalized'
BEGIN
  INSERT INTO billingRuns (gridId, period, finalizedAt, closingNumber, hash, previousPeriod,
    accountCount, invoiceCount, payoutCount, invoicesSat, payoutsSat, miniGridSat, powerPlantSat,
    carriedUsat)
  SELECT @gridId, @through, finalizedAt, @closingNumber, hash, NULLIF(@previousPeriod, ''),
    accountCount, invoiceCount, payoutCount, invoicesSat, payoutsSat, miniGridSat, powerPlantSat,
    carriedUsat
  FROM OPENJSON(@run) WITH (
    finalizedAt VARCHAR(20) '$[0]',
    hash VARCHAR(64) '$[1]',
    accountCount INT '$[2]',
    invoiceCount INT '$[3]',
    payoutCount INT '$[4]',
    invoicesSat BIGINT '$[5]',
    payoutsSat BIGINT '$[6]',
    miniGridSat BIGINT '$[7]',
    powerPlantSat BIGINT '$[8]',
    carriedUsat BIGINT '$[9]'
  );
  INSERT INTO billingDocuments (gridId, period) VALUES (@gridId, @through);

  INSERT INTO billingAccounts
    (gridId, period, accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat)
  SELECT @gridId, @through, accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat
  FROM OPENJSON(@accounts) WITH (
    accountId VARCHAR(63) '$[0]',
    carryUsat BIGINT '$[1]',
    postingsUsat BIGINT '$[2]',
    paymentsUsat BIGINT '$[3]',
    satoshi BIGINT '$[4]',
    restUsat BIGINT '$[5]'
  );

  INSERT INTO billingLines
    (gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh)
  SELECT @gridId, @through, accountId, kind, counterparty, priceMsatPerKwh, energyWh
  FROM (${unbilledLines()}) AS unbilled;
  IF EXISTS (SELECT 1 FROM billingLines AS line WHERE line.gridId = @gridId
    AND line.period = @through AND NOT EXISTS (SELECT 1 FROM billingAccounts AS account
      WHERE account.gridId = @gridId AND account.period = @through
        AND account.accountId = line.accountId))
    THROW ${missingAccountNumber}, 'The run leaves out an account that has lines.', 1;

  UPDATE accountLines SET billedWh = accountLines.energyWh ${ofUnbilled('accountLines')};
  UPDATE averagedLines SET billedWh = averagedLines.energyWh,
    billedUsat = averagedLines.amountUsat ${ofUnbilled('averagedLines')};
  UPDATE ledgerPeriods SET billedChanges = changes
  WHERE gridId = @gridId AND period <= @through AND changes <> billedChanges;

  UPDATE invoices SET accountedSat = accountedSat + changeSat, changeSat = 0
  WHERE gridId = @gridId AND changeSat <> 0;

  INSERT INTO invoices
    (invoiceId, gridId, period, prosumerId, amountSat, issuedAt, dueAt, accountedSat)
  SELECT invoiceId, @gridId, @through, prosumerId, amountSat, issuedAt, dueAt, amountSat
  FROM OPENJSON(@invoices) WITH (
    invoiceId VARCHAR(135) '$[0]',
    prosumerId VARCHAR(63) '$[1]',
    amountSat BIGINT '$[2]',
    issuedAt VARCHAR(20) '$[3]',
    dueAt VARCHAR(20) '$[4]'
  );

  INSERT INTO @events (n, invoiceId, at, kind, amountSat, txid, vout)
  SELECT n, invoiceId, at, kind, amountSat, txid, vout FROM OPENJSON(@issued) WITH (${eventPlaces}
  );
  ${addEvents}

  INSERT INTO payees (gridId, period, prosumerId, amountSat)
  SELECT @gridId, @through, prosumerId, amountSat
  FROM OPENJSON(@payees) WITH (prosumerId VARCHAR(63) '$[0]', amountSat BIGINT '$[1]');
  ${addEntries()}
END`,
  answer: 'SELECT @outcome AS outcome;',
});

/** Which rows of a table were not billed before: the end of an update of it. */
function ofUnbilled(table: 'accountLines' | 'averagedLines'): string {
  return `FROM ${table} INNER JOIN ledgerPeriods AS month
    ON month.gridId = ${table}.gridId AND month.period = ${table}.period
  WHERE month.gridId = @gridId AND month.period <= @through
    AND month.changes <> month.billedChanges AND ${table}.energyWh <> ${table}.billedWh`;
}

export function finalizeParameters(
  { run, accounts, invoices, issued, payees }: FinalRun,
  mark: string,
  entry: AuditEntry,
): SqlParameters {
  const counts = [run.accountCount, run.invoiceCount, run.payoutCount];
  const sums = [run.invoicesSat, run.payoutsSat, run.miniGridSat, run.powerPlantSat];
  return {
    locks: locksParameter(ledgerLock(run.gridId)),
    gridId: idParameter(run.gridId),
    through: idParameter(run.period),
    mark: idParameter(mark),
    previousPeriod: idParameter(run.previousPeriod ?? ''),
    closingNumber: intParameter(run.closingNumber),
    run: rowsParameter([[run.finalizedAt, run.hash, ...counts, ...sums, run.carriedUsat]]),
    accounts: rowsParameter(accounts.map(accountRow)),
    invoices: rowsParameter(
      invoices.map(({ id, prosumerId, amountSat, issuedAt, dueAt }) => {
        return [id, prosumerId, amountSat, issuedAt, dueAt];
      }),
    ),
    issued: rowsParameter(issued.map(eventRow)),
    ...auditParameters(entry),
    payees: rowsParameter(payees.map(({ prosumerId, amountSat }) => [prosumerId, amountSat])),
  };
}

function accountRow(account: FinalRun['accounts'][number]): readonly unknown[] {
  const { accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat } = account;
  return [accountId, carryUsat, postingsUsat, paymentsUsat, satoshi, restUsat];
}
