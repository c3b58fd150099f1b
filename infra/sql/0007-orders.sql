-- Prosumer Info: what was agreed on ahead, and what was ordered. A timeframe that is sealed stays as
-- it is, whoever asks.

-- How far the books of a grid are sealed, and how many trades ahead were accepted. A timeframe comes
-- after '' where nothing is sealed yet.
CREATE TABLE orderBooks (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  sealedThrough VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  sequence BIGINT NOT NULL,
  CONSTRAINT orderBooksKey PRIMARY KEY (gridId),
  CONSTRAINT orderBooksSequences CHECK (sequence >= 0)
);

CREATE TABLE tradesAhead (
  aheadId VARCHAR(150) COLLATE Latin1_General_BIN2 NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  timeframe VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  side VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  energyWh BIGINT NOT NULL,
  priceMsatPerKwh BIGINT NOT NULL,
  gridFeeMsatPerKwh BIGINT NOT NULL,
  limitPriceMsatPerKwh BIGINT NULL,
  status VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  sequence BIGINT NOT NULL,
  acceptedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  CONSTRAINT tradesAheadKey PRIMARY KEY (aheadId),
  CONSTRAINT tradesAheadSides CHECK (side IN ('sell', 'buy')),
  CONSTRAINT tradesAheadStatuses CHECK (status IN ('pending', 'cancelled')),
  CONSTRAINT tradesAheadNumbers CHECK (energyWh BETWEEN 1 AND 9007199254740991
    AND priceMsatPerKwh >= 0 AND gridFeeMsatPerKwh >= 0 AND limitPriceMsatPerKwh >= 0
    AND sequence >= 1)
);

CREATE UNIQUE INDEX tradesAheadByGrid ON tradesAhead (gridId, sequence);
CREATE INDEX tradesAheadByTimeframe ON tradesAhead (gridId, timeframe, sequence);
CREATE INDEX tradesAheadByProsumer ON tradesAhead (prosumerId, sequence);
-- What is pending under a limit is one range of it, with its energies.
CREATE INDEX tradesAheadPending ON tradesAhead (gridId, timeframe, side, prosumerId, energyWh)
  WHERE status = 'pending';

-- Which version of an order is its latest, with what is asked of an order without the others.
CREATE TABLE orders (
  orderId VARCHAR(150) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  version INT NOT NULL,
  status VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  validUntil VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  CONSTRAINT ordersKey PRIMARY KEY (orderId),
  CONSTRAINT ordersStatuses CHECK (status IN ('open', 'cancelled')),
  CONSTRAINT ordersVersions CHECK (version >= 1)
);

CREATE INDEX ordersByProsumer ON orders (prosumerId, orderId);
CREATE INDEX ordersOpen ON orders (prosumerId, validUntil) WHERE status = 'open';

CREATE TABLE orderVersions (
  orderId VARCHAR(150) COLLATE Latin1_General_BIN2 NOT NULL,
  version INT NOT NULL,
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  prosumerId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  timeframe VARCHAR(20) COLLATE Latin1_General_BIN2 NULL,
  side VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  energyWh BIGINT NULL,
  limitPriceMsatPerKwh BIGINT NOT NULL,
  validFrom VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  validUntil VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  placedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  changedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  status VARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL,
  CONSTRAINT orderVersionsKey PRIMARY KEY (orderId, version),
  CONSTRAINT orderVersionsSides CHECK (side IN ('sell', 'buy')),
  CONSTRAINT orderVersionsStatuses CHECK (
    status = 'open' OR (status = 'cancelled' AND validFrom = validUntil)),
  CONSTRAINT orderVersionsValidities CHECK (validFrom <= validUntil AND timeframe = validFrom),
  CONSTRAINT orderVersionsNumbers CHECK (version >= 1 AND limitPriceMsatPerKwh >= 0
    AND energyWh BETWEEN 1 AND 9007199254740991)
);

CREATE INDEX orderVersionsByTimeframe ON orderVersions (gridId, timeframe)
  WHERE timeframe IS NOT NULL;
CREATE INDEX orderVersionsStanding ON orderVersions (gridId, validUntil)
  WHERE timeframe IS NULL;
GO

