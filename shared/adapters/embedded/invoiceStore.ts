import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Address } from '../../domain/bitcoin.ts';
import type { Invoice } from '../../domain/invoice.ts';
import type { InvoiceFilter, InvoiceStore } from '../../ports/invoiceStore.ts';
import {
  type InvoiceEventRow,
  type InvoiceRow,
  invoiceEventOf,
  invoiceOf,
  type PaymentRow,
  paymentOf,
  storedInvoiceOf,
  storedPaymentOf,
} from '../invoiceRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { versionOfEtag } from '../versionEtag.ts';
import { auditWriter } from './auditLog.ts';
import { readTransaction, transaction } from './database.ts';
import { invoiceEventWriter } from './invoiceEventWriter.ts';
import { paymentSaver } from './paymentSaver.ts';
import { bigintQuery, write } from './statement.ts';

/** Invoices, with the sums of their payments in the same row. */
export function embeddedInvoiceStore(db: DatabaseSync): InvoiceStore {
  const statements = prepare(db);
  const addEvent = invoiceEventWriter(db);
  const audit = auditWriter(db);
  const save = paymentSaver(db);
  return {
    async get(invoiceId) {
      const row = statements.select.get(invoiceId);
      return row && storedInvoiceOf(row);
    },
    async list(filter, page) {
      const { where, values } = conditionsOf(filter, page.after ?? '');
      const sql = `SELECT * FROM invoices WHERE ${where} ORDER BY invoiceId LIMIT ?`;
      const rows = bigintQuery<InvoiceRow>(db, sql).all(...values, rowsFor(page));
      return pageOf(rows.map(storedInvoiceOf), page, (stored) => stored.value.id);
    },
    async listUnaddressed(gridId, limit) {
      return statements.selectUnaddressed.all(gridId, limit).map(invoiceOf);
    },
    async address(invoices, at) {
      transaction(db, () => {
        for (const { invoiceId, payTo, entry } of invoices) {
          const to = [payTo.walletId, payTo.index, payTo.address];
          const isNew = statements.address.run(...to, invoiceId).changes === 1;
          if (!isNew) continue;
          addEvent({ invoiceId, at, kind: 'addressed' });
          audit(entry);
        }
      });
    },
    async byAddress(addresses) {
      const found = new Map<Address, Invoice>();
      readTransaction(db, () => {
        for (const address of addresses) {
          const row = statements.selectByAddress.get(address);
          if (row !== undefined) found.set(address, invoiceOf(row));
        }
      });
      return found;
    },
    async void(invoiceId, etag, at, entry) {
      const version = versionOfEtag(etag);
      if (version === undefined) return undefined;
      return transaction(db, () => {
        const isVoided = statements.void.run(at, invoiceId, version).changes === 1;
        if (!isVoided) return undefined;
        addEvent({ invoiceId, at, kind: 'voided' });
        statements.countChange.run(invoiceId);
        audit(entry);
        const row = statements.select.get(invoiceId);
        return row && storedInvoiceOf(row);
      });
    },
    async payments(outputs) {
      return readTransaction(db, () =>
        outputs.flatMap(({ txid, vout }) => {
          const row = statements.selectPayment.get(txid, vout);
          return row === undefined ? [] : [storedPaymentOf(row)];
        }),
      );
    },
    async listWatchedPayments(walletId, page) {
      const { txid, vout } = page.after ?? { txid: '', vout: 0 };
      const rows = statements.selectWatched.all(walletId, txid, vout, rowsFor(page));
      return pageOf(rows.map(storedPaymentOf), page, ({ payment }) => ({
        txid: payment.txid,
        vout: payment.vout,
      }));
    },
    async paymentsOf(invoiceId, limit) {
      return statements.selectPaymentsOf.all(invoiceId, limit).map(paymentOf);
    },
    async savePayments(changes) {
      return save(changes);
    },
    async events(invoiceId, limit) {
      return statements.selectEvents.all(invoiceId, limit).map(invoiceEventOf);
    },
  };
}

/**
 * A grid's invoices are those whose ids begin with its own and a dot, which no id contains; of a
 * period, those that go on with it and a dot. `/` comes next after the dot.
 */
function conditionsOf(
  { gridId, prosumerId, period }: InvoiceFilter,
  after: string,
): { readonly where: string; readonly values: readonly SQLInputValue[] } {
  const start = gridId === undefined ? '' : `${gridId}.${period === undefined ? '' : `${period}.`}`;
  const conditions: readonly (readonly [string, SQLInputValue | undefined])[] = [
    ['invoiceId > ?', after > start ? after : start],
    ['invoiceId < ?', start === '' ? undefined : `${start.slice(0, -1)}/`],
    ['prosumerId = ?', prosumerId],
    ['period = ?', period],
  ];
  const asked = conditions.filter(([, value]) => value !== undefined);
  return {
    where: asked.map(([sql]) => sql).join(' AND '),
    values: asked.flatMap(([, value]) => (value === undefined ? [] : [value])),
  };
}

function prepare(db: DatabaseSync) {
  const invoices = (sql: string) => bigintQuery<InvoiceRow>(db, `SELECT * FROM invoices ${sql}`);
  const payments = (sql: string) => bigintQuery<PaymentRow>(db, `SELECT * FROM payments ${sql}`);
  return {
    select: invoices('WHERE invoiceId = ?'),
    selectByAddress: invoices('WHERE address = ?'),
    selectUnaddressed: invoices(
      `WHERE gridId = ? AND address IS NULL AND voidedAt IS NULL ORDER BY invoiceId LIMIT ?`,
    ),
    address: write(
      db,
      `UPDATE invoices SET walletId = ?, keyIndex = ?, address = ?, version = version + 1
       WHERE invoiceId = ? AND address IS NULL`,
    ),
    void: write(
      db,
      `UPDATE invoices SET voidedAt = ?, version = version + 1
       WHERE invoiceId = ? AND version = ? AND voidedAt IS NULL`,
    ),
    countChange: write(
      db,
      `INSERT INTO invoiceChanges (gridId, changes)
       SELECT gridId, 1 FROM invoices WHERE invoiceId = ?
       ON CONFLICT DO UPDATE SET changes = changes + 1`,
    ),
    selectPayment: payments('WHERE txid = ? AND vout = ?'),
    selectWatched: payments(
      `WHERE walletId = ? AND state IN ('seen', 'credited') AND (txid, vout) > (?, ?)
       ORDER BY txid, vout LIMIT ?`,
    ),
    selectPaymentsOf: payments('WHERE invoiceId = ? ORDER BY firstSeenAt, txid, vout LIMIT ?'),
    selectEvents: bigintQuery<InvoiceEventRow>(
      db,
      'SELECT * FROM invoiceEvents WHERE invoiceId = ? ORDER BY sequence LIMIT ?',
    ),
  };
}
