import type { AuditLog } from '../../../ports/auditLog.ts';
import {
  type AuditRow,
  auditBounds,
  auditColumns,
  auditEntryOf,
  auditPosition,
} from '../../auditRows.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter, instantParameter, intParameter } from './sqlParameters.ts';

/** The audit log of Prosumer Info: what statements wrote to it with `addEntries`. */
export function azureAuditLog(db: SqlDatabase): AuditLog {
  return {
    async list(gridId, range, page) {
      const { from, before } = auditBounds(range, page.after);
      const { rows } = await db.query<AuditRow>(listStatement, {
        gridId: idParameter(gridId),
        from: instantParameter(from),
        at: instantParameter(before.at),
        id: idParameter(before.id),
        limit: intParameter(rowsFor(page)),
      });
      return pageOf(rows.map(auditEntryOf), page, auditPosition);
    },
  };
}

// The first bound on `at` is what the index is sought by; the second leaves out within an instant.
const listStatement = `SELECT TOP (@limit) ${auditColumns}
FROM auditEntries AS entry
LEFT JOIN auditPersonal AS personal ON personal.entryId = entry.entryId
WHERE entry.gridId = @gridId AND entry.at >= @from AND entry.at <= @at
  AND (entry.at < @at OR entry.entryId < @id)
ORDER BY entry.at DESC, entry.entryId DESC`;
