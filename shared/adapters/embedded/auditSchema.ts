import { appendOnly, oneOf } from './schemaParts.ts';

/**
 * Who changed what, and when. What is personal of an entry stands apart: it is deleted when the data
 * of its prosumer is erased, and never changed.
 */
export const auditSchema = `
  -- Clustered by time: a page of the newest entries of a grid is one range.
  CREATE TABLE auditEntries (
    gridId TEXT NOT NULL,
    at TEXT NOT NULL,
    entryId TEXT NOT NULL UNIQUE,
    ${oneOf('actorKind', 'caller', 'system')},
    actorId TEXT NOT NULL,
    action TEXT NOT NULL,
    thingKind TEXT NOT NULL,
    thingId TEXT NOT NULL,
    -- JSON: before and after, where there are such.
    content TEXT NOT NULL,
    PRIMARY KEY (gridId, at, entryId)
  ) STRICT, WITHOUT ROWID;
${appendOnly('auditEntries')}

  CREATE TABLE auditPersonal (
    entryId TEXT PRIMARY KEY,
    prosumerId TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX auditPersonalByProsumer ON auditPersonal (prosumerId);
  CREATE TRIGGER auditPersonalNoMoreUPDATE BEFORE UPDATE ON auditPersonal
  BEGIN SELECT RAISE(ABORT, 'auditPersonal is deleted from, and never changed'); END;
`;
