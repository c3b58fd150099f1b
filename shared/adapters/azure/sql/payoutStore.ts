import type { TransactionId } from '../../../domain/bitcoin.ts';
import type { AddressChallenge, PayoutAddress } from '../../../domain/payout.ts';
import type { PayoutStore } from '../../../ports/payoutStore.ts';
import { type PayeeRow, payeeOf } from '../../billingRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { type PayoutRow, storedPayoutOf } from '../../payoutDocument.ts';
import { auditParameters } from './auditEntries.ts';
import { bindStatement, putChallengeStatement } from './payoutStatements.ts';
import { payoutWriter } from './payoutWriter.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  asciiParameter,
  idParameter,
  instantParameter,
  intParameter,
  longTextParameter,
} from './sqlParameters.ts';

/** Payouts as JSON documents; their payees and coins in tables, so that each belongs to one of them. */
export function azurePayoutStore(db: SqlDatabase): PayoutStore {
  const payouts = async (statement: string, parameters: SqlParameters) =>
    (await db.query<PayoutRow>(statement, parameters)).rows.map(storedPayoutOf);
  const payees = async (statement: string, parameters: SqlParameters) =>
    (await db.query<PayeeRow>(statement, parameters)).rows.map(payeeOf);
  const addresses = async (statement: string, parameters: SqlParameters) =>
    (await db.query<DocumentRow>(statement, parameters)).rows.map(addressOf);
  return {
    ...payoutWriter(db),
    async listWaiting(gridId, limit, after) {
      return payees(waitingStatement, {
        gridId: idParameter(gridId),
        ...placeOf(after),
        limit: intParameter(limit),
      });
    },
    async listPayees(gridId, page) {
      const listed = await payees(payeesStatement, {
        gridId: idParameter(gridId),
        ...placeOf(page.after),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(listed, page, (payee) => `${payee.period}.${payee.prosumerId}`);
    },
    async get(payoutId) {
      return (await payouts(getStatement, { id: idParameter(payoutId) }))[0];
    },
    async list(gridId, page) {
      const listed = await payouts(ofGridStatement, {
        gridId: idParameter(gridId),
        after: idParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(listed, page, ({ value }) => value.id);
    },
    async listUnconfirmed(page) {
      const listed = await payouts(unconfirmedStatement, {
        after: idParameter(page.after ?? ''),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(listed, page, ({ value }) => value.id);
    },
    async takenCoins(gridId) {
      const { rows } = await db.query<{ txid: TransactionId; vout: string }>(
        'SELECT txid, vout FROM payoutCoins WHERE gridId = @gridId',
        { gridId: idParameter(gridId) },
      );
      return new Set(rows.map(({ txid, vout }) => `${txid}:${vout}`));
    },
    async getAddress(prosumerId) {
      return (await addresses(addressStatement, { id: idParameter(prosumerId) }))[0];
    },
    async addressesOf(gridId) {
      const found = await addresses(addressesStatement, { gridId: idParameter(gridId) });
      return new Map(found.map((address) => [address.prosumerId, address]));
    },
    async putChallenge({ prosumerId, gridId, address, nonce, expiresAt }) {
      const { rows } = await db.query<{ isPut: number }>(putChallengeStatement, {
        id: idParameter(prosumerId),
        gridId: idParameter(gridId),
        address: asciiParameter(address),
        nonce: asciiParameter(nonce),
        expiresAt: instantParameter(expiresAt),
      });
      return rows[0]?.isPut === 1;
    },
    async getChallenge(prosumerId) {
      const { rows } = await db.query<AddressChallenge>(challengeStatement, {
        id: idParameter(prosumerId),
      });
      return rows[0];
    },
    async bindAddress(address, nonce, entry) {
      const document = JSON.stringify(address);
      const { rows, attempt } = await db.query<DocumentRow & { used: number }>(bindStatement, {
        id: idParameter(address.prosumerId),
        gridId: idParameter(address.gridId),
        nonce: asciiParameter(nonce),
        document: longTextParameter(document),
        ...auditParameters(entry),
      });
      const [row] = rows;
      // The answer to an earlier attempt may have been lost, after it had bound the address.
      return row !== undefined && (row.used === 1 || (attempt > 1 && row.document === document));
    },
  };
}

/** Without a place, before all. */
function placeOf(after = '') {
  const [period = '', prosumerId = ''] = after.split('.');
  return { period: idParameter(period), prosumerId: idParameter(prosumerId) };
}

type DocumentRow = { readonly document: string };

function addressOf({ document }: DocumentRow): PayoutAddress {
  return JSON.parse(document) as PayoutAddress;
}

const isAfterPlace = '(period > @period OR (period = @period AND prosumerId > @prosumerId))';

const waitingStatement = `SELECT TOP (@limit) * FROM payees
WHERE gridId = @gridId AND payoutId IS NULL AND ${isAfterPlace}
ORDER BY period, prosumerId`;

const payeesStatement = `SELECT TOP (@limit) * FROM payees
WHERE gridId = @gridId AND ${isAfterPlace}
ORDER BY period, prosumerId`;

const getStatement = 'SELECT document, version FROM payouts WHERE payoutId = @id';

const ofGridStatement = `SELECT TOP (@limit) document, version FROM payouts
WHERE gridId = @gridId AND payoutId > @after ORDER BY payoutId`;

const unconfirmedStatement = `SELECT TOP (@limit) document, version FROM payouts
WHERE status <> 'confirmed' AND payoutId > @after ORDER BY payoutId`;

const addressStatement = 'SELECT document FROM payoutAddresses WHERE prosumerId = @id';

const addressesStatement = `SELECT document FROM payoutAddresses
WHERE gridId = @gridId ORDER BY prosumerId`;

const challengeStatement = `SELECT prosumerId, gridId, address, nonce, expiresAt
FROM addressChallenges WHERE prosumerId = @id`;
