import type { DatabaseSync } from 'node:sqlite';
import type { Address, KeyChain, TransactionId } from '../../../domain/bitcoin.ts';
import { query, write } from '../statement.ts';

/** An output of a watched address; without height and hash in the mempool. */
export type WalletRow = {
  readonly txid: TransactionId;
  readonly vout: number;
  readonly amountSat: number;
  readonly address: Address;
  readonly keyChain: KeyChain;
  readonly keyIndex: number;
  readonly height: number | null;
  readonly position: number | null;
  readonly hash: string | null;
};

/** Watched addresses, and the outputs that pay to them. */
export function prepareWallets(db: DatabaseSync) {
  const columns = `SELECT o.txid, o.vout, amountSat, address, keyChain, keyIndex,
    t.height, position, hash`;
  // Left to itself SQLite would walk all addresses of the wallet for each output.
  const byHeight = (heights: string) => `${columns}
    FROM transactions t CROSS JOIN outputs o ON o.txid = t.txid
      CROSS JOIN watched w INDEXED BY watchedByScript ON w.script = o.script
      LEFT JOIN blocks b ON b.height = t.height
    WHERE ${heights} AND walletId = ?`;
  const byIndex = `${columns}
    FROM watched w CROSS JOIN outputs o ON o.script = w.script
      CROSS JOIN transactions t ON t.txid = o.txid LEFT JOIN blocks b ON b.height = t.height
    WHERE walletId = ? AND keyChain = ? AND keyIndex >= ? AND keyIndex < ?`;
  return {
    selectLastWatched: query<{ keyIndex: number }>(
      db,
      `SELECT keyIndex FROM watched WHERE walletId = ? AND keyChain = ?
       ORDER BY keyIndex DESC LIMIT 1`,
    ),
    insertWatched: write(
      db,
      `INSERT INTO watched (walletId, keyChain, keyIndex, script, address)
       VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    selectAbove: query<WalletRow>(db, byHeight('t.height > ?')),
    selectWaiting: query<WalletRow>(db, byHeight('t.height IS NULL')),
    selectOfIndexes: query<WalletRow>(db, byIndex),
    selectUnspent: query<WalletRow>(db, `${byIndex} AND spentBy IS NULL`),
  };
}
