import type { DatabaseSync } from 'node:sqlite';
import type { KeyChain, WalletId } from '../../domain/bitcoin.ts';
import type { WalletStore } from '../../ports/walletStore.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { query, write } from './statement.ts';

type IndexRow = { readonly keyIndex: number };

/** Wallets: each index belongs to one purpose, for good; nothing here is ever taken back. */
export function embeddedWalletStore(db: DatabaseSync): WalletStore {
  const { selectIndex, selectNext, insertIndex, selectCursor, upsertCursor } = prepare(db);
  const audit = auditWriter(db);
  const next = (walletId: WalletId, keyChain: KeyChain) =>
    selectNext.get(walletId, keyChain)?.keyIndex ?? 0;
  return {
    async allocate(walletId, keyChain, purposes, entry) {
      return transaction(db, () => {
        const allocated = new Map<string, number>();
        const first = next(walletId, keyChain);
        let free = first;
        for (const purpose of purposes) {
          const known = selectIndex.get(walletId, keyChain, purpose)?.keyIndex;
          allocated.set(purpose, known ?? free);
          if (known !== undefined) continue;
          insertIndex.run(walletId, keyChain, purpose, free);
          free += 1;
        }
        if (free > first && entry !== undefined) audit(entry);
        return allocated;
      });
    },
    async allocatedCount(walletId, keyChain) {
      return next(walletId, keyChain);
    },
    async cursor(walletId) {
      return selectCursor.get(walletId)?.position;
    },
    async setCursor(walletId, cursor) {
      upsertCursor.run(walletId, cursor);
    },
  };
}

function prepare(db: DatabaseSync) {
  return {
    selectIndex: query<IndexRow>(
      db,
      'SELECT keyIndex FROM walletIndexes WHERE walletId = ? AND keyChain = ? AND purpose = ?',
    ),
    selectNext: query<IndexRow>(
      db,
      `SELECT keyIndex + 1 AS keyIndex FROM walletIndexes WHERE walletId = ? AND keyChain = ?
       ORDER BY walletIndexes.keyIndex DESC LIMIT 1`,
    ),
    insertIndex: write(
      db,
      'INSERT INTO walletIndexes (walletId, keyChain, purpose, keyIndex) VALUES (?, ?, ?, ?)',
    ),
    selectCursor: query<{ readonly position: string }>(
      db,
      'SELECT position FROM walletCursors WHERE walletId = ?',
    ),
    upsertCursor: write(
      db,
      `INSERT INTO walletCursors (walletId, position) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET position = excluded.position`,
    ),
  };
}
