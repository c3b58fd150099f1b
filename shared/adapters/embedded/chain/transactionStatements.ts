import type { DatabaseSync } from 'node:sqlite';
import type { TransactionId } from '../../../domain/bitcoin.ts';
import { query, write } from '../statement.ts';

/** An output, where it is and what spends it. Amounts are under 21e14, so that numbers hold them. */
export type CoinRow = {
  readonly script: string;
  readonly amountSat: number;
  readonly height: number | null;
  readonly position: number | null;
  readonly spentBy: TransactionId | null;
  readonly spenderHeight: number | null;
};

type Raw = { readonly txid: TransactionId; readonly bytes: Uint8Array };
type Place = { readonly height: number | null; readonly hash: string | null };
type Confirmed = {
  readonly feeSat: number;
  readonly virtualSize: number;
  readonly waitedBlocks: number;
};

/** Transactions, wherever they are, and their outputs. */
export function prepareTransactions(db: DatabaseSync) {
  return { ...transactions(db), ...outputs(db) };
}

function transactions(db: DatabaseSync) {
  return {
    insertTransaction: write(
      db,
      `INSERT INTO transactions
         (txid, bytes, weight, virtualSize, sigopCost, feeSat, arrivedHeight, height, position)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    selectPlace: query<Place>(
      db,
      `SELECT t.height, b.hash FROM transactions t LEFT JOIN blocks b USING (height)
       WHERE txid = ?`,
    ),
    selectBytes: query<{ bytes: Uint8Array }>(db, 'SELECT bytes FROM transactions WHERE txid = ?'),
    selectInBlock: query<Raw>(
      db,
      'SELECT txid, bytes FROM transactions WHERE height = ? ORDER BY position',
    ),
    confirm: write(db, 'UPDATE transactions SET height = ?, position = ? WHERE txid = ?'),
    returnToMempool: write(
      db,
      'UPDATE transactions SET height = NULL, position = NULL WHERE height = ?',
    ),
    deleteTransaction: write(db, 'DELETE FROM transactions WHERE txid = ?'),
    selectConfirmed: query<Confirmed>(
      db,
      `SELECT feeSat, virtualSize, height - arrivedHeight AS waitedBlocks
       FROM transactions WHERE height > ? AND position > 0`,
    ),
  };
}

function outputs(db: DatabaseSync) {
  return {
    insertOutput: write(
      db,
      'INSERT INTO outputs (txid, vout, script, amountSat) VALUES (?, ?, ?, ?)',
    ),
    selectCoin: query<CoinRow>(
      db,
      `SELECT script, amountSat, t.height, t.position, spentBy, s.height AS spenderHeight
       FROM outputs o JOIN transactions t USING (txid) LEFT JOIN transactions s ON s.txid = spentBy
       WHERE o.txid = ? AND vout = ?`,
    ),
    spend: write(db, 'UPDATE outputs SET spentBy = ? WHERE txid = ? AND vout = ?'),
    unspend: write(db, 'UPDATE outputs SET spentBy = NULL WHERE spentBy = ?'),
    deleteOutputs: write(db, 'DELETE FROM outputs WHERE txid = ?'),
    selectUnspentOf: query<{ vout: number }>(
      db,
      `SELECT vout FROM outputs o LEFT JOIN transactions s ON s.txid = spentBy
       WHERE o.txid = ? AND (spentBy IS NULL OR s.height IS NULL) LIMIT 1`,
    ),
  };
}
