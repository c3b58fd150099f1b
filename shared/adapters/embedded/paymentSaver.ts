import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { InvoiceId, Payment } from '../../domain/invoice.ts';
import type { PaymentChange } from '../../ports/invoiceStore.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { invoiceEventWriter } from './invoiceEventWriter.ts';
import { bigintQuery, write } from './statement.ts';

/** Saves payments, as `InvoiceStore.savePayments` promises. */
export function paymentSaver(db: DatabaseSync): (changes: readonly PaymentChange[]) => number {
  const statements = prepare(db);
  const addEvent = invoiceEventWriter(db);
  const audit = auditWriter(db);
  return (changes) =>
    transaction(db, () => {
      const written = changes.filter((change) => savePayment(statements, change));
      for (const { events, entry } of written) {
        for (const event of events) addEvent(event);
        if (entry !== undefined) audit(entry);
      }
      const invoiceIds = new Set(written.map(({ payment }) => payment.invoiceId));
      for (const invoiceId of invoiceIds) sumUp(statements, invoiceId);
      return written.length;
    });
}

type Statements = ReturnType<typeof prepare>;

/** What an output pays, and to which invoice, never changes; what became of it does. */
function savePayment({ insert, update }: Statements, { payment, version }: PaymentChange): boolean {
  const { txid, vout, invoiceId, amountSat } = payment;
  const changing = changingOf(payment);
  if (version === 0) {
    return insert.run(txid, vout, invoiceId, invoiceId, amountSat, ...changing).changes === 1;
  }
  const row = update.get(...changing, txid, vout, version);
  assert(
    row === undefined || (row.invoiceId === invoiceId && row.amountSat === amountSat),
    `${txid}:${vout} pays ${row?.amountSat} sat to ${row?.invoiceId}, for ever`,
  );
  return row !== undefined;
}

function changingOf({ state, confirmations, blockHash, firstSeenAt, creditedAt }: Payment) {
  return [state, confirmations, blockHash ?? null, firstSeenAt, creditedAt ?? null] as const;
}

/** Brings an invoice's sums up to date, and notes whether that changes what it stands for. */
function sumUp({ sums, stands, setSums, countChange }: Statements, invoiceId: InvoiceId): void {
  const sum = sums.get(invoiceId);
  const before = stands.get(invoiceId);
  if (sum === undefined || before === undefined) throw new Error(`there is no ${invoiceId}`);
  const { seenSat, creditedSat, buriedSat } = sum;
  const values = [seenSat, creditedSat, buriedSat];
  setSums.run(...values, invoiceId, ...values);
  if (stands.get(invoiceId)?.contributionSat !== before.contributionSat) {
    countChange.run(before.gridId);
  }
}

type SumRow = {
  readonly seenSat: bigint;
  readonly creditedSat: bigint;
  readonly buriedSat: bigint;
};

function prepare(db: DatabaseSync) {
  return {
    insert: write(
      db,
      `INSERT INTO payments (txid, vout, invoiceId, walletId, amountSat,
         state, confirmations, blockHash, firstSeenAt, creditedAt)
       VALUES (?, ?, ?, (SELECT walletId FROM invoices WHERE invoiceId = ?), ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    update: bigintQuery<{ readonly invoiceId: InvoiceId; readonly amountSat: bigint }>(
      db,
      `UPDATE payments SET state = ?, confirmations = ?, blockHash = ?, firstSeenAt = ?,
         creditedAt = ?, version = version + 1
       WHERE txid = ? AND vout = ? AND version = ?
       RETURNING invoiceId, amountSat`,
    ),
    sums: bigintQuery<SumRow>(
      db,
      `SELECT coalesce(sum(amountSat) FILTER (WHERE state = 'seen'), 0) AS seenSat,
         coalesce(sum(amountSat) FILTER (WHERE state IN ('credited', 'buried')), 0) AS creditedSat,
         coalesce(sum(amountSat) FILTER (WHERE state = 'buried'), 0) AS buriedSat
       FROM payments WHERE invoiceId = ?`,
    ),
    stands: bigintQuery<{ readonly gridId: string; readonly contributionSat: bigint }>(
      db,
      'SELECT gridId, contributionSat FROM invoices WHERE invoiceId = ?',
    ),
    setSums: write(
      db,
      `UPDATE invoices SET seenSat = ?, creditedSat = ?, buriedSat = ?, version = version + 1
       WHERE invoiceId = ? AND (seenSat, creditedSat, buriedSat) IS NOT (?, ?, ?)`,
    ),
    countChange: write(
      db,
      `INSERT INTO invoiceChanges (gridId, changes) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET changes = changes + 1`,
    ),
  };
}
