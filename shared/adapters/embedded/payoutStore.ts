import type { DatabaseSync } from 'node:sqlite';
import type { AddressChallenge, PayoutAddress } from '../../domain/payout.ts';
import type { PayoutStore } from '../../ports/payoutStore.ts';
import { type PayeeRow, payeeOf } from '../billingRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { type PayoutRow, storedPayoutOf } from '../payoutDocument.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { payoutWriter } from './payoutWriter.ts';
import { bigintQuery, query, write } from './statement.ts';

/** Payouts as JSON documents; their payees and coins in tables, so that each belongs to one of them. */
export function embeddedPayoutStore(db: DatabaseSync): PayoutStore {
  const statements = prepare(db);
  const audit = auditWriter(db);
  const payouts = (rows: readonly PayoutRow[]) => rows.map(storedPayoutOf);
  return {
    ...payoutWriter(db),
    async listWaiting(gridId, limit, after = '.') {
      return statements.selectWaiting.all(gridId, ...after.split('.'), limit).map(payeeOf);
    },
    async listPayees(gridId, page) {
      const after = (page.after ?? '.').split('.');
      const rows = statements.selectPayees.all(gridId, ...after, rowsFor(page));
      return pageOf(rows.map(payeeOf), page, ({ period, prosumerId }) => `${period}.${prosumerId}`);
    },
    async get(payoutId) {
      const row = statements.select.get(payoutId);
      return row && storedPayoutOf(row);
    },
    async list(gridId, page) {
      const rows = statements.selectOfGrid.all(gridId, page.after ?? '', rowsFor(page));
      return pageOf(payouts(rows), page, ({ value }) => value.id);
    },
    async listUnconfirmed(page) {
      const rows = statements.selectUnconfirmed.all(page.after ?? '', rowsFor(page));
      return pageOf(payouts(rows), page, ({ value }) => value.id);
    },
    async takenCoins(gridId) {
      return new Set(statements.selectCoins.all(gridId).map(({ coin }) => coin));
    },
    async getAddress(prosumerId) {
      const row = statements.selectAddress.get(prosumerId);
      return row && (JSON.parse(row.document) as PayoutAddress);
    },
    async addressesOf(gridId) {
      const addresses = statements.selectAddresses
        .all(gridId)
        .map(({ document }) => JSON.parse(document) as PayoutAddress);
      return new Map(addresses.map((address) => [address.prosumerId, address]));
    },
    async putChallenge({ prosumerId, gridId, address, nonce, expiresAt }) {
      const row = [prosumerId, gridId, address, nonce, expiresAt];
      return statements.putChallenge.run(...row, prosumerId).changes > 0;
    },
    async getChallenge(prosumerId) {
      const row = statements.selectChallenge.get(prosumerId);
      return row && { ...row };
    },
    async bindAddress(address, nonce, entry) {
      const { prosumerId, gridId } = address;
      return transaction(db, () => {
        if (statements.useChallenge.run(prosumerId, nonce).changes === 0) return false;
        statements.putAddress.run(prosumerId, gridId, JSON.stringify(address));
        audit(entry);
        return true;
      });
    },
  };
}

function prepare(db: DatabaseSync) {
  const payouts = (sql: string) =>
    query<PayoutRow>(db, `SELECT document, version FROM payouts ${sql}`);
  const payees = (sql: string) => bigintQuery<PayeeRow>(db, `SELECT * FROM payees ${sql}`);
  const addresses = (sql: string) =>
    query<{ readonly document: string }>(db, `SELECT document FROM payoutAddresses ${sql}`);
  return {
    // Left to choose, SQLite would go through all payees that there ever were.
    selectWaiting: payees(
      `INDEXED BY payeesWaiting
       WHERE gridId = ? AND payoutId IS NULL AND (period, prosumerId) > (?, ?)
       ORDER BY period, prosumerId LIMIT ?`,
    ),
    selectPayees: payees(
      `WHERE gridId = ? AND (period, prosumerId) > (?, ?) ORDER BY period, prosumerId LIMIT ?`,
    ),
    select: payouts('WHERE payoutId = ?'),
    selectOfGrid: payouts('WHERE gridId = ? AND payoutId > ? ORDER BY payoutId LIMIT ?'),
    selectUnconfirmed: payouts(
      `WHERE status <> 'confirmed' AND payoutId > ? ORDER BY payoutId LIMIT ?`,
    ),
    selectCoins: query<{ readonly coin: string }>(
      db,
      `SELECT txid || ':' || vout AS coin FROM payoutCoins WHERE gridId = ?`,
    ),
    selectAddress: addresses('WHERE prosumerId = ?'),
    selectAddresses: addresses('WHERE gridId = ? ORDER BY prosumerId'),
    selectChallenge: query<AddressChallenge>(
      db,
      `SELECT prosumerId, gridId, address, nonce, expiresAt FROM addressChallenges
       WHERE prosumerId = ?`,
    ),
    putChallenge: write(
      db,
      `INSERT INTO addressChallenges (prosumerId, gridId, address, nonce, expiresAt)
       SELECT ?, ?, ?, ?, ?
       WHERE NOT EXISTS (
         SELECT 1 FROM prosumers WHERE prosumerId = ? AND erasedAt IS NOT NULL)
       ON CONFLICT DO UPDATE SET gridId = excluded.gridId, address = excluded.address,
         nonce = excluded.nonce, expiresAt = excluded.expiresAt`,
    ),
    useChallenge: write(db, 'DELETE FROM addressChallenges WHERE prosumerId = ? AND nonce = ?'),
    putAddress: write(
      db,
      `INSERT INTO payoutAddresses (prosumerId, gridId, document) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET gridId = excluded.gridId, document = excluded.document`,
    ),
  };
}
