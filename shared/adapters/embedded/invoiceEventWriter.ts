import type { DatabaseSync } from 'node:sqlite';
import type { InvoiceEvent } from '../../domain/invoice.ts';
import { write } from './statement.ts';

/** Adds an event after those that its invoice has, within the caller's transaction. */
export function invoiceEventWriter(db: DatabaseSync): (event: InvoiceEvent) => void {
  const insert = write(
    db,
    `INSERT INTO invoiceEvents (invoiceId, sequence, at, kind, amountSat, txid, vout)
     VALUES (?, (SELECT coalesce(max(sequence), 0) + 1 FROM invoiceEvents WHERE invoiceId = ?),
       ?, ?, ?, ?, ?)`,
  );
  return ({ invoiceId, at, kind, amountSat, txid, vout }) => {
    const key = [invoiceId, invoiceId];
    insert.run(...key, at, kind, amountSat ?? null, txid ?? null, vout ?? null);
  };
}
