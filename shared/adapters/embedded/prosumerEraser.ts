import type { DatabaseSync } from 'node:sqlite';
import type { MoneyNeed } from '../../domain/prosumer.ts';
import type { Instant } from '../../domain/timeframe.ts';
import type { ProsumerStore } from '../../ports/prosumerStore.ts';
import { isErasable, needColumns, needConditions, needsOf } from '../moneyNeeds.ts';
import { type ProsumerRow, storedProsumerOf } from '../prosumerInfoRows.ts';
import { auditWriter } from './auditLog.ts';
import { transaction } from './database.ts';
import { bigintQuery, query, write } from './statement.ts';

const needs = needConditions('invoice.contributionSat <> invoice.accountedSat');

/** The part of the prosumer store that erases what is personal. `columns` are those of its rows. */
export function prosumerEraser(
  db: DatabaseSync,
  columns: string,
): Pick<ProsumerStore, 'moneyNeeds' | 'listErasable' | 'erasedThrough' | 'erase'> {
  const selectNeeds = query<Record<MoneyNeed, number>>(
    db,
    `SELECT ${needColumns(needs)} FROM prosumers WHERE prosumerId = ?`,
  );
  const selectErasable = bigintQuery<ProsumerRow>(
    db,
    `SELECT ${columns} FROM prosumers
     WHERE gridId = ? AND activeUntil <= ? AND createdAt <= ? AND ${isErasable(needs)}
     ORDER BY prosumerId LIMIT ?`,
  );
  const selectErasedThrough = query<{ readonly erasedThrough: Instant | null }>(
    db,
    `SELECT max(activeUntil) AS erasedThrough FROM prosumers
     WHERE gridId = ? AND erasedAt IS NOT NULL`,
  );
  const erase = bigintQuery<ProsumerRow>(
    db,
    `UPDATE prosumers SET name = '', address = '', erasedAt = ?, version = version + 1
     WHERE prosumerId = ? AND version = ? AND ${isErasable(needs)} RETURNING ${columns}`,
  );
  const deletions = ['payoutAddresses', 'addressChallenges', 'auditPersonal'].map((table) =>
    write(db, `DELETE FROM ${table} WHERE prosumerId = ?`),
  );
  const deleteAnswers = write(db, 'DELETE FROM answers WHERE expiresAt <= ?');
  const writeEntry = auditWriter(db);
  return {
    async moneyNeeds(prosumerId) {
      const row = selectNeeds.get(prosumerId);
      return row === undefined ? [] : needsOf(row);
    },
    async listErasable(gridId, { endedBy, createdBy }, limit) {
      return selectErasable.all(gridId, endedBy, createdBy, limit).map(storedProsumerOf);
    },
    async erasedThrough(gridId) {
      return selectErasedThrough.get(gridId)?.erasedThrough ?? undefined;
    },
    async erase(prosumerId, version, entry) {
      return transaction(db, () => {
        const row = erase.get(entry.at, prosumerId, version);
        if (row === undefined) return undefined;
        writeEntry(entry);
        for (const deletion of deletions) deletion.run(prosumerId);
        // Of those that are over one may name it, and wait for a next key to be cleared away.
        deleteAnswers.run(entry.at);
        return storedProsumerOf(row);
      });
    },
  };
}
