import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../domain/audit.ts';
import type { AuditLog } from '../../ports/auditLog.ts';
import {
  type AuditRow,
  auditBounds,
  auditColumns,
  auditEntryOf,
  auditPosition,
  auditRowOf,
} from '../auditRows.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { query, write } from './statement.ts';

/** The audit log of a database: what `auditWriter` wrote to it. */
export function embeddedAuditLog(db: DatabaseSync): AuditLog {
  const select = query<AuditRow>(
    db,
    `SELECT ${auditColumns} FROM auditEntries AS entry
     LEFT JOIN auditPersonal AS personal ON personal.entryId = entry.entryId
     WHERE entry.gridId = ? AND entry.at >= ? AND (entry.at, entry.entryId) < (?, ?)
     ORDER BY entry.at DESC, entry.entryId DESC LIMIT ?`,
  );
  return {
    async list(gridId, range, page) {
      const { from, before } = auditBounds(range, page.after);
      const rows = select.all(gridId, from, before.at, before.id, rowsFor(page));
      return pageOf(rows.map(auditEntryOf), page, auditPosition);
    },
  };
}

/** Writes entries within the transaction of the change that they tell of. */
export function auditWriter(db: DatabaseSync): (entry: AuditEntry) => void {
  const insert = write(
    db,
    `INSERT INTO auditEntries
       (gridId, at, entryId, actorKind, actorId, action, thingKind, thingId, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPersonal = write(
    db,
    'INSERT INTO auditPersonal (entryId, prosumerId, content) VALUES (?, ?, ?)',
  );
  return (entry) => {
    const { gridId, at, entryId, content, prosumerId, personal, ...row } = auditRowOf(entry);
    const about = [row.actorKind, row.actorId, row.action, row.thingKind, row.thingId];
    insert.run(gridId, at, entryId, ...about, content);
    if (personal !== null) insertPersonal.run(entryId, prosumerId, personal);
  };
}
