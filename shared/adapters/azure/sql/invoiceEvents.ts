import type { InvoiceEvent } from '../../../domain/invoice.ts';

/** A table variable for events that are to be added, in the order of `n`. */
export const eventsTable = `
DECLARE @events TABLE (
  n INT NOT NULL PRIMARY KEY,
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  at VARCHAR(20) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  amountSat BIGINT NULL,
  txid VARCHAR(64) NULL,
  vout BIGINT NULL
);`;

/** The places of `eventRow`, as OPENJSON reads them. */
export const eventPlaces = `
    n INT '$[0]',
    invoiceId VARCHAR(135) '$[1]',
    at VARCHAR(20) '$[2]',
    kind VARCHAR(40) '$[3]',
    amountSat BIGINT '$[4]',
    txid VARCHAR(64) '$[5]',
    vout BIGINT '$[6]'`;

export function eventRow(
  { invoiceId, at, kind, amountSat, txid, vout }: InvoiceEvent,
  n: number,
): readonly unknown[] {
  return [n, invoiceId, at, kind, amountSat, txid, vout];
}

/** Adds the events after those that their invoices have. The lock keeps others from doing the same. */
export const addEvents = `
INSERT INTO invoiceEvents (invoiceId, sequence, at, kind, amountSat, txid, vout)
SELECT event.invoiceId,
  ISNULL(before.last, 0)
    + ROW_NUMBER() OVER (PARTITION BY event.invoiceId ORDER BY event.n),
  event.at, event.kind, event.amountSat, event.txid, event.vout
FROM @events AS event LEFT JOIN (
  SELECT there.invoiceId, MAX(there.sequence) AS last FROM invoiceEvents AS there
  WHERE there.invoiceId IN (SELECT invoiceId FROM @events) GROUP BY there.invoiceId
) AS before ON before.invoiceId = event.invoiceId;`;
