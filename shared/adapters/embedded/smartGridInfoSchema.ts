import { auditSchema } from './auditSchema.ts';
import { postersSchema } from './postersSchema.ts';

const wh = (column: string) =>
  `${column} INTEGER NOT NULL CHECK (${column} BETWEEN -9007199254740991 AND 9007199254740991)`;

/** Smart Grid Info: grids, rosters with totals, readings, closings, nettos, given answers, audit. */
export const smartGridInfoSchema: readonly string[] = [
  `
  CREATE TABLE grids (
    gridId TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE members (
    gridId TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    activeFrom TEXT NOT NULL,
    activeUntil TEXT,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    ${wh('producedWh')},
    ${wh('consumedWh')},
    PRIMARY KEY (gridId, prosumerId)
  ) STRICT, WITHOUT ROWID;

  -- prosumerCount is kept, not counted: a grid of 100 000 would be walked through at each look.
  CREATE TABLE gridTotals (
    gridId TEXT PRIMARY KEY,
    closingNumber INTEGER NOT NULL,
    lastClosedTimeframe TEXT,
    prosumerCount INTEGER NOT NULL,
    ${wh('producedWh')},
    ${wh('consumedWh')}
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE readings (
    gridId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    version INTEGER NOT NULL,
    ${wh('producedWh')},
    ${wh('consumedWh')},
    quality TEXT NOT NULL,
    source TEXT NOT NULL,
    receivedAt TEXT NOT NULL,
    PRIMARY KEY (gridId, timeframe, prosumerId, version)
  ) STRICT, WITHOUT ROWID;

  -- How often readings were appended to a timeframe.
  CREATE TABLE readingMarks (
    gridId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    mark INTEGER NOT NULL,
    PRIMARY KEY (gridId, timeframe)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE registers (
    gridId TEXT NOT NULL,
    prosumerId TEXT NOT NULL,
    meterId TEXT NOT NULL,
    at TEXT NOT NULL,
    ${wh('producedRegisterWh')},
    ${wh('consumedRegisterWh')},
    rolloverWh INTEGER,
    source TEXT NOT NULL,
    receivedAt TEXT NOT NULL,
    PRIMARY KEY (gridId, prosumerId, meterId, at)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE closings (
    gridId TEXT NOT NULL,
    closingNumber INTEGER NOT NULL,
    timeframe TEXT NOT NULL,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL,
    hasLateReadings INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (gridId, closingNumber)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX closingsByTimeframe ON closings (gridId, timeframe, revision);
  CREATE INDEX closingsUnsettled ON closings (gridId, closingNumber) WHERE status = 'closed';

  CREATE TABLE nettoPages (
    gridId TEXT NOT NULL,
    nettosId TEXT NOT NULL,
    firstProsumerId TEXT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (gridId, nettosId, firstProsumerId)
  ) STRICT;

  CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    requestHash TEXT NOT NULL,
    assignedId TEXT NOT NULL,
    expiresAt TEXT NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT
  ) STRICT;
  CREATE INDEX answersByExpiry ON answers (expiresAt);
  `,
  `
  ALTER TABLE readings ADD COLUMN checks TEXT;
  ALTER TABLE readings ADD COLUMN unchangedFor INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE members ADD COLUMN connectionLimitW INTEGER;
  `,
  `
  CREATE INDEX closingsLate ON closings (gridId, timeframe, revision) WHERE hasLateReadings = 1;
  `,
  `
  -- Readings before purgedBefore are no longer taken, those before deletedBefore are deleted.
  CREATE TABLE readingPurges (
    gridId TEXT PRIMARY KEY,
    purgedBefore TEXT NOT NULL,
    deletedBefore TEXT NOT NULL CHECK (deletedBefore <= purgedBefore)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX registersByInstant ON registers (gridId, at);
  `,
  auditSchema,
  postersSchema,
];
