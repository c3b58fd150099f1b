import { addAverages, averagesTable, readAverages } from './averagedLines.ts';

/** Thrown by the statement when a posting names an account that the grid does not have. */
export const unknownAccountNumber = 50_001;
/** Thrown by a statement when another holds a lock of the application for too long: it passes. */
export const lockNotGrantedNumber = 50_002;

/** Shorter than a request may take, so that the server and not the driver gives up. */
const lockTimeoutMs = 10_000;

/**
 * Records a batch in one round trip and one transaction: the batch and those of its postings that
 * are not there yet are inserted, only what was inserted moves the sums, and every account must be
 * there. The lock makes the batches of a grid wait for each other, so that none is a victim of
 * another. The batch's lines are added to what is unbilled of their period. Answers how many batches
 * of the revision are recorded.
 *
 * Kept to what SQL Server, Azure SQL and Babelfish all accept.
 */
export const recordStatement = `
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @granted INT, @isNew INT, @moved INT, @recorded INT, @unknown VARCHAR(63), @text NVARCHAR(400);
DECLARE @lineCount INT, @averageCount INT;
DECLARE @inserted TABLE (
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  soldWh BIGINT NOT NULL,
  boughtWh BIGINT NOT NULL,
  creditUsat BIGINT NOT NULL,
  debitUsat BIGINT NOT NULL
);
DECLARE @moves TABLE (
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
  soldWh BIGINT NOT NULL,
  boughtWh BIGINT NOT NULL,
  creditsUsat BIGINT NOT NULL,
  debitsUsat BIGINT NOT NULL
);
DECLARE @billed TABLE (
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(12) COLLATE Latin1_General_BIN2 NOT NULL,
  counterparty VARCHAR(11) COLLATE Latin1_General_BIN2 NOT NULL,
  priceMsatPerKwh BIGINT NOT NULL,
  energyWh BIGINT NOT NULL,
  PRIMARY KEY (accountId, kind, counterparty, priceMsatPerKwh)
);${averagesTable}

BEGIN TRANSACTION;

EXEC @granted = sp_getapplock @Resource = @lock, @LockMode = 'Exclusive',
  @LockOwner = 'Transaction', @LockTimeout = ${lockTimeoutMs};
IF @granted < 0
  THROW ${lockNotGrantedNumber}, 'Other batches of the grid are being recorded for too long.', 1;

INSERT INTO recordedBatches (gridId, timeframe, revision, batch)
SELECT @gridId, @timeframe, @revision, @batch
WHERE NOT EXISTS (SELECT 1 FROM recordedBatches
  WHERE gridId = @gridId AND timeframe = @timeframe AND revision = @revision AND batch = @batch);
SET @isNew = @@ROWCOUNT;

IF @isNew = 1
BEGIN
  INSERT INTO postings (gridId, timeframe, accountId, revision, sequence, side, soldWh, boughtWh,
    creditUsat, debitUsat)
  OUTPUT inserted.accountId, inserted.soldWh, inserted.boughtWh, inserted.creditUsat,
    inserted.debitUsat INTO @inserted (accountId, soldWh, boughtWh, creditUsat, debitUsat)
  SELECT @gridId, @timeframe, given.accountId, @revision, given.sequence, given.side,
    given.soldWh, given.boughtWh, given.creditUsat, given.debitUsat
  FROM OPENJSON(@postings) WITH (
    accountId VARCHAR(63) '$[0]',
    sequence INT '$[1]',
    side VARCHAR(4) '$[2]',
    soldWh BIGINT '$[3]',
    boughtWh BIGINT '$[4]',
    creditUsat BIGINT '$[5]',
    debitUsat BIGINT '$[6]'
  ) AS given
  WHERE NOT EXISTS (SELECT 1 FROM postings AS there
    WHERE there.gridId = @gridId AND there.timeframe = @timeframe
      AND there.accountId = given.accountId COLLATE Latin1_General_BIN2
      AND there.revision = @revision AND there.sequence = given.sequence
      AND there.side = given.side COLLATE Latin1_General_BIN2);

  INSERT INTO @moves (accountId, soldWh, boughtWh, creditsUsat, debitsUsat)
  SELECT accountId, SUM(soldWh), SUM(boughtWh), SUM(creditUsat), SUM(debitUsat)
  FROM @inserted GROUP BY accountId;

  INSERT INTO reservedAccounts (gridId, accountId)
  SELECT @gridId, move.accountId FROM @moves AS move
  WHERE move.accountId IN ('mini-grid', 'power-plant')
    AND NOT EXISTS (SELECT 1 FROM reservedAccounts AS there
      WHERE there.gridId = @gridId AND there.accountId = move.accountId);

  UPDATE reservedAccounts SET
    soldWh = reservedAccounts.soldWh + move.soldWh,
    boughtWh = reservedAccounts.boughtWh + move.boughtWh,
    creditsUsat = reservedAccounts.creditsUsat + move.creditsUsat,
    debitsUsat = reservedAccounts.debitsUsat + move.debitsUsat
  FROM reservedAccounts INNER JOIN @moves AS move ON move.accountId = reservedAccounts.accountId
  WHERE reservedAccounts.gridId = @gridId;
  SET @moved = @@ROWCOUNT;

  UPDATE prosumers SET
    soldWh = prosumers.soldWh + move.soldWh,
    boughtWh = prosumers.boughtWh + move.boughtWh,
    creditsUsat = prosumers.creditsUsat + move.creditsUsat,
    debitsUsat = prosumers.debitsUsat + move.debitsUsat
  FROM prosumers INNER JOIN @moves AS move ON move.accountId = prosumers.prosumerId
  WHERE prosumers.gridId = @gridId;
  SET @moved = @moved + @@ROWCOUNT;

  IF @moved <> (SELECT COUNT(*) FROM @moves)
  BEGIN
    SELECT @unknown = MIN(move.accountId) FROM @moves AS move
    WHERE move.accountId NOT IN ('mini-grid', 'power-plant')
      AND NOT EXISTS (SELECT 1 FROM prosumers AS there
        WHERE there.prosumerId = move.accountId AND there.gridId = @gridId);
    SET @text = 'a posting names ' + @unknown + ', no account of grid ' + @gridId;
    THROW ${unknownAccountNumber}, @text, 1;
  END

  INSERT INTO @billed (accountId, kind, counterparty, priceMsatPerKwh, energyWh)
  SELECT accountId, kind, counterparty, priceMsatPerKwh, energyWh
  FROM OPENJSON(@lines) WITH (
    accountId VARCHAR(63) '$[0]',
    kind VARCHAR(12) '$[1]',
    counterparty VARCHAR(11) '$[2]',
    priceMsatPerKwh BIGINT '$[3]',
    energyWh BIGINT '$[4]'
  );
  SET @lineCount = @@ROWCOUNT;
${readAverages}
  SET @averageCount = @@ROWCOUNT;

  IF @lineCount > 0
  BEGIN
    UPDATE accountLines SET energyWh = accountLines.energyWh + line.energyWh
    FROM accountLines INNER JOIN @billed AS line
      ON line.accountId = accountLines.accountId AND line.kind = accountLines.kind
        AND line.counterparty = accountLines.counterparty
        AND line.priceMsatPerKwh = accountLines.priceMsatPerKwh
    WHERE accountLines.gridId = @gridId AND accountLines.period = @period;
    SET @moved = @@ROWCOUNT;

    IF @moved < @lineCount
      INSERT INTO accountLines
        (gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh)
      SELECT @gridId, @period, line.accountId, line.kind, line.counterparty,
        line.priceMsatPerKwh, line.energyWh
      FROM @billed AS line
      WHERE NOT EXISTS (SELECT 1 FROM accountLines AS there
        WHERE there.gridId = @gridId AND there.period = @period
          AND there.accountId = line.accountId AND there.kind = line.kind
          AND there.counterparty = line.counterparty
          AND there.priceMsatPerKwh = line.priceMsatPerKwh);
  END

  IF @averageCount > 0
  BEGIN${addAverages}
  END

  IF @lineCount + @averageCount > 0
  BEGIN
    UPDATE ledgerPeriods SET changes = changes + 1 WHERE gridId = @gridId AND period = @period;
    IF @@ROWCOUNT = 0
      INSERT INTO ledgerPeriods (gridId, period, changes) VALUES (@gridId, @period, 1);
  END
END

SELECT @recorded = COUNT(*) FROM recordedBatches
WHERE gridId = @gridId AND timeframe = @timeframe AND revision = @revision;

COMMIT TRANSACTION;

SELECT @recorded AS recordedBatches;`;
