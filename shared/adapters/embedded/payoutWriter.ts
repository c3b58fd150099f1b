import type { DatabaseSync } from 'node:sqlite';
import type { Payout } from '../../domain/payout.ts';
import type { PayoutStore } from '../../ports/payoutStore.ts';
import {
  coinsOf,
  type PayoutRow,
  payeesOf,
  storedPayoutOf,
  writePayout,
} from '../payoutDocument.ts';
import { versionOfEtag } from '../versionEtag.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { query, write } from './statement.ts';

/** Writes payouts with what belongs to them: all of it in one transaction, or nothing. */
export function payoutWriter(db: DatabaseSync): Pick<PayoutStore, 'create' | 'replace'> {
  const statements = prepare(db);
  const audit = auditWriter(db);
  return {
    async create(payout, entry) {
      const { id, gridId, status } = payout;
      return transaction(db, () => {
        if (!areWaiting(statements, payout) || !mayHaveCoins(statements, payout)) return false;
        // Everything is free: nothing is refused from here on.
        statements.insert.run(id, gridId, status, writePayout(payout));
        for (const { period, prosumerId } of payeesOf(payout)) {
          statements.takePayee.run(id, gridId, period, prosumerId);
        }
        takeCoins(statements, payout);
        audit(entry);
        return true;
      });
    },
    async replace(payout, etag, entry) {
      const { id, status } = payout;
      const version = versionOfEtag(etag);
      if (version === undefined) return undefined;
      return transaction(db, () => {
        if (!mayHaveCoins(statements, payout)) return undefined;
        const row = statements.update.get(status, writePayout(payout), id, version);
        if (row === undefined) return undefined;
        takeCoins(statements, payout);
        audit(entry);
        return storedPayoutOf(row);
      });
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function areWaiting({ selectWaiting }: Statements, payout: Payout): boolean {
  return payeesOf(payout).every(
    ({ period, prosumerId }) => selectWaiting.get(payout.gridId, period, prosumerId) !== undefined,
  );
}

function mayHaveCoins({ selectOwner }: Statements, payout: Payout): boolean {
  return coinsOf(payout).every(({ txid, vout }) => {
    const owner = selectOwner.get(txid, vout)?.payoutId;
    return owner === undefined || owner === payout.id;
  });
}

function takeCoins({ insertCoin }: Statements, payout: Payout): void {
  for (const { txid, vout } of coinsOf(payout)) {
    insertCoin.run(txid, vout, payout.gridId, payout.id);
  }
}

function prepare(db: DatabaseSync) {
  return {
    insert: write(
      db,
      'INSERT INTO payouts (payoutId, gridId, status, document) VALUES (?, ?, ?, ?)',
    ),
    update: query<PayoutRow>(
      db,
      `UPDATE payouts SET status = ?, document = ?, version = version + 1
       WHERE payoutId = ? AND version = ? RETURNING document, version`,
    ),
    selectWaiting: query<unknown>(
      db,
      `SELECT 1 FROM payees
       WHERE gridId = ? AND period = ? AND prosumerId = ? AND payoutId IS NULL`,
    ),
    takePayee: write(
      db,
      'UPDATE payees SET payoutId = ? WHERE gridId = ? AND period = ? AND prosumerId = ?',
    ),
    selectOwner: query<{ readonly payoutId: string }>(
      db,
      'SELECT payoutId FROM payoutCoins WHERE txid = ? AND vout = ?',
    ),
    insertCoin: write(
      db,
      `INSERT INTO payoutCoins (txid, vout, gridId, payoutId) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
  };
}
