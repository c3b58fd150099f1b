import type { DatabaseSync } from 'node:sqlite';
import type { Address, KeyChain, TransactionId } from '../../../domain/bitcoin.ts';
import { query, write } from '../statement.ts';

export type ChainStatements = ReturnType<typeof prepareChain>;

export type BlockRow = {
  readonly height: number;
  readonly hash: string;
  readonly timeSec: number;
};

/** An output, where it is and what spends it. Amounts are under 21e14, so that numbers hold them. */
export type CoinRow = {
  readonly script: string;
  readonly amountSat: number;
  readonly height: number | null;
  readonly position: number | null;
  readonly spentBy: TransactionId | null;
  readonly spenderHeight: number | null;
};

export type EntryRow = {
  readonly txid: TransactionId;
  readonly weight: number;
  readonly virtualSize: number;
  readonly sigopCost: number;
  readonly feeSat: number;
};

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

type Txid = { readonly txid: TransactionId };
type Raw = Txid & { readonly bytes: Uint8Array };
type Place = { readonly height: number | null; readonly hash: string | null };
type Link = { readonly parent: TransactionId; readonly child: TransactionId };
type Confirmed = {
  readonly feeSat: number;
  readonly virtualSize: number;
  readonly waitedBlocks: number;
};

/** The statements of the chain. */
export function prepareChain(db: DatabaseSync) {
  return { ...blocks(db), ...transactions(db), ...outputs(db), ...mempool(db), ...wallets(db) };
}

function blocks(db: DatabaseSync) {
  const columns = 'SELECT height, hash, timeSec FROM blocks';
  return {
    selectTip: query<BlockRow>(db, `${columns} ORDER BY height DESC LIMIT 1`),
    selectBlock: query<BlockRow>(db, `${columns} WHERE height = ?`),
    selectBlockByHash: query<BlockRow>(db, `${columns} WHERE hash = ?`),
    selectTimes: query<{ timeSec: number }>(
      db,
      'SELECT timeSec FROM blocks WHERE height <= ? ORDER BY height DESC LIMIT ?',
    ),
    insertBlock: write(
      db,
      'INSERT INTO blocks (height, hash, header, timeSec) VALUES (?, ?, ?, ?)',
    ),
    deleteBlock: write(db, 'DELETE FROM blocks WHERE height = ?'),
    insertUndone: write(db, 'INSERT INTO undoneBlocks (hash, previousHash) VALUES (?, ?)'),
    selectUndone: query<{ previousHash: string }>(
      db,
      'SELECT previousHash FROM undoneBlocks WHERE hash = ?',
    ),
    countUndone: query<{ count: number }>(db, 'SELECT count(*) AS count FROM undoneBlocks'),
  };
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

function mempool(db: DatabaseSync) {
  const columns = 'SELECT txid, weight, virtualSize, sigopCost, feeSat FROM transactions';
  return {
    selectMempool: query<EntryRow>(db, `${columns} WHERE height IS NULL ORDER BY sequence`),
    selectEntry: query<EntryRow>(db, `${columns} WHERE txid = ? AND height IS NULL`),
    selectMempoolBytes: query<Raw>(
      db,
      'SELECT txid, bytes FROM transactions WHERE height IS NULL ORDER BY sequence',
    ),
    countMempool: query<{ count: number }>(
      db,
      'SELECT count(*) AS count FROM transactions WHERE height IS NULL',
    ),
    selectParents: query<Txid>(
      db,
      `SELECT DISTINCT o.txid FROM outputs o JOIN transactions t USING (txid)
       WHERE spentBy = ? AND t.height IS NULL`,
    ),
    selectChildren: query<Txid>(
      db,
      'SELECT DISTINCT spentBy AS txid FROM outputs WHERE txid = ? AND spentBy IS NOT NULL',
    ),
    selectLinks: query<Link>(
      db,
      `SELECT DISTINCT o.txid AS parent, o.spentBy AS child
       FROM transactions c CROSS JOIN outputs o ON o.spentBy = c.txid
         CROSS JOIN transactions p ON p.txid = o.txid
       WHERE c.height IS NULL AND p.height IS NULL`,
    ),
  };
}

function wallets(db: DatabaseSync) {
  const columns = `SELECT o.txid, o.vout, amountSat, address, keyChain, keyIndex,
    t.height, position, hash`;
  const byHeight = (heights: string) => `${columns}
    FROM transactions t CROSS JOIN outputs o ON o.txid = t.txid
      CROSS JOIN watched w ON w.script = o.script LEFT JOIN blocks b ON b.height = t.height
    WHERE ${heights} AND walletId = ?`;
  const byIndex = `${columns}
    FROM watched w CROSS JOIN outputs o ON o.script = w.script
      CROSS JOIN transactions t ON t.txid = o.txid LEFT JOIN blocks b ON b.height = t.height
    WHERE walletId = ? AND keyChain = ? AND keyIndex >= ? AND keyIndex < ?`;
  return {
    selectWatchedCount: query<{ count: number }>(
      db,
      `SELECT coalesce(max(keyIndex) + 1, 0) AS count FROM watched
       WHERE walletId = ? AND keyChain = ?`,
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
