import { addEntries } from './auditEntries.ts';
import { lockedTransaction } from './lockedTransaction.ts';
import { isSealed } from './orderBooks.ts';

const pendingUnder = (of: string) => `SELECT @pendingWh = COALESCE(SUM(energyWh), 0),
  @trades = COUNT(*)
  FROM tradesAhead WHERE status = 'pending' AND gridId = @gridId AND timeframe = @timeframe
    AND side = @side ${of}`;

/**
 * Accepts a trade ahead, in its place after those before it. Answers what came of it with what is
 * pending under the limit that it would pass, then the trade of its id where there is one.
 */
export const acceptStatement = lockedTransaction({
  mode: 'Exclusive',
  declarations: 'DECLARE @outcome VARCHAR(20), @pendingWh BIGINT, @trades INT;',
  work: `IF EXISTS (SELECT 1 FROM tradesAhead WHERE aheadId = @id) SET @outcome = 'accepted';
IF @outcome IS NULL AND ${isSealed('@timeframe')} SET @outcome = 'sealed';
IF @outcome IS NULL
BEGIN
  ${pendingUnder('AND prosumerId = @prosumerId')};
  IF @pendingWh + @energyWh > @prosumerWhMax SET @outcome = 'prosumerWhMax';
  ELSE IF @trades >= @prosumerTradesMax SET @outcome = 'prosumerTradesMax';
END
IF @outcome IS NULL
BEGIN
  ${pendingUnder('')};
  IF @pendingWh + @energyWh > @gridWhMax SET @outcome = 'gridWhMax';
END
IF @outcome IS NULL
BEGIN
  UPDATE orderBooks SET sequence = sequence + 1 WHERE gridId = @gridId;
  IF @@ROWCOUNT = 0
    INSERT INTO orderBooks (gridId, sealedThrough, sequence) VALUES (@gridId, '', 1);
  INSERT INTO tradesAhead (aheadId, gridId, prosumerId, timeframe, side, energyWh, priceMsatPerKwh,
    gridFeeMsatPerKwh, limitPriceMsatPerKwh, status, sequence, acceptedAt)
  SELECT @id, @gridId, @prosumerId, @timeframe, @side, @energyWh, @priceMsatPerKwh,
    @gridFeeMsatPerKwh, @limitPriceMsatPerKwh, 'pending', sequence, @acceptedAt
  FROM orderBooks WHERE gridId = @gridId;
  ${addEntries()}
  SET @outcome = 'accepted';
END`,
  answer: `SELECT @outcome AS outcome, @pendingWh AS pendingWh;
SELECT * FROM tradesAhead WHERE aheadId = @id;`,
});

/** Cancels a trade ahead, if it is pending and its timeframe is not sealed. */
export const cancelStatement = lockedTransaction({
  mode: 'Exclusive',
  work: `UPDATE tradesAhead SET status = 'cancelled'
WHERE aheadId = @id AND status = 'pending' AND NOT EXISTS (SELECT 1 FROM orderBooks AS books
  WHERE books.gridId = tradesAhead.gridId AND books.sealedThrough >= tradesAhead.timeframe);
IF @@ROWCOUNT = 1
BEGIN
  ${addEntries()}
END`,
  answer: 'SELECT status FROM tradesAhead WHERE aheadId = @id;',
});
