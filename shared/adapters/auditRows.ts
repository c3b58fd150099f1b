import type { Actor, AuditEntry, AuditValues } from '../domain/audit.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { AuditPosition, AuditRange } from '../ports/auditLog.ts';

/** An entry as columns, with what is personal of it as long as that is there. */
export type AuditRow = {
  readonly gridId: GridId;
  readonly at: Instant;
  readonly entryId: string;
  readonly actorKind: Actor['kind'];
  readonly actorId: string;
  readonly action: string;
  readonly thingKind: AuditEntry['thing']['kind'];
  readonly thingId: string;
  /** JSON of before and after. */
  readonly content: string;
  readonly prosumerId: ProsumerId | null;
  readonly personal: string | null;
};

/** The columns of a row, of `entry` and, joined to it by its id, `personal`. */
export const auditColumns = `entry.gridId, entry.at, entry.entryId, entry.actorKind, entry.actorId,
  entry.action, entry.thingKind, entry.thingId, entry.content, personal.prosumerId,
  personal.content AS personal`;

export function auditRowOf(entry: AuditEntry): AuditRow {
  const { id: entryId, gridId, at, by, action, thing, personal } = entry;
  return {
    gridId,
    at,
    entryId,
    actorKind: by.kind,
    actorId: by.id,
    action,
    thingKind: thing.kind,
    thingId: thing.id,
    content: contentOf(entry),
    prosumerId: personal?.prosumerId ?? null,
    personal: personal === undefined ? null : contentOf(personal),
  };
}

export function auditEntryOf(row: AuditRow): AuditEntry {
  const { entryId: id, gridId, at, action, content, prosumerId, personal } = row;
  return {
    id,
    gridId,
    at,
    by: { kind: row.actorKind, id: row.actorId },
    action,
    thing: { kind: row.thingKind, id: row.thingId },
    ...(JSON.parse(content) as Content),
    ...(prosumerId !== null &&
      personal !== null && {
        personal: { prosumerId, ...(JSON.parse(personal) as Content) },
      }),
  };
}

export function auditPosition({ at, id }: AuditEntry): AuditPosition {
  return { at, id };
}

/** A page as a range of time, from the newest on: `from` inclusive, then what is before `before`. */
export function auditBounds(
  { from = '' as Instant, to = afterAll }: AuditRange,
  after: AuditPosition | undefined,
): { readonly from: Instant; readonly before: AuditPosition } {
  // Whatever the id, what comes before the first id of `to` is earlier than `to`.
  const end = { at: to, id: '' };
  return { from, before: after !== undefined && after.at < to ? after : end };
}

type Content = { readonly before?: AuditValues; readonly after?: AuditValues };

/** Later than any instant, as text. */
const afterAll = '~' as Instant;

function contentOf({ before, after }: Content): string {
  return JSON.stringify({ before, after });
}