CREATE TRIGGER orderBooksOnward ON orderBooks AFTER UPDATE, DELETE AS
BEGIN
  IF EXISTS (SELECT 1 FROM deleted LEFT JOIN inserted ON inserted.gridId = deleted.gridId
      WHERE inserted.gridId IS NULL OR inserted.sealedThrough < deleted.sealedThrough
        OR inserted.sequence < deleted.sequence)
    THROW 50003, 'A sealed book stays sealed.', 1;
END
GO

CREATE TRIGGER tradesAheadUnsealed ON tradesAhead AFTER INSERT AS
BEGIN
  IF EXISTS (SELECT 1 FROM inserted
      INNER JOIN orderBooks AS books ON books.gridId = inserted.gridId
      WHERE inserted.timeframe <= books.sealedThrough)
    THROW 50003, 'The timeframe of a trade ahead is sealed.', 1;
END
GO

CREATE TRIGGER tradesAheadCancelled ON tradesAhead AFTER UPDATE, DELETE AS
BEGIN
  IF EXISTS (SELECT 1 FROM deleted LEFT JOIN inserted ON inserted.aheadId = deleted.aheadId
      LEFT JOIN orderBooks AS books ON books.gridId = deleted.gridId
      WHERE inserted.aheadId IS NULL
        OR deleted.status <> 'pending' OR inserted.status <> 'cancelled'
        OR deleted.timeframe <= books.sealedThrough
        OR inserted.gridId <> deleted.gridId
        OR inserted.prosumerId <> deleted.prosumerId
        OR inserted.timeframe <> deleted.timeframe
        OR inserted.side <> deleted.side
        OR inserted.energyWh <> deleted.energyWh
        OR inserted.priceMsatPerKwh <> deleted.priceMsatPerKwh
        OR inserted.gridFeeMsatPerKwh <> deleted.gridFeeMsatPerKwh
        OR COALESCE(inserted.limitPriceMsatPerKwh, -1) <> COALESCE(deleted.limitPriceMsatPerKwh, -1)
        OR inserted.sequence <> deleted.sequence
        OR inserted.acceptedAt <> deleted.acceptedAt)
    THROW 50003, 'Trades ahead are only ever cancelled, before their timeframe is sealed.', 1;
END
GO

CREATE TRIGGER ordersNeverDeleted ON orders AFTER DELETE AS
BEGIN
  IF EXISTS (SELECT 1 FROM deleted)
    THROW 50003, 'Orders are only ever cancelled.', 1;
END
GO

CREATE TRIGGER orderVersionsUnsealed ON orderVersions AFTER INSERT AS
BEGIN
  IF EXISTS (SELECT 1 FROM inserted
      INNER JOIN orderBooks AS books ON books.gridId = inserted.gridId
      WHERE inserted.validFrom <= books.sealedThrough)
    THROW 50003, 'The timeframe that a version counts from is sealed.', 1;
END
GO

CREATE TRIGGER orderVersionsEnded ON orderVersions AFTER UPDATE, DELETE AS
BEGIN
  IF EXISTS (SELECT 1 FROM deleted
      LEFT JOIN inserted
        ON inserted.orderId = deleted.orderId AND inserted.version = deleted.version
      LEFT JOIN orderBooks AS books ON books.gridId = deleted.gridId
      LEFT JOIN orderVersions AS later
        ON later.orderId = deleted.orderId AND later.version = deleted.version + 1
      WHERE inserted.orderId IS NULL OR later.orderId IS NOT NULL
        OR inserted.validUntil >= deleted.validUntil
        OR inserted.validUntil <= books.sealedThrough
        OR inserted.gridId <> deleted.gridId
        OR inserted.prosumerId <> deleted.prosumerId
        OR COALESCE(inserted.timeframe, '') <> COALESCE(deleted.timeframe, '')
        OR inserted.side <> deleted.side
        OR COALESCE(inserted.energyWh, 0) <> COALESCE(deleted.energyWh, 0)
        OR inserted.limitPriceMsatPerKwh <> deleted.limitPriceMsatPerKwh
        OR inserted.validFrom <> deleted.validFrom
        OR inserted.placedAt <> deleted.placedAt
        OR inserted.changedAt <> deleted.changedAt
        OR inserted.status <> deleted.status)
    THROW 50003, 'A version of an order only ever ends, once, after what is sealed.', 1;
END
GO

GRANT SELECT, INSERT, UPDATE ON orderBooks TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON tradesAhead TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON orders TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON orderVersions TO miniSmartGridApp;
GO
