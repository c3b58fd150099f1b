import type { InvoiceFilter, InvoiceStore } from '../../../ports/invoiceStore.ts';
import {
  type InvoiceEventRow,
  type InvoiceRow,
  invoiceEventOf,
  invoiceOf,
  type PaymentRow,
  paymentOf,
  storedInvoiceOf,
  storedPaymentOf,
} from '../../invoiceRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { versionOfEtag } from '../../versionEtag.ts';
import { auditParameters } from './auditEntries.ts';
import { lockOf } from './invoiceLock.ts';
import { addressStatement, voidStatement } from './invoiceStatements.ts';
import { locksParameter } from './lockedTransaction.ts';
import { savePayments } from './savePayments.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  asciiParameter,
  bigIntParameter,
  idParameter,
  instantParameter,
  intParameter,
  rowsParameter,
} from './sqlParameters.ts';

/** Invoices, with the sums of their payments in the same row. */
export function azureInvoiceStore(db: SqlDatabase): InvoiceStore {
  const invoices = async (statement: string, parameters: SqlParameters) =>
    (await db.query<InvoiceRow>(statement, parameters)).rows;
  const payments = async (statement: string, parameters: SqlParameters) =>
    (await db.query<PaymentRow>(statement, parameters)).rows;
  return {
    async get(invoiceId) {
      const [row] = await invoices(getStatement, { id: asciiParameter(invoiceId) });
      return row && storedInvoiceOf(row);
    },
    async list(filter, page) {
      const { where, parameters } = conditionsOf(filter, page.after ?? '');
      const rows = await invoices(
        `SELECT TOP (@limit) * FROM invoices WHERE ${where} ORDER BY invoiceId`,
        { ...parameters, limit: intParameter(rowsFor(page)) },
      );
      return pageOf(rows.map(storedInvoiceOf), page, (stored) => stored.value.id);
    },
    async listUnaddressed(gridId, limit) {
      const rows = await invoices(unaddressedStatement, {
        gridId: idParameter(gridId),
        limit: intParameter(limit),
      });
      return rows.map(invoiceOf);
    },
    async address(addressed, at) {
      // The first that an invoice is given is the one that it keeps.
      const rows = new Map(
        addressed
          .map(({ invoiceId, payTo: { walletId, index, address } }, n) => {
            return [invoiceId, [invoiceId, walletId, index, address, n]] as const;
          })
          .toReversed(),
      );
      if (rows.size === 0) return;
      await db.query(addressStatement, {
        locks: locksParameter(...[...rows.keys()].map(lockOf)),
        invoices: rowsParameter([...rows.values()]),
        at: instantParameter(at),
        ...auditParameters(...addressed.map(({ entry }) => entry)),
      });
    },
    async byAddress(addresses) {
      const rows = await invoices(byAddressStatement, {
        addresses: rowsParameter([...new Set(addresses)].map((address, n) => [n, address])),
      });
      return new Map(
        rows.flatMap((row) => (row.address === null ? [] : [[row.address, invoiceOf(row)]])),
      );
    },
    async void(invoiceId, etag, at, entry) {
      const version = versionOfEtag(etag);
      if (version === undefined) return undefined;
      const { rows, attempt } = await db.query<InvoiceRow & { voided: number }>(voidStatement, {
        locks: locksParameter(lockOf(invoiceId)),
        id: asciiParameter(invoiceId),
        version: bigIntParameter(version),
        at: instantParameter(at),
        ...auditParameters(entry),
      });
      const [row] = rows;
      // The answer to an earlier attempt may have been lost, after it had voided the invoice.
      const isOwn = attempt > 1 && row?.voidedAt === at && Number(row.version) > version;
      return row !== undefined && (row.voided === 1 || isOwn) ? storedInvoiceOf(row) : undefined;
    },
    async payments(outputs) {
      const rows = await payments(paymentsStatement, {
        outputs: rowsParameter(outputs.map(({ txid, vout }, n) => [n, txid, vout])),
      });
      return rows.map(storedPaymentOf);
    },
    async listWatchedPayments(walletId, page) {
      const rows = await payments(watchedStatement, {
        walletId: idParameter(walletId),
        txid: asciiParameter(page.after?.txid ?? ''),
        vout: bigIntParameter(page.after?.vout ?? 0),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(rows.map(storedPaymentOf), page, ({ payment: { txid, vout } }) => ({
        txid,
        vout,
      }));
    },
    async paymentsOf(invoiceId, limit) {
      const rows = await payments(paymentsOfStatement, {
        id: asciiParameter(invoiceId),
        limit: intParameter(limit),
      });
      return rows.map(paymentOf);
    },
    async savePayments(changes) {
      return savePayments(db, changes);
    },
    async events(invoiceId, limit) {
      const { rows } = await db.query<InvoiceEventRow>(eventsStatement, {
        id: asciiParameter(invoiceId),
        limit: intParameter(limit),
      });
      return rows.map(invoiceEventOf);
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
): { readonly where: string; readonly parameters: SqlParameters } {
  const start = gridId === undefined ? '' : `${gridId}.${period === undefined ? '' : `${period}.`}`;
  const conditions = ['invoiceId > @after'];
  if (start !== '') conditions.push('invoiceId < @end');
  if (prosumerId !== undefined) conditions.push('prosumerId = @prosumerId');
  if (period !== undefined) conditions.push('period = @period');
  return {
    where: conditions.join(' AND '),
    parameters: {
      after: asciiParameter(after > start ? after : start),
      end: asciiParameter(`${start.slice(0, -1)}/`),
      prosumerId: idParameter(prosumerId ?? ''),
      period: idParameter(period ?? ''),
    },
  };
}

const getStatement = 'SELECT * FROM invoices WHERE invoiceId = @id';

const unaddressedStatement = `SELECT TOP (@limit) * FROM invoices
WHERE gridId = @gridId AND address IS NULL AND voidedAt IS NULL ORDER BY invoiceId`;

const byAddressStatement = `SELECT invoices.* FROM OPENJSON(@addresses) WITH (
  n INT '$[0]',
  address VARCHAR(90) '$[1]'
) AS given INNER JOIN invoices ON invoices.address = given.address COLLATE Latin1_General_BIN2
ORDER BY given.n`;

const paymentsStatement = `SELECT payments.* FROM OPENJSON(@outputs) WITH (
  n INT '$[0]',
  txid VARCHAR(64) '$[1]',
  vout BIGINT '$[2]'
) AS given INNER JOIN payments
  ON payments.txid = given.txid COLLATE Latin1_General_BIN2 AND payments.vout = given.vout
ORDER BY given.n`;

const watchedStatement = `SELECT TOP (@limit) * FROM payments
WHERE walletId = @walletId AND state IN ('seen', 'credited')
  AND (txid > @txid OR (txid = @txid AND vout > @vout))
ORDER BY txid, vout`;

const paymentsOfStatement = `SELECT TOP (@limit) * FROM payments
WHERE invoiceId = @id ORDER BY firstSeenAt, txid, vout`;

const eventsStatement = `SELECT TOP (@limit) * FROM invoiceEvents
WHERE invoiceId = @id ORDER BY sequence`;
