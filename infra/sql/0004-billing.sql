-- Prosumer Info: what is billed and has been, invoices and what was paid to them, wallets, payouts.
-- Satoshi and microsatoshi are BIGINT. Periods are months as text, as 2026-10.

-- What accounts sold, bought and paid in fees; billedWh of it has been taken by final runs.
CREATE TABLE accountLines (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(12) COLLATE Latin1_General_BIN2 NOT NULL,
  counterparty VARCHAR(11) COLLATE Latin1_General_BIN2 NOT NULL,
  priceMsatPerKwh BIGINT NOT NULL,
  energyWh BIGINT NOT NULL,
  billedWh BIGINT NOT NULL CONSTRAINT accountLinesNoBilledWh DEFAULT 0,
  CONSTRAINT accountLinesKey
    PRIMARY KEY (gridId, period, accountId, kind, counterparty, priceMsatPerKwh),
  CONSTRAINT accountLinesKinds CHECK (kind IN ('sold', 'bought', 'fee_paid', 'fee_received')),
  CONSTRAINT accountLinesCounterparties CHECK (
    counterparty IN ('prosumers', 'mini-grid', 'power-plant')),
  CONSTRAINT accountLinesPrices CHECK (priceMsatPerKwh >= 0),
  CONSTRAINT accountLinesWh CHECK (energyWh <= 9007199254740991
    AND billedWh BETWEEN 0 AND energyWh)
);

-- How often lines of a period were added to, and how often of that a final run has seen.
CREATE TABLE ledgerPeriods (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  changes BIGINT NOT NULL,
  billedChanges BIGINT NOT NULL CONSTRAINT ledgerPeriodsNoBilledChanges DEFAULT 0,
  CONSTRAINT ledgerPeriodsKey PRIMARY KEY (gridId, period),
  CONSTRAINT ledgerPeriodsChanges CHECK (changes >= 1 AND billedChanges BETWEEN 0 AND changes)
);

-- How often it changed what the invoices of a grid stand for.
CREATE TABLE invoiceChanges (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  changes BIGINT NOT NULL,
  CONSTRAINT invoiceChangesKey PRIMARY KEY (gridId),
  CONSTRAINT invoiceChangesChanges CHECK (changes >= 1)
);

CREATE TABLE billingRuns (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  finalizedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  closingNumber INT NOT NULL,
  hash VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  previousPeriod VARCHAR(7) COLLATE Latin1_General_BIN2 NULL,
  accountCount INT NOT NULL,
  invoiceCount INT NOT NULL,
  payoutCount INT NOT NULL,
  invoicesSat BIGINT NOT NULL,
  payoutsSat BIGINT NOT NULL,
  miniGridSat BIGINT NOT NULL,
  powerPlantSat BIGINT NOT NULL,
  carriedUsat BIGINT NOT NULL,
  CONSTRAINT billingRunsKey PRIMARY KEY (gridId, period),
  CONSTRAINT billingRunsOrder CHECK (previousPeriod < period),
  CONSTRAINT billingRunsCounts CHECK (closingNumber >= 0 AND accountCount >= 0
    AND invoiceCount >= 0 AND payoutCount >= 0),
  -- Who owes pays those who are owed, with the two reserved accounts between them.
  CONSTRAINT billingRunsSat CHECK (invoicesSat >= 0 AND payoutsSat >= 0)
);

-- How far the documents of a final run are written: the one thing about it that moves on.
CREATE TABLE billingDocuments (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  through VARCHAR(63) COLLATE Latin1_General_BIN2 NULL,
  isDone BIT NOT NULL CONSTRAINT billingDocumentsNotDone DEFAULT 0,
  CONSTRAINT billingDocumentsKey PRIMARY KEY (gridId, period)
);

CREATE INDEX billingUndocumented ON billingDocuments (isDone, gridId, period);

-- b = carry + postings + payments = satoshi × 1e6 + rest, which the app checks: b may need more
-- than 64 bits.
CREATE TABLE billingAccounts (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  carryUsat BIGINT NOT NULL,
  postingsUsat BIGINT NOT NULL,
  paymentsUsat BIGINT NOT NULL,
  satoshi BIGINT NOT NULL,
  restUsat BIGINT NOT NULL,
  CONSTRAINT billingAccountsKey PRIMARY KEY (gridId, period, accountId)
);

CREATE TABLE billingLines (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(12) COLLATE Latin1_General_BIN2 NOT NULL,
  counterparty VARCHAR(11) COLLATE Latin1_General_BIN2 NOT NULL,
  priceMsatPerKwh BIGINT NOT NULL,
  energyWh BIGINT NOT NULL,
  CONSTRAINT billingLinesKey
    PRIMARY KEY (gridId, period, accountId, kind, counterparty, priceMsatPerKwh),
  CONSTRAINT billingLinesKinds CHECK (kind IN ('sold', 'bought', 'fee_paid', 'fee_received')),
  CONSTRAINT billingLinesCounterparties CHECK (
    counterparty IN ('prosumers', 'mini-grid', 'power-plant')),
  CONSTRAINT billingLinesPrices CHECK (priceMsatPerKwh >= 0),
  CONSTRAINT billingLinesWh CHECK (energyWh BETWEEN 0 AND 9007199254740991)
);

