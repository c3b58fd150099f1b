import type { AuditEntry } from '../../../domain/audit.ts';
import { auditRowOf } from '../../auditRows.ts';
import type { SqlParameters } from './sqlDatabase.ts';
import { rowsParameter } from './sqlParameters.ts';

/**
 * Adds the entries in the parameter `entries` to the audit log: of those whose changes have happened.
 * `changed`: a condition on `entry.n`, the place of an entry among them; absent: all have.
 */
export function addEntries(changed = '1 = 1'): string {
  return `INSERT INTO auditEntries
  (gridId, at, entryId, actorKind, actorId, action, thingKind, thingId, content)
SELECT gridId, at, entryId, actorKind, actorId, action, thingKind, thingId, content
FROM ${given} WHERE ${changed};
INSERT INTO auditPersonal (entryId, prosumerId, content)
SELECT entryId, prosumerId, personal FROM ${given} WHERE personal IS NOT NULL AND (${changed});`;
}

/** The parameter of a statement with `addEntries`. */
export function entriesParameter(...entries: readonly AuditEntry[]): SqlParameters[string] {
  return rowsParameter(
    entries.map((entry, n) => {
      const { gridId, at, entryId, ...row } = auditRowOf(entry);
      const about = [row.actorKind, row.actorId, row.action, row.thingKind, row.thingId];
      return [n, gridId, at, entryId, ...about, row.content, row.prosumerId, row.personal];
    }),
  );
}

const given = `OPENJSON(@entries) WITH (
  n INT '$[0]',
  gridId VARCHAR(63) '$[1]',
  at VARCHAR(20) '$[2]',
  entryId VARCHAR(36) '$[3]',
  actorKind VARCHAR(6) '$[4]',
  actorId NVARCHAR(MAX) '$[5]',
  action VARCHAR(40) '$[6]',
  thingKind VARCHAR(40) '$[7]',
  thingId VARCHAR(200) '$[8]',
  content NVARCHAR(MAX) '$[9]',
  prosumerId VARCHAR(63) '$[10]',
  personal NVARCHAR(MAX) '$[11]'
) AS entry`;
