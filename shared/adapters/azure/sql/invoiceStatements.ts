import { addEntries } from './auditEntries.ts';
import { addEvents, eventsTable } from './invoiceEvents.ts';
import { lockedTransaction } from './lockedTransaction.ts';

/** Thrown by a statement when an address is another invoice's. */
const takenAddressNumber = 50_005;

/** Gives invoices that have none their addresses, with an event each. A repeat finds them given. */
export const addressStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `${eventsTable}
DECLARE @given TABLE (
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
  walletId VARCHAR(16) NOT NULL,
  keyIndex INT NOT NULL,
  address VARCHAR(90) COLLATE Latin1_General_BIN2 NOT NULL,
  n INT NOT NULL
);`,
  work: `INSERT INTO @given (invoiceId, walletId, keyIndex, address, n)
SELECT given.invoiceId, given.walletId, given.keyIndex, given.address, given.n
FROM OPENJSON(@invoices) WITH (
  invoiceId VARCHAR(135) '$[0]',
  walletId VARCHAR(16) '$[1]',
  keyIndex INT '$[2]',
  address VARCHAR(90) '$[3]',
  n INT '$[4]'
) AS given INNER JOIN invoices
  ON invoices.invoiceId = given.invoiceId COLLATE Latin1_General_BIN2
WHERE invoices.address IS NULL;

IF EXISTS (SELECT 1 FROM @given AS given
    INNER JOIN invoices ON invoices.address = given.address)
  THROW ${takenAddressNumber}, 'An address belongs to one invoice: this one is taken.', 1;

UPDATE invoices SET walletId = given.walletId, keyIndex = given.keyIndex, address = given.address,
  version = invoices.version + 1
FROM invoices INNER JOIN @given AS given ON given.invoiceId = invoices.invoiceId
WHERE invoices.address IS NULL;

INSERT INTO @events (n, invoiceId, at, kind)
SELECT ROW_NUMBER() OVER (ORDER BY invoiceId), invoiceId, @at, 'addressed' FROM @given;
${addEvents}
${addEntries('entry.n IN (SELECT n FROM @given)')}`,
});

/** Adds one to the changes of grids that `grids`, a query for their ids, names. */
export function countChanges(grids: string): string {
  return `UPDATE invoiceChanges SET changes = changes + 1 WHERE gridId IN (${grids});
INSERT INTO invoiceChanges (gridId, changes)
SELECT DISTINCT changed.gridId, 1 FROM (${grids}) AS changed
WHERE NOT EXISTS (SELECT 1 FROM invoiceChanges AS there WHERE there.gridId = changed.gridId);`;
}

/** Voids an invoice if it is still at its version, and answers it as it is then. */
export const voidStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: `DECLARE @voided INT;
${eventsTable}`,
  work: `UPDATE invoices SET voidedAt = @at, changeSat = creditedSat - accountedSat,
  version = version + 1
WHERE invoiceId = @id AND version = @version AND voidedAt IS NULL;
SET @voided = @@ROWCOUNT;
IF @voided = 1
BEGIN
  INSERT INTO @events (n, invoiceId, at, kind) VALUES (1, @id, @at, 'voided');
  ${addEvents}
  ${countChanges('SELECT gridId FROM invoices WHERE invoiceId = @id')}
  ${addEntries()}
END`,
  answer: 'SELECT @voided AS voided, invoices.* FROM invoices WHERE invoiceId = @id;',
});