-- An invoice's id is grid, period and prosumer, so that those of a grid lie together.
CREATE TABLE invoices (
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  amountSat BIGINT NOT NULL,
  issuedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  dueAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  walletId VARCHAR(16) COLLATE Latin1_General_BIN2 NULL,
  keyIndex INT NULL,
  address VARCHAR(90) COLLATE Latin1_General_BIN2 NULL,
  seenSat BIGINT NOT NULL CONSTRAINT invoicesNoSeenSat DEFAULT 0,
  creditedSat BIGINT NOT NULL CONSTRAINT invoicesNoCreditedSat DEFAULT 0,
  buriedSat BIGINT NOT NULL CONSTRAINT invoicesNoBuriedSat DEFAULT 0,
  voidedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NULL,
  -- Of what it stands for, what the runs so far have counted, and by how much that is short of it.
  accountedSat BIGINT NOT NULL,
  changeSat BIGINT NOT NULL CONSTRAINT invoicesNoChangeSat DEFAULT 0,
  version INT NOT NULL CONSTRAINT invoicesFirstVersion DEFAULT 1,
  CONSTRAINT invoicesKey PRIMARY KEY (invoiceId),
  CONSTRAINT invoicesIds CHECK (invoiceId = gridId + '.' + period + '.' + prosumerId),
  CONSTRAINT invoicesPayTo CHECK (
    (walletId IS NULL AND keyIndex IS NULL AND address IS NULL)
    OR (walletId IS NOT NULL AND keyIndex >= 0 AND address IS NOT NULL)),
  CONSTRAINT invoicesSat CHECK (amountSat > 0 AND seenSat >= 0 AND accountedSat >= 0
    AND buriedSat BETWEEN 0 AND creditedSat),
  CONSTRAINT invoicesChanged CHECK (accountedSat + changeSat
    = CASE WHEN voidedAt IS NULL AND amountSat > creditedSat THEN amountSat ELSE creditedSat END),
  CONSTRAINT invoicesVersions CHECK (version >= 1)
);

CREATE UNIQUE INDEX invoicesByAddress ON invoices (address) WHERE address IS NOT NULL;
CREATE INDEX invoicesByProsumer ON invoices (prosumerId, invoiceId);
CREATE INDEX invoicesUnaddressed ON invoices (gridId, invoiceId)
  WHERE address IS NULL AND voidedAt IS NULL;
CREATE INDEX invoicesUnaccounted ON invoices (gridId, prosumerId, invoiceId) WHERE changeSat <> 0;

CREATE TABLE invoiceEvents (
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  sequence INT NOT NULL,
  at VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  amountSat BIGINT NULL,
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
  vout BIGINT NULL,
  CONSTRAINT invoiceEventsKey PRIMARY KEY (invoiceId, sequence),
  CONSTRAINT invoiceEventsPlaces CHECK (sequence >= 1),
  CONSTRAINT invoiceEventsKinds CHECK (kind IN ('issued', 'addressed', 'seen', 'credited',
    'reversed', 'vanished', 'buried', 'voided')),
  CONSTRAINT invoiceEventsSat CHECK (amountSat >= 0)
);

CREATE TABLE payments (
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  vout BIGINT NOT NULL,
  invoiceId VARCHAR(135) COLLATE Latin1_General_BIN2 NOT NULL,
  walletId VARCHAR(16) COLLATE Latin1_General_BIN2 NOT NULL,
  amountSat BIGINT NOT NULL,
  state VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  confirmations INT NOT NULL,
  blockHash VARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
  firstSeenAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  creditedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NULL,
  version INT NOT NULL CONSTRAINT paymentsFirstVersion DEFAULT 1,
  CONSTRAINT paymentsKey PRIMARY KEY (txid, vout),
  CONSTRAINT paymentsStates CHECK (state IN ('seen', 'credited', 'buried', 'vanished')),
  CONSTRAINT paymentsNumbers CHECK (vout >= 0 AND amountSat > 0 AND confirmations >= 0
    AND version >= 1)
);

CREATE INDEX paymentsByInvoice ON payments (invoiceId, firstSeenAt, txid, vout);
CREATE INDEX paymentsWatched ON payments (walletId, txid, vout)
  WHERE state IN ('seen', 'credited');

-- A purpose ends in a full stop of the app's: the server takes texts that differ only in spaces at
-- their end for the same.
CREATE TABLE walletIndexes (
  walletId VARCHAR(16) COLLATE Latin1_General_BIN2 NOT NULL,
  keyChain INT NOT NULL,
  purpose NVARCHAR(201) COLLATE Latin1_General_BIN2 NOT NULL,
  keyIndex INT NOT NULL,
  CONSTRAINT walletIndexesKey PRIMARY KEY (walletId, keyChain, purpose),
  CONSTRAINT walletIndexesNumbers CHECK (keyChain IN (0, 1) AND keyIndex >= 0)
);

