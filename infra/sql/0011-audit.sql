-- Prosumer Info: who changed what, and when. An entry is written in one transaction with its change,
-- and stays as it is, whoever asks. What is personal of it stands apart: it may be deleted, and is
-- when the data of its prosumer is erased.

-- Clustered by time: a page of the newest entries of a grid is one range.
CREATE TABLE auditEntries (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  at VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  entryId VARCHAR(36) COLLATE Latin1_General_BIN2 NOT NULL,
  actorKind VARCHAR(6) COLLATE Latin1_General_BIN2 NOT NULL,
  actorId NVARCHAR(MAX) NOT NULL,
  action VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  thingKind VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  thingId VARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
  -- JSON: before and after, where there are such.
  content NVARCHAR(MAX) NOT NULL,
  CONSTRAINT auditEntriesKey PRIMARY KEY (gridId, at, entryId),
  CONSTRAINT auditEntriesActors CHECK (actorKind IN ('caller', 'system'))
);

CREATE UNIQUE INDEX auditEntriesById ON auditEntries (entryId);

CREATE TABLE auditPersonal (
  entryId VARCHAR(36) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  content NVARCHAR(MAX) NOT NULL,
  CONSTRAINT auditPersonalKey PRIMARY KEY (entryId)
);

CREATE INDEX auditPersonalByProsumer ON auditPersonal (prosumerId);
GO

CREATE TRIGGER auditEntriesAppendOnly ON auditEntries AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Entries of the audit log are only ever added.', 1;
END
GO

CREATE TRIGGER auditPersonalUnchanged ON auditPersonal AFTER UPDATE AS
BEGIN
  THROW 50003, 'What is personal of an entry is deleted, or stays as it is.', 1;
END
GO

GRANT SELECT, INSERT ON auditEntries TO miniSmartGridApp;
GRANT SELECT, INSERT, DELETE ON auditPersonal TO miniSmartGridApp;
GO
