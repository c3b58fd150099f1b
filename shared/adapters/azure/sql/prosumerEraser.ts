import type { MoneyNeed } from '../../../domain/prosumer.ts';
import type { Instant } from '../../../domain/timeframe.ts';
import type { ProsumerStore } from '../../../ports/prosumerStore.ts';
import { isErasable, needColumns, needConditions, needsOf } from '../../moneyNeeds.ts';
import { type ProsumerRow, storedProsumerOf } from '../../prosumerInfoRows.ts';
import { addEntries, auditParameters } from './auditEntries.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter, instantParameter, intParameter } from './sqlParameters.ts';

const needs = needConditions('invoice.changeSat <> 0');

/** The part of the prosumer store that erases what is personal. `columns` are those of its rows. */
export function prosumerEraser(
  db: SqlDatabase,
  columns: string,
): Pick<ProsumerStore, 'moneyNeeds' | 'listErasable' | 'erasedThrough' | 'erase'> {
  const eraseStatement = eraseStatementOf(columns);
  return {
    async moneyNeeds(prosumerId) {
      const { rows } = await db.query<Record<MoneyNeed, number>>(
        `SELECT ${needColumns(needs)} FROM prosumers WHERE prosumerId = @id`,
        { id: idParameter(prosumerId) },
      );
      const [row] = rows;
      return row === undefined ? [] : needsOf(row);
    },
    async listErasable(gridId, { endedBy, createdBy }, limit) {
      const { rows } = await db.query<ProsumerRow>(
        `SELECT TOP (@limit) ${columns} FROM prosumers
         WHERE gridId = @gridId AND activeUntil <= @endedBy AND createdAt <= @createdBy
           AND ${isErasable(needs)}
         ORDER BY prosumerId`,
        {
          gridId: idParameter(gridId),
          endedBy: instantParameter(endedBy),
          createdBy: instantParameter(createdBy),
          limit: intParameter(limit),
        },
      );
      return rows.map(storedProsumerOf);
    },
    async erasedThrough(gridId) {
      const { rows } = await db.query<{ erasedThrough: Instant | null }>(
        `SELECT MAX(activeUntil) AS erasedThrough FROM prosumers
         WHERE gridId = @gridId AND erasedAt IS NOT NULL`,
        { gridId: idParameter(gridId) },
      );
      return rows[0]?.erasedThrough ?? undefined;
    },
    async erase(prosumerId, version, entry) {
      const { rows, attempt } = await db.query<ProsumerRow & { erased: number }>(eraseStatement, {
        id: idParameter(prosumerId),
        version: intParameter(version),
        erasedAt: instantParameter(entry.at),
        ...auditParameters(entry),
      });
      const [row] = rows;
      if (row === undefined) return undefined;
      const stored = storedProsumerOf(row);
      // The answer to an earlier attempt may have been lost, after it had erased.
      const isOwn =
        attempt > 1 && stored.version === version + 1 && stored.prosumer.erasedAt === entry.at;
      return row.erased === 1 || isOwn ? stored : undefined;
    },
  };
}

/**
 * Whoever binds an address uses up its challenge first: once the challenge is deleted here, what was
 * bound is there to be deleted, and nothing more can be. Of the answers that are over one may name the
 * prosumer, and wait for a next key to be cleared away.
 */
function eraseStatementOf(columns: string): string {
  return `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @erased INT;

DELETE FROM answers WHERE expiresAt <= @erasedAt;

BEGIN TRANSACTION;

UPDATE prosumers SET name = '', address = '', erasedAt = @erasedAt, version = version + 1,
  isRostered = 0
WHERE prosumerId = @id AND version = @version AND ${isErasable(needs)};
SET @erased = @@ROWCOUNT;

IF @erased = 1
BEGIN
  DELETE FROM addressChallenges WHERE prosumerId = @id;
  DELETE FROM payoutAddresses WHERE prosumerId = @id;
  DELETE FROM auditPersonal WHERE prosumerId = @id;
  ${addEntries()}
END

COMMIT TRANSACTION;
SELECT @erased AS erased, ${columns} FROM prosumers WHERE prosumerId = @id;`;
}