CREATE UNIQUE INDEX walletIndexesByIndex ON walletIndexes (walletId, keyChain, keyIndex);

CREATE TABLE walletCursors (
  walletId VARCHAR(16) COLLATE Latin1_General_BIN2 NOT NULL,
  position NVARCHAR(MAX) NOT NULL,
  CONSTRAINT walletCursorsKey PRIMARY KEY (walletId)
);

CREATE TABLE payees (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  amountSat BIGINT NOT NULL,
  payoutId VARCHAR(36) COLLATE Latin1_General_BIN2 NULL,
  CONSTRAINT payeesKey PRIMARY KEY (gridId, period, prosumerId),
  CONSTRAINT payeesSat CHECK (amountSat > 0)
);

CREATE INDEX payeesWaiting ON payees (gridId, period, prosumerId) WHERE payoutId IS NULL;

CREATE TABLE payouts (
  payoutId VARCHAR(36) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  status VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  document NVARCHAR(MAX) NOT NULL,
  version INT NOT NULL CONSTRAINT payoutsFirstVersion DEFAULT 1,
  CONSTRAINT payoutsKey PRIMARY KEY (payoutId),
  CONSTRAINT payoutsStatuses CHECK (status IN ('built', 'signed', 'broadcast', 'confirmed')),
  CONSTRAINT payoutsVersions CHECK (version >= 1)
);

CREATE INDEX payoutsByGrid ON payouts (gridId, payoutId);
CREATE INDEX payoutsUnconfirmed ON payouts (payoutId) WHERE status <> 'confirmed';

-- Two grids may have one wallet: a coin belongs to one payout, of whichever grid.
CREATE TABLE payoutCoins (
  txid VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  vout BIGINT NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  payoutId VARCHAR(36) COLLATE Latin1_General_BIN2 NOT NULL,
  CONSTRAINT payoutCoinsKey PRIMARY KEY (txid, vout),
  CONSTRAINT payoutCoinsPlaces CHECK (vout >= 0)
);

CREATE INDEX payoutCoinsByGrid ON payoutCoins (gridId);

CREATE TABLE payoutAddresses (
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  document NVARCHAR(MAX) NOT NULL,
  CONSTRAINT payoutAddressesKey PRIMARY KEY (prosumerId)
);

CREATE INDEX payoutAddressesByGrid ON payoutAddresses (gridId, prosumerId);

CREATE TABLE addressChallenges (
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  address VARCHAR(90) COLLATE Latin1_General_BIN2 NOT NULL,
  nonce VARCHAR(128) COLLATE Latin1_General_BIN2 NOT NULL,
  expiresAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  CONSTRAINT addressChallengesKey PRIMARY KEY (prosumerId)
);
GO

-- The lines of trades that were recorded before there were lines, out of their postings: the price
-- of a trade is what its seller got for a Wh, the fee what the mini grid got for one. Its period is
-- the month of its timeframe in UTC, not in the grid's zone, which another database knows; as nothing
-- had been billed then, that decides only in which run it comes first.
WITH trades AS (
  SELECT gridId, LEFT(timeframe, 7) AS period,
    MAX(CASE WHEN side = 'sell' THEN accountId END) AS sellerId,
    MAX(CASE WHEN side = 'buy' THEN accountId END) AS buyerId,
    MAX(CASE WHEN side = 'sell' THEN soldWh END) AS energyWh,
    MAX(CASE WHEN side = 'sell' THEN creditUsat END) AS amountUsat,
    MAX(CASE WHEN side = 'fee' THEN creditUsat END) AS feeUsat
  FROM postings GROUP BY gridId, timeframe, revision, sequence
),
legs AS (
  SELECT gridId, period, sellerId AS accountId, 'sold' AS kind, buyerId AS otherId,
    amountUsat / energyWh AS priceMsatPerKwh, energyWh FROM trades
  UNION ALL
  SELECT gridId, period, buyerId, 'bought', sellerId, amountUsat / energyWh, energyWh FROM trades
  UNION ALL
  SELECT gridId, period, buyerId, 'fee_paid', 'mini-grid', feeUsat / energyWh, energyWh
  FROM trades WHERE feeUsat > 0
  UNION ALL
  SELECT gridId, period, 'mini-grid', 'fee_received', buyerId, feeUsat / energyWh, energyWh
  FROM trades WHERE feeUsat > 0
),
lines AS (
  SELECT gridId, period, accountId, kind,
    CASE WHEN otherId IN ('mini-grid', 'power-plant') THEN otherId ELSE 'prosumers' END
      AS counterparty,
    priceMsatPerKwh, energyWh
  FROM legs
)
INSERT INTO accountLines
  (gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh)
SELECT gridId, period, accountId, kind, counterparty, priceMsatPerKwh, SUM(energyWh)
FROM lines GROUP BY gridId, period, accountId, kind, counterparty, priceMsatPerKwh;

INSERT INTO ledgerPeriods (gridId, period, changes)
SELECT gridId, period, 1 FROM accountLines GROUP BY gridId, period;
GO
