-- What accounts sold and bought where the price is another one in each timeframe: summed up without
-- it, and billed at the mean price. billedWh and billedUsat of it have been taken by final runs.

CREATE TABLE averagedLines (
  gridId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  period VARCHAR(7) COLLATE Latin1_General_BIN2 NOT NULL,
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(12) COLLATE Latin1_General_BIN2 NOT NULL,
  counterparty VARCHAR(11) COLLATE Latin1_General_BIN2 NOT NULL,
  energyWh BIGINT NOT NULL,
  amountUsat BIGINT NOT NULL,
  billedWh BIGINT NOT NULL CONSTRAINT averagedLinesNoBilledWh DEFAULT 0,
  billedUsat BIGINT NOT NULL CONSTRAINT averagedLinesNoBilledUsat DEFAULT 0,
  CONSTRAINT averagedLinesKey PRIMARY KEY (gridId, period, accountId, kind, counterparty),
  CONSTRAINT averagedLinesKinds CHECK (kind IN ('sold', 'bought')),
  CONSTRAINT averagedLinesCounterparties CHECK (counterparty IN ('prosumers', 'mini-grid')),
  CONSTRAINT averagedLinesWh CHECK (energyWh <= 9007199254740991
    AND billedWh BETWEEN 0 AND energyWh),
  CONSTRAINT averagedLinesUsat CHECK (billedUsat BETWEEN 0 AND amountUsat)
);
GO

GRANT SELECT, INSERT, UPDATE ON averagedLines TO miniSmartGridApp;
GO
