import { isDeepStrictEqual } from 'node:util';
import type { Payment } from '../../../domain/invoice.ts';
import type { PaymentChange } from '../../../ports/invoiceStore.ts';
import { type PaymentRow, storedPaymentOf } from '../../invoiceRows.ts';
import { addEntries, auditParameters } from './auditEntries.ts';
import { addEvents, eventPlaces, eventRow, eventsTable } from './invoiceEvents.ts';
import { lockOf } from './invoiceLock.ts';
import { countChanges } from './invoiceStatements.ts';
import { lockedTransaction, locksParameter } from './lockedTransaction.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { rowsParameter } from './sqlParameters.ts';

/** Saves payments, as `InvoiceStore.savePayments` promises. */
export async function savePayments(
  db: SqlDatabase,
  changes: readonly PaymentChange[],
): Promise<number> {
  const first = new Map<string, PaymentChange>();
  for (const change of changes) {
    const { txid, vout } = change.payment;
    const output = `${txid}:${vout}`;
    if (!first.has(output)) first.set(output, change);
  }
  const distinct = [...first.values()];
  if (distinct.length === 0) return 0;
  const events = distinct.flatMap(({ events }, n) => events.map((event) => ({ event, n })));
  const { rows, attempt } = await db.query<SavedRow>(saveStatement, {
    locks: locksParameter(...distinct.map(({ payment }) => lockOf(payment.invoiceId))),
    changes: rowsParameter(distinct.map(changeRow)),
    noted: rowsParameter(events.map(({ event, n }, at) => [...eventRow(event, at), n])),
    ...auditParameters(...distinct.map(({ entry }) => entry)),
  });
  const isSaved = (row: SavedRow) =>
    row.isSaved === 1 || (attempt > 1 && isAsGiven(row, distinct[row.n]));
  return rows.filter(isSaved).length;
}

/** A payment that is there, the change that was to be made of it, and whether it was. */
type SavedRow = PaymentRow & { readonly n: number; readonly isSaved: number };

function changeRow({ payment, version }: PaymentChange, n: number): readonly unknown[] {
  const { txid, vout, invoiceId, amountSat, state, confirmations } = payment;
  const { blockHash, firstSeenAt, creditedAt } = payment;
  const fixed = [txid, vout, invoiceId, amountSat];
  return [n, version, ...fixed, state, confirmations, blockHash, firstSeenAt, creditedAt];
}

/** The answer to an earlier attempt may have been lost, after it had saved the payment. */
function isAsGiven(row: SavedRow, change: PaymentChange | undefined): boolean {
  const { payment, version } = storedPaymentOf(row);
  return (
    change !== undefined &&
    version === change.version + 1 &&
    isDeepStrictEqual(payment, presentOf(change.payment))
  );
}

/** Without what is undefined, which a row does not tell from what is absent. */
function presentOf({ blockHash, creditedAt, ...payment }: Payment): Payment {
  return {
    ...payment,
    ...(blockHash === undefined ? {} : { blockHash }),
    ...(creditedAt === undefined ? {} : { creditedAt }),
  };
}

/** Thrown by the statement when a payment would go over to another invoice or amount. */
const movedPaymentNumber = 50_006;

const isSaved = `entry.n IN (SELECT given.n FROM @given AS given
  INNER JOIN @saved AS saved ON saved.txid = given.txid AND saved.vout = given.vout)`;

const saveStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `${eventsTable}
DECLARE @given TABLE (
  n INT NOT NULL PRIMARY KEY,
  version INT NOT NULL,
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  vout BIGINT NOT NULL,
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  amountSat BIGINT NOT NULL,
  state VARCHAR(40) NOT NULL,
  confirmations INT NOT NULL,
  blockHash VARCHAR(64) NULL,
  firstSeenAt VARCHAR(20) NOT NULL,
  creditedAt VARCHAR(20) NULL
);
DECLARE @saved TABLE (
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  vout BIGINT NOT NULL,
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  PRIMARY KEY (txid, vout)
);
DECLARE @sums TABLE (
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  seenSat BIGINT NOT NULL,
  creditedSat BIGINT NOT NULL,
  buriedSat BIGINT NOT NULL,
  changeSat BIGINT NOT NULL
);`,
  work: `INSERT INTO @given (n, version, txid, vout, invoiceId, amountSat, state, confirmations,
  blockHash, firstSeenAt, creditedAt)
SELECT n, version, txid, vout, invoiceId, amountSat, state, confirmations, blockHash, firstSeenAt,
  creditedAt
FROM OPENJSON(@changes) WITH (
  n INT '$[0]',
  version INT '$[1]',
  txid VARCHAR(64) '$[2]',
  vout BIGINT '$[3]',
  invoiceId VARCHAR(135) '$[4]',
  amountSat BIGINT '$[5]',
  state VARCHAR(40) '$[6]',
  confirmations INT '$[7]',
  blockHash VARCHAR(64) '$[8]',
  firstSeenAt VARCHAR(20) '$[9]',
  creditedAt VARCHAR(20) '$[10]'
);

IF EXISTS (SELECT 1 FROM @given AS given INNER JOIN payments AS there
    ON there.txid = given.txid AND there.vout = given.vout AND there.version = given.version
  WHERE there.invoiceId <> given.invoiceId OR there.amountSat <> given.amountSat)
  THROW ${movedPaymentNumber}, 'What an output pays, and to which invoice, never changes.', 1;

INSERT INTO @saved (txid, vout, invoiceId)
SELECT given.txid, given.vout, given.invoiceId
FROM @given AS given LEFT JOIN payments AS there
  ON there.txid = given.txid AND there.vout = given.vout
WHERE given.version = ISNULL(there.version, 0);

UPDATE payments SET state = given.state, confirmations = given.confirmations,
  blockHash = given.blockHash, firstSeenAt = given.firstSeenAt, creditedAt = given.creditedAt,
  version = payments.version + 1
FROM payments INNER JOIN @given AS given
  ON given.txid = payments.txid AND given.vout = payments.vout
WHERE payments.version = given.version;

INSERT INTO payments (txid, vout, invoiceId, walletId, amountSat, state, confirmations, blockHash,
  firstSeenAt, creditedAt)
SELECT given.txid, given.vout, given.invoiceId, invoice.walletId, given.amountSat, given.state,
  given.confirmations, given.blockHash, given.firstSeenAt, given.creditedAt
FROM @given AS given LEFT JOIN invoices AS invoice ON invoice.invoiceId = given.invoiceId
WHERE given.version = 0 AND NOT EXISTS (SELECT 1 FROM payments AS there
  WHERE there.txid = given.txid AND there.vout = given.vout);

INSERT INTO @events (n, invoiceId, at, kind, amountSat, txid, vout)
SELECT event.n, event.invoiceId, event.at, event.kind, event.amountSat, event.txid, event.vout
FROM OPENJSON(@noted) WITH (${eventPlaces},
  change INT '$[7]'
) AS event
  INNER JOIN @given AS given ON given.n = event.change
  INNER JOIN @saved AS saved ON saved.txid = given.txid AND saved.vout = given.vout;
${addEvents}
${addEntries(isSaved)}

INSERT INTO @sums (invoiceId, gridId, seenSat, creditedSat, buriedSat, changeSat)
SELECT invoice.invoiceId, invoice.gridId, total.seenSat, total.creditedSat, total.buriedSat,
  CASE WHEN invoice.voidedAt IS NULL AND invoice.amountSat > total.creditedSat
    THEN invoice.amountSat ELSE total.creditedSat END - invoice.accountedSat
FROM invoices AS invoice INNER JOIN (
  SELECT invoiceId, SUM(CASE WHEN state = 'seen' THEN amountSat ELSE 0 END) AS seenSat,
    SUM(CASE WHEN state IN ('credited', 'buried') THEN amountSat ELSE 0 END) AS creditedSat,
    SUM(CASE WHEN state = 'buried' THEN amountSat ELSE 0 END) AS buriedSat
  FROM payments WHERE invoiceId IN (SELECT invoiceId FROM @saved) GROUP BY invoiceId
) AS total ON total.invoiceId = invoice.invoiceId;

${countChanges(`SELECT sums.gridId FROM @sums AS sums
  INNER JOIN invoices AS before ON before.invoiceId = sums.invoiceId
  WHERE before.changeSat <> sums.changeSat`)}

UPDATE invoices SET seenSat = sums.seenSat, creditedSat = sums.creditedSat,
  buriedSat = sums.buriedSat, changeSat = sums.changeSat, version = invoices.version + 1
FROM invoices INNER JOIN @sums AS sums ON sums.invoiceId = invoices.invoiceId
WHERE invoices.seenSat <> sums.seenSat OR invoices.creditedSat <> sums.creditedSat
  OR invoices.buriedSat <> sums.buriedSat;`,
  answer: `SELECT given.n, CASE WHEN saved.txid IS NULL THEN 0 ELSE 1 END AS isSaved, there.*
FROM @given AS given
  INNER JOIN payments AS there ON there.txid = given.txid AND there.vout = given.vout
  LEFT JOIN @saved AS saved ON saved.txid = given.txid AND saved.vout = given.vout;`,
});
