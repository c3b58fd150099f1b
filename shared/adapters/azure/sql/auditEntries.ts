import { assert } from '../../../domain/assert.ts';
import type { AuditEntry } from '../../../domain/audit.ts';
import { auditRowOf } from '../../auditRows.ts';
import type { SqlParameters } from './sqlDatabase.ts';
import { longTextParameter, rowsParameter } from './sqlParameters.ts';

/**
 * Adds the entries in the parameters to the audit log: of changes that have happened. Of many
 * at once, `changed` is a condition on `entry.n`, the place of a change among them.
 */
export function addEntries(changed = '1 = 1'): string {
  return `INSERT INTO auditEntries
  (gridId, at, entryId, actorKind, actorId, action, thingKind, thingId, content)
SELECT gridId, at, entryId, actorKind, @actorId, action, thingKind, thingId, content
FROM ${given} WHERE ${changed};
INSERT INTO auditPersonal (entryId, prosumerId, content)
SELECT entryId, prosumerId, personal FROM ${given} WHERE personal IS NOT NULL AND (${changed});`;
}

/** The parameters of a statement with `addEntries`: the entry of each change, where it has one. */
export function auditParameters(...entries: readonly (AuditEntry | undefined)[]): SqlParameters {
  const actorId = entries.find((entry) => entry !== undefined)?.by.id ?? '';
  const rows = entries.flatMap((entry, n) => {
    if (entry === undefined) return [];
    assert(entry.by.id === actorId, 'what is changed at once is changed by one');
    const { gridId, at, entryId, actorKind, action, thingKind, thingId } = auditRowOf(entry);
    const { before, after, personal } = entry;
    const contents = [{ before, after }, personal?.prosumerId, personal && contentOf(personal)];
    return [[n, gridId, at, entryId, actorKind, action, thingKind, thingId, ...contents]];
  });
  return { entries: rowsParameter(rows), actorId: longTextParameter(actorId) };
}

function contentOf({ before, after }: NonNullable<AuditEntry['personal']>) {
  return { before, after };
}

// Texts that a caller chooses go as parameters or within JSON: not every server of T-SQL takes the
// escapes out of those that OPENJSON reads.
const given = `OPENJSON(@entries) WITH (
  n INT '$[0]',
  gridId VARCHAR(63) '$[1]',
  at VARCHAR(20) '$[2]',
  entryId VARCHAR(36) '$[3]',
  actorKind VARCHAR(6) '$[4]',
  action VARCHAR(40) '$[5]',
  thingKind VARCHAR(40) '$[6]',
  thingId VARCHAR(200) '$[7]',
  content NVARCHAR(MAX) '$[8]' AS JSON,
  prosumerId VARCHAR(63) '$[9]',
  personal NVARCHAR(MAX) '$[10]' AS JSON
) AS entry`;
