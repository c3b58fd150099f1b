-- Prosumer Info: prosumers and reserved accounts with their sums, and the postings that moved them.
-- Ids, instants and words are compared byte by byte (BIN2). Wh and microsatoshi are BIGINT.
-- Names and addresses stand in prosumers and nowhere else.

CREATE TABLE prosumers (
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  name NVARCHAR(400) NOT NULL,
  address NVARCHAR(1000) NOT NULL,
  type VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  activeFrom VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  activeUntil VARCHAR(20) COLLATE Latin1_General_BIN2 NULL,
  status VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  createdAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  version INT NOT NULL CONSTRAINT prosumersFirstVersion DEFAULT 1,
  -- Whether the current version has reached the roster of its grid.
  isRostered BIT NOT NULL CONSTRAINT prosumersNotRostered DEFAULT 0,
  soldWh BIGINT NOT NULL CONSTRAINT prosumersNoSoldWh DEFAULT 0,
  boughtWh BIGINT NOT NULL CONSTRAINT prosumersNoBoughtWh DEFAULT 0,
  creditsUsat BIGINT NOT NULL CONSTRAINT prosumersNoCreditsUsat DEFAULT 0,
  debitsUsat BIGINT NOT NULL CONSTRAINT prosumersNoDebitsUsat DEFAULT 0,
  CONSTRAINT prosumersKey PRIMARY KEY (prosumerId),
  CONSTRAINT prosumersIds CHECK (
    prosumerId LIKE '[a-z0-9]%' AND prosumerId NOT LIKE '%[^-a-z0-9]%'
    AND prosumerId NOT IN ('mini-grid', 'power-plant')
    AND gridId LIKE '[a-z0-9]%' AND gridId NOT LIKE '%[^-a-z0-9]%'),
  CONSTRAINT prosumersTypes CHECK (type IN ('household', 'company', 'farm', 'public_building',
    'charging_station', 'storage', 'other')),
  CONSTRAINT prosumersStatuses CHECK (status IN ('active', 'inactive')),
  CONSTRAINT prosumersVersions CHECK (version >= 1),
  -- Safe integers of JavaScript.
  CONSTRAINT prosumersWh CHECK (soldWh BETWEEN 0 AND 9007199254740991
    AND boughtWh BETWEEN 0 AND 9007199254740991),
  CONSTRAINT prosumersUsat CHECK (creditsUsat >= 0 AND debitsUsat >= 0)
);

CREATE UNIQUE INDEX prosumersByGrid ON prosumers (gridId, prosumerId);
CREATE INDEX prosumersUnrostered ON prosumers (isRostered, prosumerId);

CREATE TABLE reservedAccounts (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  soldWh BIGINT NOT NULL CONSTRAINT reservedNoSoldWh DEFAULT 0,
  boughtWh BIGINT NOT NULL CONSTRAINT reservedNoBoughtWh DEFAULT 0,
  creditsUsat BIGINT NOT NULL CONSTRAINT reservedNoCreditsUsat DEFAULT 0,
  debitsUsat BIGINT NOT NULL CONSTRAINT reservedNoDebitsUsat DEFAULT 0,
  CONSTRAINT reservedAccountsKey PRIMARY KEY (gridId, accountId),
  CONSTRAINT reservedAccountsIds CHECK (accountId IN ('mini-grid', 'power-plant')),
  CONSTRAINT reservedAccountsWh CHECK (soldWh BETWEEN 0 AND 9007199254740991
    AND boughtWh BETWEEN 0 AND 9007199254740991),
  CONSTRAINT reservedAccountsUsat CHECK (creditsUsat >= 0 AND debitsUsat >= 0)
);

-- Clustered by timeframe, then by account: a batch is written to a few pages, however long the
-- history is. Clustered by account, each posting would soon be on a page of its own.
CREATE TABLE postings (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  timeframe VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  revision INT NOT NULL,
  sequence INT NOT NULL,
  side VARCHAR(4) COLLATE Latin1_General_BIN2 NOT NULL,
  soldWh BIGINT NOT NULL,
  boughtWh BIGINT NOT NULL,
  creditUsat BIGINT NOT NULL,
  debitUsat BIGINT NOT NULL,
  CONSTRAINT postingsKey PRIMARY KEY (gridId, timeframe, accountId, revision, sequence, side),
  CONSTRAINT postingsPlaces CHECK (revision >= 0 AND sequence >= 1),
  -- A leg is on one side: who sells gets money, who buys pays it, a fee moves no energy.
  CONSTRAINT postingsSides CHECK (
    (side = 'sell' AND boughtWh = 0 AND debitUsat = 0)
    OR (side = 'buy' AND soldWh = 0 AND creditUsat = 0)
    OR (side = 'fee' AND soldWh = 0 AND boughtWh = 0 AND debitUsat = 0)),
  CONSTRAINT postingsWh CHECK (soldWh BETWEEN 0 AND 9007199254740991
    AND boughtWh BETWEEN 0 AND 9007199254740991),
  CONSTRAINT postingsUsat CHECK (creditUsat >= 0 AND debitUsat >= 0)
);

CREATE TABLE recordedBatches (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  timeframe VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  revision INT NOT NULL,
  batch INT NOT NULL,
  CONSTRAINT recordedBatchesKey PRIMARY KEY (gridId, timeframe, revision, batch),
  CONSTRAINT recordedBatchesPlaces CHECK (revision >= 0 AND batch >= 1)
);
