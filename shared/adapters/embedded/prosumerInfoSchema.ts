import { answersSchema } from './answersSchema.ts';
import { auditSchema } from './auditSchema.ts';
import { averagedLinesSchema } from './averagedLinesSchema.ts';
import { billingSchema, linesOfPostings } from './billingSchema.ts';
import { erasedForGoodSchema, erasureSchema } from './erasureSchema.ts';
import { orderSchema } from './orderSchema.ts';

const wh = (column: string) =>
  `${column} INTEGER NOT NULL DEFAULT 0 CHECK (${column} BETWEEN 0 AND 9007199254740991)`;
// A sum beyond 64 bits becomes a REAL in SQLite, which a STRICT INTEGER column refuses.
const usat = (column: string) => `${column} INTEGER NOT NULL DEFAULT 0 CHECK (${column} >= 0)`;

/** Prosumer Info: prosumers and reserved accounts with their sums, postings, billing, orders, audit. */
export const prosumerInfoSchema: readonly string[] = [
  `
  CREATE TABLE prosumers (
    prosumerId TEXT PRIMARY KEY,
    gridId TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    type TEXT NOT NULL,
    activeFrom TEXT NOT NULL,
    activeUntil TEXT,
    status TEXT NOT NULL,
    createdAt TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    rosteredVersion INTEGER NOT NULL DEFAULT 0,
    ${wh('soldWh')},
    ${wh('boughtWh')},
    ${usat('creditsUsat')},
    ${usat('debitsUsat')}
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX prosumersByGrid ON prosumers (gridId, prosumerId);
  CREATE INDEX prosumersUnrostered ON prosumers (prosumerId) WHERE version > rosteredVersion;

  CREATE TABLE reservedAccounts (
    gridId TEXT NOT NULL,
    accountId TEXT NOT NULL,
    ${wh('soldWh')},
    ${wh('boughtWh')},
    ${usat('creditsUsat')},
    ${usat('debitsUsat')},
    PRIMARY KEY (gridId, accountId)
  ) STRICT, WITHOUT ROWID;

  -- Clustered by timeframe, then by account: a batch is written to a few pages, however long the
  -- history is. Clustered by account, each posting would soon be on a page of its own.
  CREATE TABLE postings (
    gridId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    accountId TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    side TEXT NOT NULL,
    ${wh('soldWh')},
    ${wh('boughtWh')},
    ${usat('creditUsat')},
    ${usat('debitUsat')},
    PRIMARY KEY (gridId, timeframe, accountId, revision, sequence, side)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE recordedBatches (
    gridId TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    revision INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    PRIMARY KEY (gridId, timeframe, revision, batch)
  ) STRICT, WITHOUT ROWID;
  `,
  billingSchema + linesOfPostings,
  orderSchema,
  `
  ALTER TABLE prosumers ADD COLUMN connectionLimitW INTEGER
    CHECK (connectionLimitW BETWEEN 1 AND 100000000);
  ALTER TABLE prosumers ADD COLUMN aheadEnergyWhMax INTEGER
    CHECK (aheadEnergyWhMax BETWEEN 0 AND 1000000000);
  `,
  averagedLinesSchema,
  answersSchema,
  erasureSchema,
  auditSchema,
  erasedForGoodSchema,
];
